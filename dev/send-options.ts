/** What `npm run send` was asked to do. What does not fit together is refused with how it is used, before anything is sent. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as z from "zod";
import type { Demo } from "./demo.ts";
import { DEMOS, findDemo } from "./demos.ts";
import type { DeployedFunction } from "./deployed-function.ts";
import { StartError } from "./ports.ts";

const ROOT = new URL("..", import.meta.url);
const OPTIONS = {
  connection: { type: "string" },
  url: { type: "string" },
  function: { type: "string" },
  region: { type: "string" },
  verification: { type: "string" },
} as const;
/** Of a connection's `verification`: how it is to be proven. */
const Asked = z.record(z.string(), z.unknown());

export interface Sending {
  readonly demo: Demo;
  readonly connection: string;
  /** Whether it is the demo's, because none was given. */
  readonly isAssumed: boolean;
  /** Without a path of ours or a slash at the end. Undefined for the local stack, and for a source that is not called over HTTP. */
  readonly url: string | undefined;
  /** Undefined for the local stack, and for a source that is called over HTTP. */
  readonly deployed: DeployedFunction | undefined;
  /** How the connection asks to be proven, without its secrets. Undefined where that is read from it, or is assumed to be as for the demo. */
  readonly verification: Readonly<Record<string, unknown>> | undefined;
  readonly file: string;
  /** Whether it is the source's, because none was given. */
  readonly isSample: boolean;
}

type Options = ReturnType<typeof parseOptions>["values"];

export function isHelpWanted(given: readonly string[]): boolean {
  return given.includes("--help") || given.includes("-h");
}

/** Throws a `StartError` that says how it is used. */
export function parseSending(given: string[]): Sending {
  const { values, positionals } = parseOptions(given);
  const [source = "", file, ...more] = positionals;
  const demo = findDemo(source);
  if (demo === undefined && source !== "") throw new StartError(`There is no source "${source}".\n\n${usage()}`);
  if (demo === undefined || more.length > 0) throw new StartError(usage());
  const url = values.url?.replace(/\/+$/, "");
  if (url !== undefined && !isHttp(url)) throw new StartError("--url must be an address that begins with https:// or http://.");
  return {
    demo,
    connection: values.connection ?? demo.name,
    isAssumed: values.connection === undefined,
    verification: toVerification(demo, values.verification),
    ...(demo.isInvoked
      ? { url: undefined, deployed: toDeployed(demo, values, url) }
      : { url: toUrl(demo, values, url), deployed: undefined }),
    file: file ?? fileURLToPath(new URL(demo.sample, ROOT)),
    isSample: file === undefined,
  };
}

function toUrl({ source }: Demo, values: Options, url: string | undefined): string | undefined {
  if (values.function !== undefined || values.region !== undefined)
    throw new StartError(
      `${source} is called over HTTP: instead of --function and --region, use --url with the address of the deployed API.`,
    );
  // Its query is not repeated: it may be a secret.
  const [, api, connection] = url?.match(/^([^?#]*)\/v1\/transfers\b\/?([^/?#]*)/) ?? [];
  if (api !== undefined)
    throw new StartError(
      `--url is the address of the API alone, and --connection the name that follows /v1/transfers/: use --url ${api} --connection ${connection || "NAME"}`,
    );
  if (url !== undefined && /[?#]/.test(url)) throw new StartError("--url is the address of the API alone, without a query.");
  return url;
}

function toDeployed(
  { source }: Demo,
  { function: nameOrArn, region, connection }: Options,
  endpoint: string | undefined,
): DeployedFunction | undefined {
  if (connection !== undefined)
    throw new StartError(
      `${source} takes no --connection: the bot in its event names it, lex-{botId}-{botAliasId}. Give an event of your bot as the file.`,
    );
  if (nameOrArn) return { nameOrArn, region, endpoint };
  if (nameOrArn !== undefined || region !== undefined || endpoint !== undefined)
    throw new StartError(
      `${source} is not called over HTTP, its function is invoked: use --function with the name or ARN of the deployed function. With it, --region and --url say where AWS Lambda is, if not where the AWS SDK finds it.`,
    );
  return undefined;
}

function toVerification({ isInvoked, source }: Demo, text: string | undefined): Sending["verification"] {
  if (text === undefined) return undefined;
  if (isInvoked) throw new StartError(`${source} takes no --verification: nobody but AWS proves it.`);
  const asked = Asked.safeParse(parseJson(text)).data;
  if (asked === undefined) throw new StartError(`--verification must be JSON, as in the connection: '{"in":["api-key"]}'`);
  if ("secrets" in asked) throw new StartError("--verification takes no secrets: set CCGW_SEND_SECRET to the one to sign with.");
  return asked;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function parseOptions(given: string[]) {
  try {
    return parseArgs({ args: given, allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${usage()}`);
  }
}

export function usage(): string {
  const invoked = DEMOS.filter(({ isInvoked }) => isInvoked).map(({ source }) => source);
  return [
    "npm run send -- <source> [--connection NAME] [--url URL] [--verification JSON] [file]",
    ...invoked.map((source) => `npm run send -- ${source} [--function NAME_OR_ARN [--region REGION] [--url ENDPOINT]] [file]`),
    "",
    "--connection    the connection that it is sent to, instead of the source's demo",
    "--url           the address of a deployed API, instead of the local stack's",
    '--verification  how that connection is to be proven, as its document has it: \'{"scheme":"hubspot-v2"}\'. A local one is read',
    "CCGW_SEND_SECRET in the environment is the secret to sign with, instead of the demo's",
    "",
    "Ends with 0 where the transfer was accepted, with 1 where it was not (a dry run is not), and with 2 where nothing was sent or no answer came.",
    "",
    `Sources: ${DEMOS.map(({ source }) => source).join(", ")}`,
  ].join("\n");
}
