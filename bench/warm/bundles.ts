/** What is kept warm, bundled: ours and what is beside it with the options of what is deployed, the usual stack with esbuild's defaults for Node. */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, stop } from "esbuild";

const BENCH = fileURLToPath(new URL("..", import.meta.url));

/** Where each is, of esbuild's output. */
const BUNDLES = {
  ours: { source: "warm/ours.ts", out: "ours.mjs", options: toDeployed() },
  store: { source: "warm/store.ts", out: "store.mjs", options: toDeployed() },
  "bare-sdk": { source: "warm/bare-sdk.ts", out: "bare-sdk.mjs", options: toDeployed() },
  // undici as it comes: of the one that is deployed, what our client does not call is left out.
  floor: { source: "rivals/floor.mjs", out: "floor.mjs", options: { ...toDeployed(), plugins: [] } },
  empty: { source: "rivals/empty.mjs", out: "empty.mjs", options: toDeployed() },
  "usual-stack": { source: "rivals/usual-stack.mjs", out: "usual-stack.js", options: { bundle: true, platform: "node" } },
} as const satisfies Record<string, { readonly source: string; readonly out: string; readonly options: BuildOptions }>;

export type Bundle = keyof typeof BUNDLES;

interface Bundles {
  pathOf(bundle: Bundle): string;
  remove(): Promise<void>;
}

export async function makeBundles(): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), "ccgw-bench-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const made = Object.entries(BUNDLES).map(([name, { source, out, options }]) => {
      const [entry = ""] = out.split(".");
      return build({ ...options, entryPoints: { [entry]: join(BENCH, source) }, outdir: join(folder, name), logLevel: "error" });
    });
    await Promise.all(made);
    // Its process would stay beside what is measured.
    await stop();
    return { pathOf: (bundle) => join(folder, bundle, BUNDLES[bundle].out), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function toDeployed(): BuildOptions {
  const {
    outputFileExtension,
    outputWorkFolder: _ofServerless,
    ...options
  } = createRequire(import.meta.url)("../../scripts/bundle-options.cjs")();
  return { ...options, outExtension: { ".js": outputFileExtension } };
}
