/**
 * `npm run send -- <source> [--connection NAME] [--url URL] [file]`: plays a caller. Signs a sample as that caller does, posts it to the local stack or, with
 * `--url`, to a deployed one (whose secret is CCGW_SEND_SECRET), and prints what went out and what came back. A local connection says how it is to be proven;
 * for a deployed one `--verification` does. A source that is not called over HTTP has its function invoked, a deployed one with `--function`. Ends with 0 when
 * the transfer was accepted, with 1 when it was not, and with 2 when nothing could be sent or no answer came.
 */
import { readFile } from "node:fs/promises";
import { TransferError } from "../lib/errors.ts";
import { type Demo, isDryRun, isReplayed } from "./demo.ts";
import { type DeployedFunction, invokeFunction } from "./deployed-function.ts";
import { type Call, findCalls, isEachAccepted, prepareCalls, readTransfers, toAsked, type WireTransfer } from "./local-gateway.ts";
import { parsePorts, StartError } from "./ports.ts";
import { renewCalls, toOwnSample } from "./sample.ts";
import { isHelpWanted, parseSending, type Sending, usage } from "./send-options.ts";
import { type Reading, readLexEvent, readSettings, readWebhook } from "./send-reading.ts";
import {
  beforeSending,
  IS_IT_RUNNING,
  isUnsent,
  post,
  TIMEOUT_MS,
  toRequest,
  toVerification,
  toWords,
  type Unsigned,
} from "./send-request.ts";
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

/** As serverless-offline names it. */
const LEX_FUNCTION = "ccgateway-transfer-webhooks-local-receive-lex";
/** Lambda's own name for it. The status is 200 even then. */
const FUNCTION_ERROR = "x-amz-function-error";
const NO_DRY_RUN =
  'a deployed connection is not read from here, and this source takes no dry run beside its body. A connection with "test": true makes one of every delivery';

const ports = () => parsePorts(process.env);
/** Empty is none. */
const givenSecret = process.env.CCGW_SEND_SECRET || undefined;

/** What became of what was sent. */
export interface Played {
  readonly source: string;
  /** Undefined where the event names it. */
  readonly connection: string | undefined;
  readonly answer: Answer;
  /** Undefined where the answer does not tell, or it was a dry run. */
  readonly isAccepted: boolean | undefined;
  readonly isDryRun: boolean;
  /** What the gateway was asked for by it; undefined where nobody can look. */
  readonly asked: readonly WireTransfer[] | undefined;
  /** The same in words. */
  readonly lines: readonly string[];
}

/** Shows a part of the transcript, under its title. */
type Print = typeof print;

