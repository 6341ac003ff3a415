/**
 * Freezes this version for the next one's tests: bundles what of it reads and writes tables, messages and secrets to test/versions/previous. Run at each release;
 * the fixtures beside it follow with `npx vitest run test/versions -u`.
 */
import { build } from "esbuild";

const FILE = "test/versions/previous/version.mjs";

const { metafile } = await build({
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  conditions: ["import", "module", "node"],
  entryPoints: ["test/versions/surface.ts"],
  outfile: FILE,
  // What does not decide what an item, a message or a secret means.
  external: ["@aws-lambda-powertools/*", "@aws-sdk/*", "@rgrove/parse-xml", "jose", "jsonata", "re2js", "undici"],
  banner: { js: "// Frozen by scripts/freeze-version.ts." },
  metafile: true,
});
console.log(`${FILE} ${Math.round((metafile.outputs[FILE]?.bytes ?? 0) / 1024)} kB`);
