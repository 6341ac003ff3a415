/** The bench's own packages: installed when it runs, so that the root's `npm ci` stays light. */
import { spawnSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const BENCH_FOLDER = fileURLToPath(new URL("..", import.meta.url));
/** aws-lambda-ric compiles its client: minutes on a slow machine. */
const INSTALL_TIMEOUT_MS = 480_000;

const Manifest = z.object({ version: z.string().optional(), dependencies: z.record(z.string(), z.string()).optional() });

/** Installs them where they are missing or older than the lock file. Throws where npm fails. */
export async function installPackages(say: (line: string) => void): Promise<void> {
  if (await isInstalled()) return;
  say("Installing the bench's packages (npm ci --prefix bench; aws-lambda-ric is compiled, which takes a few minutes)…");
  const { status } = spawnSync("npm", ["ci", "--prefix", BENCH_FOLDER, "--no-audit", "--no-fund", "--prefer-offline"], {
    stdio: ["ignore", "inherit", "inherit"],
    timeout: INSTALL_TIMEOUT_MS,
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("npm ci --prefix bench failed: see what it printed.");
}

/** Versions of the bench's packages, as they are installed. */
export async function readVersions(): Promise<Readonly<Record<string, string>>> {
  const { dependencies = {} } = await readManifest(".");
  const versions = Object.keys(dependencies).map(async (name) => [
    name,
    (await readManifest(join("node_modules", name))).version ?? "unknown",
  ]);
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
