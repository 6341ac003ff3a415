/** `ccgw transfers tail`: a line for each transfer that is asked for, as they come, from the log of the functions. Ctrl-C ends it, with 0. */
import { setTimeout } from "node:timers/promises";
import { createCommand } from "../command.ts";
import { toWhy } from "../explain/explained.ts";
import { type FunctionLog, type LoggedLine, openFunctionLog } from "../function-log.ts";
import { openPlace } from "../place.ts";

const FUNCTIONS = ["receive-transfer", "receive-lex"];
const PATTERN = '{ ($.message = "request") || ($.message = "transfer") }';
const POLL_MS = 2_000;
/** A line may be found later than one that is newer. */
const LATE_MS = 30_000;
/** In that time. */
const LINES_MAX = 10_000;

export function createTransfersTail() {
  return createCommand("tail", "each transfer that is asked for, as they come; Ctrl-C ends it")
    .option("--connection <name>", "of one connection")
    .action(async ({ connection, json, ...options }) => {
      const place = await openPlace(options);
      const stop = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
      const log = openFunctionLog(place);
      try {
        if (json !== true)
          console.error(`Transfers of ${place.isLocal ? "the local stack" : `the stage ${place.stage}`} from now on. Ctrl-C ends it.`);
        const followed = followTransfers(log, { connection, sinceMs: Date.now(), pollMs: POLL_MS, signal: stop.signal });
        for await (const line of followed) console.log(json === true ? JSON.stringify(line) : toLine(line));
      } finally {
        log.close();
      }
    });
}

interface FollowOptions {
  readonly connection?: string | undefined;
  readonly sinceMs: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** Until the signal ends it: each line once. */
export async function* followTransfers(
  log: FunctionLog,
  { connection, sinceMs, pollMs, signal }: FollowOptions,
): AsyncGenerator<LoggedLine> {
  const seen = new Map<string, number>();
  let newestMs = sinceMs;
  while (!signal.aborted) {
    const lines = await log.find(PATTERN, { functions: FUNCTIONS, sinceMs: Math.max(sinceMs, newestMs - LATE_MS), max: LINES_MAX });
    for (const line of lines) {
      const atMs = Date.parse(line.at);
      if (seen.has(line.eventId)) continue;
      seen.set(line.eventId, atMs);
      newestMs = Math.max(newestMs, atMs);
      if (isTransfer(line) && (connection === undefined || line.connection === connection)) yield line;
    }
    for (const [eventId, atMs] of seen) if (atMs < newestMs - LATE_MS) seen.delete(eventId);
    await setTimeout(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Of a request for several, each has a line of its own. Locally, other functions' lines are among them. */
function isTransfer({ message, route = "", entries = 0 }: LoggedLine): boolean {
  if (message === "transfer") return true;
  return entries === 0 && (route === "POST /v1/transfers/{connection}" || route.startsWith("INVOKE"));
}

export function toLine(line: LoggedLine): string {
  const {
    at,
    connection = "?",
    callId,
    agentId,
    gateway,
    code,
    state,
    replayed,
    dryRun,
    transferId,
    reference,
    durationMs,
    requestId,
  } = line;
  const why = toWhy(line);
  const became = [code ?? state ?? (dryRun === true ? "dry run" : "nothing asked"), replayed === true ? "replayed" : undefined];
  return [
    at.slice(11, 19),
    connection,
    callId === undefined ? undefined : `call ${callId} of ${[gateway, agentId].filter(Boolean).join("/")}`,
    reference === undefined ? undefined : `reference ${reference}`,
    `→ ${became.filter(Boolean).join(", ")}`,
    why === undefined || why.check === code ? undefined : `(${why.check})`,
    transferId === undefined ? `request ${requestId}` : `transfer ${transferId}`,
    durationMs === undefined ? undefined : `${durationMs} ms`,
  ]
    .filter(Boolean)
    .join(" ");
}