/** The exit code. */
export async function runSend(given: string[]): Promise<0 | 1 | 2> {
  try {
    if (isHelpWanted(given)) {
      console.log(usage());
      return 0;
    }
    const played = await playCaller(given, print);
    console.log(played.lines.join("\n"));
    return toExitCode(played);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

export function toExitCode({ isAccepted }: Played): 0 | 1 {
  return isAccepted === true ? 0 : 1;
}

/** By what `npm run send` is given. Throws a `StartError` where nothing was sent, or no answer came. */
export async function playCaller(given: string[], print: Print): Promise<Played> {
  try {
    return await send(parseSending(given), print);
  } catch (error) {
    throw error instanceof StartError ? error : new StartError(describeFailure(error));
  }
}

function describeFailure(error: unknown): string {
  return `No answer: ${toWords(error)}\n${isUnsent(error) ? "Nothing was sent." : "The request may have arrived."}`;
}

async function send(sending: Sending, print: Print): Promise<Played> {
  const text = await beforeSending(readFile(sending.file, "utf8"));
  const body = sending.isSample ? renewCalls(sending.demo.renew?.(text) ?? text) : text;
  if (sending.deployed !== undefined) return sendToFunction(sending.demo, { deployed: sending.deployed, event: body }, print);
  return sending.url === undefined ? sendLocally(sending, body, print) : sendToApi(sending, { url: sending.url, body }, print);
}

async function sendLocally(sending: Sending, body: string, print: Print): Promise<Played> {
  const { demo, connection } = sending;
  const { control, tokens } = ports();
  const controlUrl = `http://127.0.0.1:${control}`;
  const secret = givenSecret ?? toVerification(demo, undefined, tokens).secrets?.[0]?.value ?? "";
  const { outgoing, request, reading, calls, before } = await beforeSending(prepare(sending, { body, secret, controlUrl }), IS_IT_RUNNING);

  print("Request", redact(describeRequest(request), secret));
  if (takesDryRun(outgoing)) await printDryRun(outgoing, print, IS_IT_RUNNING);
  else print("Canonical request", redact(describeReading(reading), secret));
  const answer = await post(request, IS_IT_RUNNING);
  print("Answer", describeAnswer(answer));

  const arrived = (await readTransfers(controlUrl)).slice(before.length);
  const asked = toAsked({ before, now: arrived }, calls, reading.kind !== "read");
  // The function may know an older document of the connection: what the gateway was asked for goes before what this process read.
  const isDry = isAnswered(answer) && reading.kind === "read" && reading.isDryRun && asked.now.length === 0;
  const saysAccepted = isAnswered(answer) && demo.isAccepted(answer.text, undefined);
  const isRepeat = isReplayed(answer.text) || saysAccepted === true;
  print("At the gateway", describeAsked(asked, { isReplayed: isRepeat, isOpen: saysAccepted === undefined && !isDry }));
  const isOther = reading.kind === "unproven" && reading.isCredential && givenSecret === undefined && connection !== demo.name;
  const hint = `It was signed with the demo's secret, that of ${demo.name}: set CCGW_SEND_SECRET to that of ${connection}.\n`;
  const ended = isDry ? DRY_RUN : conclude(demo, answer, isWhole(reading) && isEachAccepted(calls, asked));
  const lines = [...(isOther ? [hint] : []), ...ended.lines, ...tellForbidden(sending, answer)];
  return { source: demo.source, connection: demo.isInvoked ? undefined : connection, answer, asked: asked.now, ...ended, lines };
}

/** All that there is before anything is sent. The calls of the request are there afterwards, whatever became of them before. */
async function prepare(
  { demo, connection, isAssumed, isSample, verification: given }: Sending,
  { body: text, secret, controlUrl }: LocalOptions,
) {
  const { http, lambda, secrets, tokens } = ports();
  const local = { secretsUrl: `http://127.0.0.1:${secrets}`, name: connection };
  const address = demo.isInvoked
    ? `http://127.0.0.1:${lambda}/2015-03-31/functions/${LEX_FUNCTION}/invocations`
    : toAddress(`http://127.0.0.1:${http}`, connection);
  const settings = await readSettings(local, demo.source);
  const verification = toVerification(demo, given ?? settings?.verification, tokens);
  const body = isSample && !isAssumed && settings !== undefined ? toOwnSample(text, { ...settings }) : text;
  const outgoing = { demo, verification, address, body, secret };
  const request = await toRequest(outgoing);
  const reading = await (demo.isInvoked ? readLexEvent(body, local.secretsUrl) : readWebhook(request, local));
  const calls = reading.kind === "read" ? reading.entries.flatMap(toCall) : findCalls(body);
  await prepareCalls(controlUrl, calls);
  return { outgoing, request, reading, calls, before: await readTransfers(controlUrl) };
}

interface LocalOptions {
  readonly body: string;
  readonly secret: string;
  readonly controlUrl: string;
}

async function sendToApi(sending: Sending, { url, body }: { readonly url: string; readonly body: string }, print: Print): Promise<Played> {
  const { demo, connection, isAssumed, verification: given } = sending;
  if (givenSecret === undefined) throw new StartError("Set CCGW_SEND_SECRET to the secret of the deployed connection.");
  const verification = toVerification(demo, given, ports().tokens);
  const outgoing = { demo, verification, address: toAddress(url, connection), body, secret: givenSecret };
  const request = await beforeSending(toRequest(outgoing));

  if (isAssumed) print("Connection", `${connection}, as on the local stack: --connection names another`);
  print("Request", redact(describeRequest(request), givenSecret));
  if (takesDryRun(outgoing)) await printDryRun(outgoing, print);
  else print("Canonical request", `not shown: ${NO_DRY_RUN}`);
  const answer = await post(request);
  print("Answer", describeAnswer(answer));
  const ended = conclude(demo, answer, undefined);
  return {
    source: demo.source,
    connection,
    answer,
    asked: undefined,
    ...ended,
    lines: [...ended.lines, ...tellForbidden(sending, answer)],
  };
}

async function sendToFunction(
  demo: Demo,
  { deployed, event }: { readonly deployed: DeployedFunction; readonly event: string },
  print: Print,
): Promise<Played> {
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
  return { source: demo.source, connection: undefined, answer, asked: undefined, ...conclude(demo, answer, undefined) };
}

function toAddress(api: string, connection: string): string {
  return `${api}/v1/transfers/${encodeURIComponent(connection)}`;
}

/** One that is signed may not cover the query. */
function takesDryRun({ demo, verification }: Unsigned): boolean {
  return demo.dryRun === true && verification.scheme === "shared-secret";
}

async function printDryRun(outgoing: Unsigned, print: Print, advice?: string): Promise<void> {
  const { text } = await post(await toRequest({ ...outgoing, address: `${outgoing.address}?dryRun` }), advice);
  print("Canonical request, by a dry run", readable(text));
}

function toCall(entry: Extract<Reading, { kind: "read" }>["entries"][number]): Call[] {
  return entry instanceof TransferError ? [] : [entry];
}

/** Of what could not be read, the gateway was not asked, or nobody knows. */
function isWhole(reading: Reading): boolean {
  return reading.kind !== "read" || !reading.entries.some((entry) => entry instanceof TransferError);
}

function isAnswered({ status, headers }: Answer): boolean {
  return status < 300 && !headers.some(([name]) => name === FUNCTION_ERROR);
}

/** Of a sample that nobody could hold against what the connection may do. */
function tellForbidden({ demo, isSample }: Sending, { text }: Answer): readonly string[] {
  if (!isSample || !/"code": ?"forbidden"/.test(text)) return [];
  return [
    `The sample asks for what this connection may not: give a file with a body of yours, as ${demo.sample} with a target that it has.`,
  ];
}

type Conclusion = Pick<Played, "isAccepted" | "isDryRun" | "lines">;

const DRY_RUN: Conclusion = { isAccepted: undefined, isDryRun: true, lines: ["Dry run: nobody was moved."] };
const ACKNOWLEDGED =
  "Acknowledged, which is no proof: what was refused for good, or may have happened, is acknowledged, too. The function's log tells.";

function conclude(demo: Demo, answer: Answer, isEachAccepted: boolean | undefined): Conclusion {
  const isAccepted = isAnswered(answer) && demo.isAccepted(answer.text, isEachAccepted);
  if (isAccepted !== true && isAnswered(answer) && isDryRun(answer.text)) return DRY_RUN;
  const words = isAccepted === undefined ? ACKNOWLEDGED : isAccepted ? "Accepted." : "Not accepted, or not known to be.";
  return { isAccepted, isDryRun: false, lines: [words] };
}
