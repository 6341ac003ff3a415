/** A request of which no function has said how it ended: what API Gateway's own log says of it, or where else it may be looked for. */
import { type AccessLine, toAccessLogGroup } from "../access-log.ts";
import type { Report } from "../report.ts";
import type { Words } from "./words.ts";

const TOO_MANY = 429;
const SERVER_ERROR = 500;

interface UnseenOptions {
  readonly requestId: string;
  readonly since: string;
  readonly stage: string;
  /** Whether functions have lines of it, of which none says how it ended. */
  readonly isBegun: boolean;
  /** Undefined where API Gateway has no log. */
  readonly access: readonly AccessLine[] | undefined;
}

export function toUnseen({ requestId, since, stage, isBegun, access }: UnseenOptions): Report {
  const answers = (access ?? []).map((line) => ({ ...line, why: toWhy(line) }));
  const begun = `${requestId} has lines in the log of ${stage}, but none that says how it ended: it may still be running, or its function has died.`;
  const json = { requestId, requests: [], isComplete: true, access: answers };
  if (answers.length > 0) return { json, lines: [...(isBegun ? [begun] : []), ...answers.flatMap(toLines)] };
  if (isBegun) return { json, lines: [begun], exitCode: 1 };
  const isOfCaller =
    "the id is its caller's own (X-Request-Id) and no function saw it: API Gateway's log knows requests by its own ids alone";
  return {
    json,
    lines: [
      `Nothing of ${requestId} is in the log of ${stage} in the last ${since}${access === undefined ? "" : `, nor in ${toAccessLogGroup(stage)}`}. It may be that`,
      "  it came a moment ago: lines take some seconds to be found",
      "  it came before that: --since goes back further, as far as logs are kept (logRetentionDays)",
      "  it went to another stage or region (--stage, --region)",
      ...(access === undefined ? [] : [`  ${isOfCaller}`]),
    ],
    exitCode: 1,
  };
}

function toLines({
  at,
  method,
  route,
  status,
  isOfFunction,
  error,
  durationMs,
  why,
}: AccessLine & { readonly why: Words }): readonly string[] {
  const after = durationMs === undefined ? "" : ` after ${durationMs} ms`;
  const by = isOfFunction ? "by a function" : `by API Gateway itself${error === undefined ? "" : ` (${error})`}`;
  return [
    at,
    `  came by ${route === undefined || route === "$default" ? `${method} to no route` : route}`,
    `  answered ${status}${after}, ${by}`,
    `  ${why.what}`,
    `  → ${why.mend}`,
  ];
}

/** Of a function that dies or is too slow, what it did is not known. */
function toWhy({ status, isOfFunction }: AccessLine): Words {
  if (isOfFunction)
    return {
      what: "a function has answered it, and its own line is not in the log",
      mend: "Ask again in some seconds. Where it stays so, its caller gave it another id (X-Request-Id), or the function's log has dropped it.",
    };
  if (status === TOO_MANY)
    return {
      what: "throttled: more requests came at once than requestsPerSecond and requestsBurst allow. No function was asked, and nothing was sent",
      mend: "The caller may repeat it. docs/runbook.md, API throttled: how to find who asks so often.",
    };
  if (status >= SERVER_ERROR)
    return {
      what: "no answer of a function came in time, or none could be had: whether it transferred is unknown",
      mend: "Let the caller repeat the same delivery, which tells what became of it; or look for it by its call: `ccgw transfers list --call …`.",
    };
  return {
    what: "API Gateway has turned it away before any function: nothing was sent",
    mend: "Compare address, method and size with what `ccgw connection show` and docs/answers.md say.",
  };
}
