/** What is left out of the bundles says so where it is loaded after all, and not that something else is wrong. */
import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";
import { build, type Plugin } from "esbuild";
import { expect, it } from "vitest";

const leanImports: () => Plugin = createRequire(import.meta.url)("../../scripts/lean-imports.cjs");

it.each([
  ["undici's parser for processors without SIMD", "undici/lib/llhttp/llhttp-wasm.js"],
  ["undici's forms", "undici/lib/web/fetch/body.js"],
])("throws where %s would be loaded", async (_which, path) => {
  const stdin = { contents: `require("./node_modules/${path}")`, resolveDir: process.cwd() };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, platform: "node", plugins: [leanImports()] });
  expect(() => runInNewContext(outputFiles[0]?.text ?? "")).toThrow(`${path} is left out of this bundle`);
});
