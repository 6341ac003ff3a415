/**
 * `npm run send -- <source> [--connection NAME] [--url URL] [file]`: plays a caller. Signs a sample as that caller does, posts it to the local stack or, with
 * `--url`, to a deployed one (whose secret is CCGW_SEND_SECRET), and prints what went out and what came back. Ends with 0 when the transfer was accepted,
 * with 1 when it was not, and with 2 when nothing could be sent or no answer came.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Demo } from "./demo.ts";
import { DEMOS, findDemo } from "./demos.ts";
import { findCallIds, lastOfEachCall, prepareCalls, readTransfers, type WireTransfer } from "./local-gateway.ts";
import { parsePorts, StartError } from "./ports.ts";
import type { Outgoing } from "./sign/signer.ts";
import { issuerUrl } from "./token-issuer.ts";

const ROOT = new URL("..", import.meta.url);
/** As serverless-offline names it. */
const LEX_FUNCTION = "ccgateway-transfer-webhooks-local-receive-lex";
/** Longer than any answer of ours takes. */
const TIMEOUT_MS = 35_000;

interface Sending {
  readonly demo: Demo;
  readonly connection: string;
  /** Undefined for the local stack. */
  readonly url: string | undefined;
  readonly file: string;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

try {
  process.exitCode = await send(parse(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof StartError ? error.message : `Could not send: ${toWords(error)}`);
  process.exitCode = 2;
}

async function send({ demo, connection, url, file }: Sending): Promise<0 | 1> {
  const body = await readFile(file, "utf8");
  const ports = parsePorts(process.env);
  const verification = demo.verification({ issuer: issuerUrl(ports.tokens) });
  const local = verification.secrets?.[0]?.value ?? "";
  const secret = process.env.CCGW_SEND_SECRET ?? (url === undefined ? local : undefined);
  if (secret === undefined) throw new StartError("Set CCGW_SEND_SECRET to the secret of the deployed connection.");

  async function toRequest(address: string): Promise<Outgoing> {
    const plain = { url: address, headers: { "content-type": demo.contentType, ...demo.headers?.() }, body };
    if (demo.sign === undefined) return plain;
    return demo.sign(plain, { verification, secret: secret ?? "", now: new Date() });
  }

  const controlUrl = url === undefined ? `http://127.0.0.1:${ports.control}` : undefined;
  const callIds = findCallIds(body);
  if (controlUrl !== undefined) await prepareCalls(controlUrl, callIds);
  const address = toAddress(demo, connection, { http: `http://127.0.0.1:${ports.http}`, lambda: `http://127.0.0.1:${ports.lambda}`, url });

  const request = await toRequest(address);
  print("Request", redact(describe(request), secret));
  if (demo.dryRun === true) print("Canonical request, by a dry run", readable((await post(await toRequest(`${address}?dryRun`))).text));
  const askedBefore = controlUrl === undefined ? 0 : (await readTransfers(controlUrl, callIds)).length;
  const answer = await post(request);
  print("Answer", [answer.status, ...answer.headers.map(([name, value]) => `${name}: ${value}`), "", readable(answer.text)].join("\n"));

  const asked = controlUrl === undefined ? undefined : await readTransfers(controlUrl, callIds);
  if (asked !== undefined) print("At the gateway", describeAsked(asked.slice(askedBefore)));
  const accepted = answer.status < 300 && demo.isAccepted(answer.text, asked && lastOfEachCall(asked));
  console.log(accepted ? "Accepted." : "Not accepted, or not known to be.");
  return accepted ? 0 : 1;
}

/** Throws a `StartError` that says how it is used. */
function parse(given: string[]): Sending {
  const { values, positionals } = parseOptions(given);
  const [source = "", file, ...more] = positionals;
  const demo = findDemo(source);
  if (demo === undefined || more.length > 0) throw new StartError(usage());
  return {
    demo,
    connection: values.connection ?? demo.name,
    url: values.url?.replace(/\/+$/, ""),
    file: file ?? fileURLToPath(new URL(demo.sample, ROOT)),
  };
}

function parseOptions(given: string[]) {
  try {
    return parseArgs({ args: given, allowPositionals: true, options: { connection: { type: "string" }, url: { type: "string" } } });
  } catch (error) {
    throw new StartError(`${toWords(error)}\n${usage()}`);
  }
}

function usage(): string {
  const sources = DEMOS.map(({ source }) => source).join(", ");
  return `npm run send -- <source> [--connection NAME] [--url URL] [file]\n\nSources: ${sources}`;
}

interface Addresses {
  readonly http: string;
  readonly lambda: string;
  readonly url: string | undefined;
}

/** A source without a signature is not called over HTTP: its function is invoked. */
function toAddress({ sign }: Demo, connection: string, { http, lambda, url }: Addresses): string {
  if (sign !== undefined) return `${url ?? http}/v1/transfers/${encodeURIComponent(connection)}`;
  return `${url ?? lambda}/2015-03-31/functions/${LEX_FUNCTION}/invocations`;
}

async function post({ url, headers, body }: Outgoing): Promise<Answer> {
  const response = await fetch(url, { method: "POST", headers, body, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: response.status, headers: [...response.headers], text: await response.text() };
}

function describe({ url, headers, body }: Outgoing): string {
  const shown = Object.entries(headers).map(([name, value]) => `${name}: ${name === "authorization" ? "***" : value}`);
  return [`POST ${url}`, ...shown, "", body.trimEnd()].join("\n");
}

function describeAsked(asked: readonly WireTransfer[]): string {
  if (asked.length === 0) return "nothing";
  return asked.map(({ body, retcode }) => `${body} → ${retcode ?? "no answer"}`).join("\n");
}

function redact(text: string, secret: string): string {
  return secret === "" ? text : text.replaceAll(secret, "***").replaceAll(encodeURIComponent(secret), "***");
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

function print(what: string, text: string): void {
  console.log(`── ${what}\n${text}\n`);
}

function toWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
