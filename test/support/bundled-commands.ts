/**
 * Bundles the commands that tests run as processes, once for the whole run: to read hundreds of modules one by one takes most of the time of a command that asks
 * one question.
 */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const COMMANDS = ["dev/send.ts", "dev/load.ts", "cli/ccgw.ts"];
/** Servers that some of them import beside what they need; there are native parts in them. */
const SERVERS = ["dynalite", "fauxqs"];
/** In the folders that they are in here. The same place each time: what Node has compiled is kept by path. */
export const BUNDLED = ".build/commands";
/** Of those packages among theirs that are CommonJS. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** What is beside a module is found where that is. */
const inItsPlace: Plugin = {
  name: "in-its-place",
  setup({ onLoad }) {
    onLoad({ filter: /\/(?:cli|dev|lib)\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path))),
      loader: "ts",
    }));
  },
};

export default async function setup(): Promise<void> {
  await build({
    ...{ entryPoints: COMMANDS, outdir: BUNDLED, outbase: ".", outExtension: { ".js": ".mjs" } },
    ...{ bundle: true, external: SERVERS, platform: "node", format: "esm", minify: true, banner: { js: REQUIRE } },
    plugins: [inItsPlace],
  });
}
