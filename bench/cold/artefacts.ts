/** What is started cold: the packaged function as it is deployed, and each rival bundled, unpacked into folders with no node_modules above them. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, stop } from "esbuild";
import { unzipSync, zipSync } from "fflate";
import * as z from "zod";
import { runChild } from "../measure/children.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RIVALS = join(ROOT, "bench/rivals");
const ZIP = "receive-transfer.zip";
/** As small as a zip gets: for a rival's size, too. */
const ZIP_LEVEL = 9;

/** esbuild's own for Node. */
const DEFAULTS: BuildOptions = { bundle: true, platform: "node" };
/** As the functions of this project are bundled (scripts/bundle-options.cjs). */
const AS_OURS: BuildOptions = {
  ...{ bundle: true, minify: true, keepNames: true, platform: "node", target: "node24", format: "esm" },
  ...{ mainFields: ["module", "main"], conditions: ["import", "module", "node"] },
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
};

const RIVAL_BUNDLES = {
  "sdk-as-it-comes": { source: "sdk.mjs", out: "index.js", options: DEFAULTS },
  "sdk-bundled-as-ours": { source: "sdk.mjs", out: "index.mjs", options: AS_OURS },
  "usual-stack": { source: "usual-stack.mjs", out: "index.js", options: DEFAULTS },
} as const;

export type Contender = "ours" | "empty" | keyof typeof RIVAL_BUNDLES;
export const CONTENDERS: readonly Contender[] = ["ours", "empty", "sdk-as-it-comes", "sdk-bundled-as-ours", "usual-stack"];

export interface Artefact {
  readonly folder: string;
  /** As `_HANDLER` has it. */
  readonly handler: string;
  /** Of the template: what is the same in every stack. */
  readonly environment: Readonly<Record<string, string>>;
  readonly zippedBytes: number;
  readonly unzippedBytes: number;
}

interface Artefacts {
  readonly of: Readonly<Record<Contender, Artefact>>;
  remove(): Promise<void>;
}

export async function makeArtefacts(signal: AbortSignal): Promise<Artefacts> {
  const folder = await mkdtemp(join(tmpdir(), "ccgw-bench-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const ours = await packageOurs(folder, signal);
    const rivals = Object.keys(RIVAL_BUNDLES).map(async (name) => [name, await bundleRival(folder, name as keyof typeof RIVAL_BUNDLES)]);
    const bundled = Object.fromEntries(await Promise.all(rivals));
    // Its process would stay beside what is measured.
    await stop();
    return { of: { ours, empty: await copyEmpty(folder), ...bundled }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Packages anew, into a folder of that one: an older package would be another version. */
export async function packageOurs(folder: string, signal: AbortSignal): Promise<Artefact> {
  const packaged = join(folder, "package");
  const serverless = ["node_modules/serverless/bin/serverless.js", "package", "--stage", "prod", "--package", packaged];
  // serverless-esbuild leaves copies of what it zips in the folder for what is temporary.
  await runChild(process.execPath, serverless, { cwd: ROOT, env: { ...process.env, TMPDIR: folder }, signal });
  const zip = await readFile(join(packaged, ZIP));
  const files = unzipSync(zip);
  const own = join(folder, "ours");
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(own, path)), { recursive: true });
    await writeFile(join(own, path), bytes);
  }
  const { handler, environment } = await readFunction(packaged);
  return { folder: own, handler, environment, zippedBytes: zip.length, unzippedBytes: sumOf(files) };
}

const Resource = z.looseObject({ Type: z.string(), Properties: z.unknown() });
const LambdaFunction = z.looseObject({
  Handler: z.string(),
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});

async function readFunction(packaged: string): Promise<Pick<Artefact, "handler" | "environment">> {
  const template: unknown = JSON.parse(await readFile(join(packaged, "cloudformation-template-update-stack.json"), "utf8"));
  const { Resources } = z.object({ Resources: z.record(z.string(), Resource) }).parse(template);
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== "AWS::Lambda::Function") continue;
    const { Handler, Code, Environment } = LambdaFunction.parse(Properties);
    if (!Code.S3Key.endsWith(`/${ZIP}`)) continue;
    const texts = Object.entries(Environment.Variables).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
    return { handler: Handler, environment: Object.fromEntries(texts) };
  }
  throw new Error(`the template has no function of ${ZIP}`);
}

async function bundleRival(folder: string, name: keyof typeof RIVAL_BUNDLES): Promise<Artefact> {
  const { source, out, options } = RIVAL_BUNDLES[name];
  const outfile = join(folder, name, out);
  await build({ ...options, entryPoints: [join(RIVALS, source)], outfile, logLevel: "error" });
  return toArtefact(join(folder, name), out);
}

async function copyEmpty(folder: string): Promise<Artefact> {
  const own = join(folder, "empty");
  await mkdir(own);
  await copyFile(join(RIVALS, "empty.mjs"), join(own, "index.mjs"));
  return toArtefact(own, "index.mjs");
}

async function toArtefact(folder: string, file: string): Promise<Artefact> {
  const files = { [file]: await readFile(join(folder, file)) };
  const zippedBytes = zipSync(files, { level: ZIP_LEVEL }).length;
  return { folder, handler: "index.handler", environment: {}, zippedBytes, unzippedBytes: sumOf(files) };
}

function sumOf(files: Readonly<Record<string, Uint8Array>>): number {
  return Object.values(files).reduce((sum, { length }) => sum + length, 0);
}
