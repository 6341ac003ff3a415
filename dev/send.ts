/**
 * `npm run send -- <source> [--connection NAME] [--url URL] [file]`: plays a caller. Signs a sample as that caller does, posts it to the local stack or, with
 * `--url`, to a deployed one (whose secret is CCGW_SEND_SECRET), and prints what went out and what came back. A source that is not called over HTTP has its
 * function invoked, a deployed one with `--function`. Ends with 0 when the transfer was accepted, with 1 when it was not, and with 2 when nothing could be
 * sent or no answer came.
 */
import { readFile } from "node:fs/promises";
import { TransferError } from "../lib/errors.ts";
import { type Demo, isReplayed } from "./demo.ts";
import { type DeployedFunction, invokeFunction } from "./deployed-function.ts";
import { type Call, findCalls, isEachAccepted, prepareCalls, readTransfers, toAsked } from "./local-gateway.ts";
import { parsePorts, StartError } from "./ports.ts";
import { parseSending, type Sending } from "./send-options.ts";
import { type Reading, readLexEvent, readWebhook } from "./send-reading.ts";
import {
  type Answer,
  describeAnswer,
  describeAsked,
  describeReading,
  describeRequest,
  print,
  readable,
  redact,
} from "./send-transcript.ts";
import type { Outgoing } from "./sign/signer.ts";
import { issuerUrl } from "./token-issuer.ts";

/** As serverless-offline names it. */
const LEX_FUNCTION = "ccgateway-transfer-webhooks-local-receive-lex";
/** Longer than any answer of ours takes. */
const TIMEOUT_MS = 35_000;
/** Lambda's own name for it. The status is 200 even then. */
const FUNCTION_ERROR = "x-amz-function-error";
const UNAUTHENTICATED = 401;
const NO_DRY_RUN =
  'a deployed connection is not read from here, and this source takes no dry run beside its body. A connection with "test": true makes one of every delivery';

const ports = () => parsePorts(process.env);
/** Empty is none. */
const givenSecret = process.env.CCGW_SEND_SECRET || undefined;

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
  if (sending.deployed !== undefined) return sendToFunction(sending.demo, sending.deployed, body);
  return sending.url === undefined ? sendLocally(sending, body) : sendToApi(sending, sending.url, body);
}

async function sendLocally({ demo, connection }: Sending, body: string): Promise<0 | 1> {
  const { http, lambda, control, secrets } = ports();
  const controlUrl = `http://127.0.0.1:${control}`;
  const secretsUrl = `http://127.0.0.1:${secrets}`;
  const secret = givenSecret ?? demo.verification({ issuer: issuerUrl(ports().tokens) }).secrets?.[0]?.value ?? "";
  const isInvoked = demo.sign === undefined;
  const address = isInvoked
    ? `http://127.0.0.1:${lambda}/2015-03-31/functions/${LEX_FUNCTION}/invocations`
    : toAddress(`http://127.0.0.1:${http}`, connection);

  const request = await toRequest(demo, { address, body, secret });
  const reading = await (isInvoked ? readLexEvent(body, secretsUrl) : readWebhook(request, { secretsUrl, name: connection }));
  const calls = reading.kind === "read" ? reading.entries.flatMap(toCall) : findCalls(body);
  await prepareCalls(controlUrl, calls);
  const before = await readTransfers(controlUrl);

  print("Request", redact(describeRequest(request), secret));
  if (demo.dryRun === true) await printDryRun(demo, { address, body, secret });
  else print("Canonical request", redact(describeReading(reading), secret));
  const answer = await post(request);
  print("Answer", describeAnswer(answer));

  const arrived = (await readTransfers(controlUrl)).slice(before.length);
  const asked = toAsked({ before, now: arrived }, calls, reading.kind !== "read");
  print("At the gateway", describeAsked(asked, isReplayed(answer.text)));
  if (answer.status === UNAUTHENTICATED && givenSecret === undefined && reading.kind !== "read") printSecretHint(demo, connection);
  return conclude(demo, answer, isWhole(reading) && isEachAccepted(calls, asked));
}

