/**
 * `ccgw transfers tail`: a line for each transfer that is asked for, and for how each has ended, as they come, from the log of the functions. Ends with its time, or with
 * Ctrl-C, with 0.
 */
import { setTimeout } from "node:timers/promises";
import { createCommand } from "../command.ts";
import { toWhy } from "../explain/explained.ts";
import { type FunctionLog, type LoggedLine, openFunctionLog } from "../function-log.ts";
import { watchInterrupts } from "../interrupt.ts";
import { openPlace, type Place } from "../place.ts";
import { CommandError, NotFound } from "../problem.ts";
import { withProgress } from "../progress.ts";
import { printNote } from "../report.ts";
import { openSecretBook } from "../secret-book.ts";
import { parseCall } from "./search.ts";

/** Those that take requests, and those that learn how a transfer has ended. */
const FUNCTIONS = ["receive-transfer", "receive-lex", "deliver-callbacks", "sweep-records"];
const PATTERN = `{ ${["request", "transfer", "outcome", "lease ended"].map((message) => `($.message = "${message}")`).join(" || ")} }`;
const POLL_MS = 2_000;
/** A line may be found later than one that is newer. */
const LATE_MS = 30_000;
/** In that time. */
const LINES_MAX = 10_000;
const MINUTES = /^[1-9]\d{0,3}$/;

export function createTransfersTail() {
  return createCommand("tail", "each transfer that is asked for, and how it ends, as they come; Ctrl-C ends it")
    .option("--connection <name>", "of one connection")
    .option("--reference <reference>", "of one reference")
    .option("--call <gateway/callId>", "of one call, as in main/1552524689-16797284", parseCall)
    .option("--transfer <id>", "of one transfer")
    .option("--minutes <number>", "for so long; until Ctrl-C unless given", parseMinutes)
    .action(async ({ json, stage, region, profile, minutes, ...wanted }) => {
      const place = await withProgress("Looking for the stack", openPlace({ stage, region, profile }));
      const { signal, unwatch } = watchInterrupts();
      const log = openFunctionLog(place);
      const ends = minutes === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(minutes * 60_000)]);
      try {
        if (wanted.connection !== undefined) await tellUnknown(place, wanted.connection);
        if (json !== true)
          console.error(`Transfers of ${place.isLocal ? "the local stack" : `the stage ${place.stage}`} from now on. Ctrl-C ends it.`);
        const followed = followTransfers(log, { wanted, sinceMs: Date.now(), pollMs: POLL_MS, signal: ends });
        for await (const line of followed) console.log(json === true ? JSON.stringify(line) : toLine(line));
      } finally {
        unwatch();
        log.close();
      }
    });
}

/** One that is made later is followed, too: it is said, and not refused. Nor is who may not read secrets. */
export async function tellUnknown(place: Place, connection: string): Promise<void> {
  const book = openSecretBook(place);
  try {
    await book.require("connections", connection);
  } catch (error) {
    if (error instanceof NotFound) printNote(error.message);
  } finally {
    book.close();
  }
}

/** All of it that is given. */
interface Wanted {
  readonly connection?: string | undefined;
  readonly reference?: string | undefined;
  readonly call?: ReturnType<typeof parseCall> | undefined;
  readonly transfer?: string | undefined;
}

interface FollowOptions {
  readonly wanted: Wanted;
  readonly sinceMs: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** Until the signal ends it: each line once. */
export async function* followTransfers(log: FunctionLog, { wanted, sinceMs, pollMs, signal }: FollowOptions): AsyncGenerator<LoggedLine> {
  const seen = new Map<string, number>();
  let newestMs = sinceMs;
  while (!signal.aborted) {
    const lines = await log.find(PATTERN, { functions: FUNCTIONS, sinceMs: Math.max(sinceMs, newestMs - LATE_MS), max: LINES_MAX });
    for (const line of lines) {
      const atMs = Date.parse(line.at);
      if (seen.has(line.eventId)) continue;
      seen.set(line.eventId, atMs);
      newestMs = Math.max(newestMs, atMs);
      if ((isTransfer(line) || isEnd(line)) && isWanted(line, wanted)) yield line;
    }
    for (const [eventId, atMs] of seen) if (atMs < newestMs - LATE_MS) seen.delete(eventId);
    await setTimeout(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Of a request for several, each has a line of its own. Locally, other functions' lines are among them. */
function isTransfer({ message, route = "", entries = 0 }: LoggedLine): boolean {
  if (message === "transfer") return true;
  return message === "request" && entries === 0 && (route === "POST /v1/transfers/{connection}" || route.startsWith("INVOKE"));
}

/** An outcome has a line for each who is told and each time; a callback's is made of every one, whether or not its connection has a receiver. */
function isEnd({ message, to, attempts }: LoggedLine): boolean {
  return message === "lease ended" || (message === "outcome" && to === "callback" && attempts === 1);
}

/** Not every line names the gateway: then the call's id alone has to do. */
function isWanted(line: LoggedLine, { connection, reference, call, transfer }: Wanted): boolean {
  return (
    (connection === undefined || line.connection === connection) &&
    (reference === undefined || line.reference === reference) &&
    (transfer === undefined || line.transferId === transfer) &&
    (call === undefined || (line.callId === call.callId && (line.gateway ?? call.gateway) === call.gateway))
  );
}

function parseMinutes(text: string): number {
  if (!MINUTES.test(text)) throw new CommandError("--minutes must be a number from 1 to 9999.");
  return Number(text);
}

export function toLine(line: LoggedLine): string {
  const {
    at,
    message,
    connection = "?",
    callId,
    agentId,
    gateway,
    code,
    state,
    outcome,
    replayed,
    dryRun,
    transferId,
    reference,
    durationMs,
    requestId,
  } = line;
  const why = toWhy(line);
  const isOutcome = message === "outcome";
  const became = isOutcome
    ? [state === "accepted" ? undefined : state, `outcome ${outcome}`]
    : [
        code ?? state ?? (dryRun === true ? "dry run" : "nothing asked"),
        replayed === true ? "replayed" : undefined,
        message === "lease ended" ? message : undefined,
      ];
  return [
    at.slice(11, 19),
    connection,
    callId === undefined ? undefined : `call ${callId} of ${[gateway, agentId].filter(Boolean).join("/")}`,
    reference === undefined ? undefined : `reference ${reference}`,
    `→ ${became.filter(Boolean).join(", ")}`,
    why === undefined || why.check === code ? undefined : `(${why.check})`,
    transferId === undefined ? `request ${requestId}` : `transfer ${transferId}`,
    durationMs === undefined || isOutcome ? undefined : `${durationMs} ms`,
  ]
    .filter(Boolean)
    .join(" ");
}
