/** `ccgw explain REQUEST_ID`: what happened to a request and, where it was refused, which check failed. From the log of the functions and, where no function saw it, API Gateway's. */
import { type AccessLog, openAccessLog } from "../access-log.ts";
import { answer, createCommand } from "../command.ts";
import { type FunctionLog, type LoggedLine, openFunctionLog } from "../function-log.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import { parseSince } from "../since.ts";
import { toSteps, toWhy, type Why } from "./explained.ts";
import { toUnseen } from "./unseen.ts";

const SINCE_DEFAULT = "24h";
/** Those that answer requests. */
const FUNCTIONS = [
  "receive-transfer",
  "read-transfer",
  "describe-connection",
  "receive-lex",
  "gateway-events",
  "agent-sessions",
  "health",
  "unrouted",
];
/** As lib/http/request.ts takes it from callers: nothing of a filter pattern is in it. */
const REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;
/** Of one id that a caller has given to several. */
const REQUESTS_MAX = 5;

export function createExplain() {
  return createCommand("explain", "what happened to a request, and why it was refused")
    .argument("<request-id>", "the x-request-id of its answer, or the requestId in it")
    .option("--since <time>", "looked for since: 90s, 30m, 1h or 7d", SINCE_DEFAULT)
    .action((requestId, { since, ...options }) =>
      answer(options, async ({ place }) => {
        const found = await place();
        const log = openFunctionLog(found);
        const access = openAccessLog(found);
        try {
          return await explain({ log, access }, { requestId, since, nowMs: Date.now(), stage: found.stage });
        } finally {
          log.close();
          access?.close();
        }
      }),
    );
}

interface Logs {
  readonly log: FunctionLog;
  readonly access: AccessLog | undefined;
}

interface ExplainOptions {
  readonly requestId: string;
  readonly since: string;
  readonly nowMs: number;
  readonly stage: string;
}

export async function explain({ log, access }: Logs, { requestId, since, nowMs, stage }: ExplainOptions): Promise<Report> {
  if (!REQUEST_ID.test(requestId)) throw new CommandError("A request id has letters, digits and ._:/+=- alone, at most 128.");
  const pattern = `{ ($.requestId = "${requestId}") || ($.lambdaRequestId = "${requestId}") }`;
  const sinceMs = parseSince(since, nowMs);
  const lines = await log.find(pattern, { functions: FUNCTIONS, sinceMs });
  const requests = lines.filter(({ message }) => message === "request").map((line) => toRequest(line, lines));
  if (requests.length === 0)
    return toUnseen({ requestId, since, stage, isBegun: lines.length > 0, access: await access?.find(requestId, sinceMs) });
  const shown = requests.slice(-REQUESTS_MAX);
  const note = requests.length > shown.length ? ["", `${requests.length} requests had this id: these are the last ${shown.length}.`] : [];
  return { json: { requestId, requests: shown, isComplete: note.length === 0 }, lines: [...shown.flatMap(toLines), ...note] };
}

interface Explained {
  readonly at: string;
  readonly steps: readonly string[];
  readonly why: Why | undefined;
  /** Of a request that asked for several. */
  readonly transfers: readonly {
    readonly transferId: string | undefined;
    readonly callId: string | undefined;
    readonly state: string | undefined;
    readonly why: Why | undefined;
  }[];
  readonly problems: readonly string[];
  readonly transferId: string | undefined;
}

function toRequest(line: LoggedLine, lines: readonly LoggedLine[]): Explained {
  const own = lines.filter(({ requestId }) => requestId === line.requestId);
  return {
    at: line.at,
    steps: toSteps(line),
    why: toWhy(line),
    transfers: own
      .filter(({ message }) => message === "transfer")
      .map((entry) => ({ transferId: entry.transferId, callId: entry.callId, state: entry.state, why: toWhy(entry) })),
    problems: own
      .filter(({ level }) => level === "ERROR")
      .filter(({ message }) => message !== "request")
      .map(toProblemWords),
    transferId: line.transferId,
  };
}

function toProblemWords({ message, code, reason, errorName, stack }: LoggedLine): string {
  return [message, code, reason, errorName, stack].filter(Boolean).join(", ");
}

function toLines({ at, steps, why, transfers, problems, transferId }: Explained): readonly string[] {
  return [
    at,
    ...steps.map((step) => `  ${step}`),
    ...toWhyLines(why, "  "),
    ...transfers.flatMap(({ callId, transferId: id, state, why: its }) => [
      `  - call ${callId ?? "?"}: ${state ?? its?.check ?? ""}${id === undefined ? "" : `, transfer ${id}`}`,
      ...toWhyLines(its, "    "),
    ]),
    ...problems.map((problem) => `  the log says beside it: ${problem}`),
    ...(transferId === undefined ? [] : [`  What became of it: npx ccgw transfers show ${transferId}`]),
  ];
}

function toWhyLines(why: Why | undefined, indent: string): readonly string[] {
  if (why === undefined) return [];
  return [`${indent}${why.check}: ${why.what}`, ...why.facts.map((fact) => `${indent}  ${fact}`), `${indent}→ ${why.mend}`];
}