async function sendToApi({ demo, connection, isAssumed }: Sending, url: string, body: string): Promise<0 | 1> {
  if (givenSecret === undefined) throw new StartError("Set CCGW_SEND_SECRET to the secret of the deployed connection.");
  const outgoing = { address: toAddress(url, connection), body, secret: givenSecret };
  const request = await toRequest(demo, outgoing);

  if (isAssumed) print("Connection", `${connection}, as on the local stack: --connection names another`);
  print("Request", redact(describeRequest(request), givenSecret));
  if (demo.dryRun === true) await printDryRun(demo, outgoing);
  else print("Canonical request", `not shown: ${NO_DRY_RUN}`);
  const answer = await post(request);
  print("Answer", describeAnswer(answer));
  return conclude(demo, answer, undefined);
}

async function sendToFunction(demo: Demo, deployed: DeployedFunction, event: string): Promise<0 | 1> {
  const { status, functionError, text } = await invokeFunction(deployed, {
    event,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    onRequest(request) {
      print("Request", describeRequest(request));
      print("Canonical request", `not shown: ${NO_DRY_RUN}`);
    },
  });
  const answer: Answer = { status, headers: functionError === undefined ? [] : [[FUNCTION_ERROR, functionError]], text };
  print("Answer", describeAnswer(answer));
  return conclude(demo, answer, undefined);
}

interface Unsigned {
  readonly address: string;
  readonly body: string;
  readonly secret: string;
}

async function toRequest(demo: Demo, { address, body, secret }: Unsigned): Promise<Outgoing> {
  const plain = { url: address, headers: { "content-type": demo.contentType, ...demo.headers?.(body) }, body };
  if (demo.sign === undefined) return plain;
  const verification = demo.verification({ issuer: issuerUrl(ports().tokens) });
  return demo.sign(plain, { verification, secret, now: new Date() });
}

function toAddress(api: string, connection: string): string {
  return `${api}/v1/transfers/${encodeURIComponent(connection)}`;
}

async function post({ url, headers, body }: Outgoing): Promise<Answer> {
  const response = await fetch(url, { method: "POST", headers, body, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: response.status, headers: [...response.headers], text: await response.text() };
}

async function printDryRun(demo: Demo, unsigned: Unsigned): Promise<void> {
  const { text } = await post(await toRequest(demo, { ...unsigned, address: `${unsigned.address}?dryRun` }));
  print("Canonical request, by a dry run", readable(text));
}

function printSecretHint({ name, sign }: Demo, connection: string): void {
  if (sign === undefined) return;
  console.log(`It was signed with the demo's secret, that of ${name}: set CCGW_SEND_SECRET to that of ${connection}, if it has another.\n`);
}

function toCall(entry: Extract<Reading, { kind: "read" }>["entries"][number]): Call[] {
  return entry instanceof TransferError ? [] : [entry];
}

/** Of what could not be read, the gateway was not asked, or nobody knows. */
function isWhole(reading: Reading): boolean {
  return reading.kind !== "read" || !reading.entries.some((entry) => entry instanceof TransferError);
}

function conclude(demo: Demo, { status, headers, text }: Answer, isEachAccepted: boolean | undefined): 0 | 1 {
  const isAnswered = status < 300 && !headers.some(([name]) => name === FUNCTION_ERROR);
  const isAccepted = isAnswered && demo.isAccepted(text, isEachAccepted);
  if (isAccepted === undefined)
    console.log(
      "Acknowledged, which is no proof: what was refused for good, or may have happened, is acknowledged, too. The function's log tells.",
    );
  else console.log(isAccepted ? "Accepted." : "Not accepted, or not known to be.");
  return isAccepted === true ? 0 : 1;
}

function toWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
