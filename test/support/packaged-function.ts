/**
 * A packaged function in a process of its own: its zip unpacked into a folder with no node_modules above it, the module that the template's Handler
 * names imported there, and nothing in the environment but what Lambda and the template set.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { unzipSync } from "fflate";
import * as z from "zod";

/** What a runtime does with a handler, in few lines: imports it, calls it with each event, prints the results as its last line. */
const RUNTIME = `
const [file, name, aheadMs] = process.argv.slice(1);
const wallMs = Date.now;
Date.now = () => wallMs() + Number(aheadMs);
const { [name]: handler } = await import(file);
let input = "";
for await (const chunk of process.stdin) input += chunk;
const until = Date.now() + Number(process.env.TEST_REMAINING_MS ?? 28_000);
const context = { awsRequestId: "lambda-request", getRemainingTimeInMillis: () => until - Date.now() };
const results = [];
for (const event of JSON.parse(input)) results.push(await handler(event, context));
console.log("\\n" + JSON.stringify({ arity: handler.length, results }));
`;

const Printed = z.object({ arity: z.int(), results: z.array(z.unknown()) });

export const LambdaFunction = z.looseObject({
  Handler: z.string(),
  Runtime: z.string(),
  Timeout: z.int(),
  MemorySize: z.int(),
  Architectures: z.array(z.string()),
  Code: z.object({ S3Key: z.string() }),
  /** Texts, and what CloudFormation makes one of when it deploys. */
  Environment: z.object({
    Variables: z.record(z.string(), z.union([z.string(), z.strictObject({ "Fn::Sub": z.string() }), z.strictObject({ Ref: z.string() })])),
  }),
});
export type LambdaFunction = z.infer<typeof LambdaFunction>;

export interface Invoked {
  /** Parameters that the handler declares. */
  readonly arity: number;
  /** What it returned, an event each. */
  readonly results: readonly unknown[];
  /** What it printed. */
  readonly log: string;
}

/** The functions of the CloudFormation template, by the name of their zip. */
export async function readFunctions(packageFolder: string): Promise<ReadonlyMap<string, LambdaFunction>> {
  const resources = await readResources(packageFolder);
  const functions = resources
    .filter(({ Type }) => Type === "AWS::Lambda::Function")
    .map(({ Properties }) => LambdaFunction.parse(Properties));
  return new Map(functions.map((lambda) => [lambda.Code.S3Key.split("/").at(-1) ?? "", lambda]));
}

const Resource = z.looseObject({ Type: z.string(), Properties: z.unknown() });

export async function readResources(packageFolder: string): Promise<readonly z.infer<typeof Resource>[]> {
  const template = await readFile(join(packageFolder, "cloudformation-template-update-stack.json"), "utf8");
  return Object.values(z.object({ Resources: z.record(z.string(), Resource) }).parse(JSON.parse(template)).Resources);
}

/** The files of a zip, by path. */
export async function unpack(packageFolder: string, zip: string): Promise<Readonly<Record<string, Uint8Array>>> {
  return unzipSync(await readFile(join(packageFolder, zip)));
}

/** Imports each module that it is given, and prints what it could not import, and why, as its last line. */
const IMPORTER = `
const failures = [];
for (const file of JSON.parse(process.argv[1])) await import(file).catch(({ message }) => failures.push([file, message]));
console.log("\\n" + JSON.stringify(failures));
`;

/** What of each of these zips cannot be loaded by itself, and why: in one process, with no node_modules above them. Paths are below the zip's name. */
export async function importEach(packageFolder: string, modules: Readonly<Record<string, readonly string[]>>): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "ccgw-functions-"));
  try {
    for (const zip of Object.keys(modules))
      for (const [path, bytes] of Object.entries(await unpack(packageFolder, zip))) {
        await mkdir(dirname(join(folder, zip, path)), { recursive: true });
        await writeFile(join(folder, zip, path), bytes);
      }
    const files = Object.entries(modules).flatMap(([zip, paths]) => paths.map((path) => join(folder, zip, path)));
    const child = spawn(process.execPath, ["--input-type=module", "-e", IMPORTER, JSON.stringify(files)], { cwd: folder, env: {} });
    const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    const last = printed.trimEnd().split("\n").at(-1) ?? "";
    return last.startsWith("[") ? JSON.parse(last) : errors;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * `environment`: what stands in for AWS, and for what CloudFormation would have put in. Events one after another, in one instance, whose wall clock is `aheadMs`
 * ahead.
 */
export async function invokePackaged(
  packageFolder: string,
  zip: string,
  { Handler, Environment }: LambdaFunction,
  events: readonly unknown[],
  environment: Readonly<Record<string, string>> = {},
  aheadMs = 0,
): Promise<Invoked> {
  const folder = await mkdtemp(join(tmpdir(), "ccgw-function-"));
  try {
    for (const [path, bytes] of Object.entries(await unpack(packageFolder, zip))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const dot = Handler.lastIndexOf(".");
    const file = join(folder, `${Handler.slice(0, dot)}.mjs`);
    const texts = Object.entries(Environment.Variables).filter(([, value]) => typeof value === "string");
    const child = spawn(process.execPath, ["--input-type=module", "-e", RUNTIME, file, Handler.slice(dot + 1), String(aheadMs)], {
      cwd: folder,
      env: { LAMBDA_TASK_ROOT: folder, _HANDLER: Handler, ...Object.fromEntries(texts), ...environment },
    });
    child.stdin.end(JSON.stringify(events));
    const [log, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    const lines = log.trimEnd().split("\n");
    const last = lines.pop() ?? "";
    if (!last.startsWith('{"arity"')) throw new Error(`the function ended without a result: ${errors}`);
    return { ...Printed.parse(JSON.parse(last)), log: [...lines, errors].join("\n") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
