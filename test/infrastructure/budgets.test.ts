/** What a cold start has to fetch, read and evaluate: held at what is reached. docs/performance.md says what stands in the way of less. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { readFunctions, unpack } from "../support/packaged-function.ts";

/** Of each zip. A few hundredths above what it is. */
const ZIP_MAX_BYTES: Readonly<Record<string, number>> = {
  "agent-sessions.zip": 142_000,
  "deliver-callbacks.zip": 184_000,
  "describe-connection.zip": 262_000,
  "diagnose.zip": 335_000,
  "dispatch-keepers.zip": 142_000,
  "gateway-events.zip": 160_000,
  "health.zip": 57_000,
  "keep-session.zip": 217_000,
  "read-transfer.zip": 287_000,
  "receive-lex.zip": 358_000,
  "receive-transfer.zip": 376_000,
  "sign-out-agents.zip": 192_000,
  "sweep-records.zip": 214_000,
  "unrouted.zip": 57_000,
};
/** Of what the transfer function reads while it starts: two thirds are the SDK, undici and zod. */
const START_MAX_BYTES = 705_000;
const START_MAX_FILES = 15;
/** That these are bundled from. */
const START_MAX_MODULES = 510;
/** What only some requests need, with words that minifying keeps: they are in a file of their own, which no start reads. */
const ON_DEMAND = [
  ["JSONata", "String literal must be terminated"],
  ["RE2", "missing argument to repetition operator"],
  ["JSON Web Tokens", "JWTExpired"],
  ["XML", "Unclosed CDATA section"],
  ["the client of SQS", "AmazonSQS"],
] as const;
const HANDLER = "receive-transfer";
const ZIP = `${HANDLER}.zip`;

/** Prints the files that are read before the handler is there. */
const START = `
import { registerHooks } from "node:module";
const files = [];
registerHooks({ load: (url, context, next) => { if (url.startsWith("file:")) files.push(url); return next(url, context); } });
await import(process.argv[1]);
console.log(JSON.stringify(files));
`;

let packaged: Readonly<Record<string, Uint8Array>>;
/** By their names. */
let atStart: readonly string[];
let folder: string;
beforeAll(async () => {
  packaged = await unpack(inject("packageFolder"), ZIP);
  const { Handler, Environment } = (await readFunctions(inject("packageFolder"))).get(ZIP) ?? expect.fail("it is not in the template");
  folder = await mkdtemp(join(tmpdir(), "ccgw-start-"));
  for (const [path, bytes] of Object.entries(packaged)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  const texts = Object.entries(Environment.Variables).filter(([, value]) => typeof value === "string");
  const file = join(folder, `${Handler.slice(0, Handler.lastIndexOf("."))}.mjs`);
  const child = spawn(process.execPath, ["--input-type=module", "-e", START, file], {
    env: {
      ...Object.fromEntries(texts),
      ...{ AWS_REGION: "eu-central-1", CCGW_SESSIONS_TABLE: "sessions", CCGW_RECORDS_TABLE: "records" },
      ...{ CCGW_CALLBACK_QUEUE: "http://127.0.0.1:1/queue", CCGW_PUBLIC_BASE_URL: "https://hooks.example.com" },
    },
  });
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  if (printed === "") expect.fail(errors);
  atStart = z
    .array(z.string())
    .parse(JSON.parse(printed))
    .map((url) => basename(fileURLToPath(url)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const contentOf = (name: string) => Buffer.from(packaged[`handlers/${name}`] ?? expect.fail(name)).toString("utf8");

it("each zip keeps to its bytes", async () => {
  const zips = (await readdir(inject("packageFolder"))).filter((name) => name.endsWith(".zip"));
  expect(zips.toSorted()).toEqual(Object.keys(ZIP_MAX_BYTES));
  for (const zip of zips) {
    const { size } = await stat(join(inject("packageFolder"), zip));
    expect.soft(size, zip).toBeLessThanOrEqual(ZIP_MAX_BYTES[zip] ?? 0);
  }
});

describe("the start of the transfer function", () => {
  it("reads few files, and few bytes", () => {
    expect(atStart.length).toBeLessThanOrEqual(START_MAX_FILES);
    expect(atStart.reduce((sum, name) => sum + contentOf(name).length, 0)).toBeLessThanOrEqual(START_MAX_BYTES);
  });

  it.each(ON_DEMAND)("does not read %s", (_what, words) => {
    const having = Object.keys(packaged).filter((path) => path.endsWith(".mjs") && contentOf(basename(path)).includes(words));
    expect(having).not.toEqual([]);
    expect(having.map((path) => basename(path)).filter((name) => atStart.includes(name))).toEqual([]);
  });

  it("evaluates few modules", async () => {
    const {
      outputFileExtension: _one,
      outputWorkFolder: _other,
      plugins,
      ...options
    } = createRequire(import.meta.url)("../../scripts/bundle-options.cjs")();
    const { metafile } = await build({
      ...options,
      // Without the one that writes licences.
      plugins: plugins.slice(0, -1),
      entryPoints: [`handlers/${HANDLER}.ts`],
      outdir: "unwritten",
      write: false,
      metafile: true,
    });
    const outputs = metafile?.outputs ?? {};
    const modules = new Set<string>();
    const pending = Object.keys(outputs).filter((path) => basename(path) === `${HANDLER}.js`);
    const seen = new Set(pending);
    for (const path of seen) {
      const { inputs = {}, imports = [] } = outputs[path] ?? {};
      for (const [module, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0) modules.add(module);
      for (const imported of imports) if (imported.kind === "import-statement" && !imported.external) seen.add(imported.path);
    }
    expect(modules.size).toBeLessThanOrEqual(START_MAX_MODULES);
  });
});
