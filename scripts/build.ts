/** Bundles every handler to .build/handlers, as the package will hold it. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const {
  outputFileExtension,
  outputWorkFolder: _ofServerless,
  plugins: _ofPackages,
  ...options
} = createRequire(import.meta.url)("./bundle-options.cjs")();

const entryPoints = readdirSync("handlers").map((file) => `handlers/${file}`);
const { metafile } = await build({
  ...options,
  entryPoints,
  outdir: ".build/handlers",
  outExtension: { ".js": outputFileExtension },
  metafile: true,
});
for (const [file, { bytes }] of Object.entries(metafile?.outputs ?? {})) console.log(`${file} ${Math.round(bytes / 1024)} kB`);
