/**
 * `npm run send -- <source> [--connection NAME] [--url URL] [file]`: plays a caller. Signs a sample as that caller does, posts it to the local stack or, with
 * `--url`, to a deployed one (whose secret is CCGW_SEND_SECRET), and prints what went out and what came back. A source that is not called over HTTP has its
 * function invoked, a deployed one with `--function`. Ends with 0 when the transfer was accepted, with 1 when it was not, and with 2 when nothing could be
 * sent or no answer came.
 */
import { readFile } from "node:fs/promises";
import type { Demo } from "./demo.ts";
import { type DeployedFunction, invokeFunction } from "./deployed-function.ts";
import { findCallIds, lastOfEachCall, prepareCalls, readTransfers, type WireTransfer } from "./local-gateway.ts";
import { parsePorts, StartError } from "./ports.ts";
import { parseSending, type Sending } from "./send-options.ts";
import type { Outgoing } from "./sign/signer.ts";
import { issuerUrl } from "./token-issuer.ts";

/** As serverless-offline names it. */
const LEX_FUNCTION = "ccgateway-transfer-webhooks-local-receive-lex";
/** Longer than any answer of ours takes. */
const TIMEOUT_MS = 35_000;
/** With them a request could be sent again, or another one signed. */
const SECRET_HEADERS: readonly string[] = ["authorization", "x-amz-security-token"];
/** Lambda's own name for it. The status is 200 even then. */
const FUNCTION_ERROR = "x-amz-function-error";

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

try {
  process.exitCode = await send(parseSending(process.argv.slice(2)));
} catch (error) {
  console.error(
    error instanceof StartError ? error.message : `No answer: ${toWords(error)}\nWhat was printed as a request may have arrived.`,
  );
  process.exitCode = 2;
}

async function send(sending: Sending): Promise<0 | 1> {
  const body = await readFile(sending.file, "utf8");
  return sending.deployed === undefined ? sendOverHttp(sending, body) : sendToFunction(sending.demo, sending.deployed, body);
}

async function sendOverHttp({ demo, connection, url }: Sending, body: string): Promise<0 | 1> {
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
  const address = toAddress(demo, connection, {
    http: url ?? `http://127.0.0.1:${ports.http}`,
    lambda: `http://127.0.0.1:${ports.lambda}`,
  });

  const request = await toRequest(address);
  print("Request", redact(describe(request), secret));
  if (demo.dryRun === true) print("Canonical request, by a dry run", readable((await post(await toRequest(`${address}?dryRun`))).text));
  const askedBefore = controlUrl === undefined ? 0 : (await readTransfers(controlUrl, callIds)).length;
  const answer = await post(request);
  printAnswer(answer);

  const asked = controlUrl === undefined ? undefined : await readTransfers(controlUrl, callIds);
  if (asked !== undefined) print("At the gateway", describeAsked(asked.slice(askedBefore)));
  return conclude(demo, answer, asked);
}

async function sendToFunction(demo: Demo, deployed: DeployedFunction, event: string): Promise<0 | 1> {
  const { status, functionError, text } = await invokeFunction(deployed, {
    event,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    onRequest: (request) => print("Request", describe(request)),
  });
  const answer: Answer = { status, headers: functionError === undefined ? [] : [[FUNCTION_ERROR, functionError]], text };
  printAnswer(answer);
  return conclude(demo, answer, undefined);
}

interface Addresses {
  readonly http: string;
  readonly lambda: string;
}

/** A source without a signature is not called over HTTP: its function is invoked. */
function toAddress({ sign }: Demo, connection: string, { http, lambda }: Addresses): string {
  if (sign !== undefined) return `${http}/v1/transfers/${encodeURIComponent(connection)}`;
  return `${lambda}/2015-03-31/functions/${LEX_FUNCTION}/invocations`;
}

async function post({ url, headers, body }: Outgoing): Promise<Answer> {
  const response = await fetch(url, { method: "POST", headers, body, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: response.status, headers: [...response.headers], text: await response.text() };
}

function conclude(demo: Demo, { status, headers, text }: Answer, asked: readonly WireTransfer[] | undefined): 0 | 1 {
  const answered = status < 300 && !headers.some(([name]) => name === FUNCTION_ERROR);
  const accepted = answered && demo.isAccepted(text, asked && lastOfEachCall(asked));
  console.log(accepted ? "Accepted." : "Not accepted, or not known to be.");
  return accepted ? 0 : 1;
}

function describe({ url, headers, body }: Outgoing): string {
  const shown = Object.entries(headers).map(([name, value]) => `${name}: ${SECRET_HEADERS.includes(name.toLowerCase()) ? "***" : value}`);
  return [`POST ${url}`, ...shown, "", body.trimEnd()].join("\n");
}

function printAnswer({ status, headers, text }: Answer): void {
  print("Answer", [status, ...headers.map(([name, value]) => `${name}: ${value}`), "", readable(text)].join("\n"));
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
