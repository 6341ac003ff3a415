/** The bench's own packages: installed when it runs, so that the root's `npm ci` stays light. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { runChild } from "./children.ts";

const BENCH_FOLDER = fileURLToPath(new URL("..", import.meta.url));
/** aws-lambda-ric compiles its client: minutes on a slow machine. */
const INSTALL_TIMEOUT_MS = 1_200_000;

const Packages = z.record(z.string(), z.string()).default({});
const Manifest = z.object({ version: z.string().optional(), dependencies: Packages, optionalDependencies: Packages });

/** Installs them where they are missing or older than the lock file. Throws where npm fails. */
export async function installPackages(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (await isInstalled()) return;
  say("Installing the bench's packages (npm ci --prefix bench; aws-lambda-ric is compiled, which takes a few minutes)…");
  const options = ["--no-audit", "--no-fund", "--prefer-offline"];
  await runChild("npm", ["ci", "--prefix", BENCH_FOLDER, ...options], {
    cwd: BENCH_FOLDER,
    signal: AbortSignal.any([signal, AbortSignal.timeout(INSTALL_TIMEOUT_MS)]),
  });
}

/** Versions of the bench's packages, as they are installed; `missing` of one that could not be built here. */
export async function readVersions(): Promise<Readonly<Record<string, string>>> {
  const { dependencies, optionalDependencies } = await readManifest(".");
  const versions = Object.keys({ ...dependencies, ...optionalDependencies }).map(async (name) => {
    const { version = "missing" } = await readManifest(join("node_modules", name)).catch(() => ({ version: undefined }));
    return [name, version];
  });
  return Object.fromEntries(await Promise.all(versions));
}

async function readManifest(folder: string): Promise<z.infer<typeof Manifest>> {
  return Manifest.parse(JSON.parse(await readFile(join(BENCH_FOLDER, folder, "package.json"), "utf8")));
}

/** npm writes the hidden lock file at the end of an install. */
async function isInstalled(): Promise<boolean> {
  const modifiedMs = (path: string) => stat(join(BENCH_FOLDER, path)).then(({ mtimeMs }) => mtimeMs);
  const installedMs = await modifiedMs("node_modules/.package-lock.json").catch(() => 0);
  return installedMs >= (await modifiedMs("package-lock.json"));
}
