/** The operator's stop button, as the core sees it: what a pause holds back, and what is told of it. */
import { TransferError } from "../errors.ts";

export type PauseScope = "all" | `gateway/${string}` | `agent/${string}/${string}` | `connection/${string}`;

export interface Pause {
  readonly scope: PauseScope;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601: it ends by itself then. */
  readonly until?: string | undefined;
}

export interface Pauses {
  /** Those of these scopes that hold now, as they were 5 s ago at most. Throws `store-unavailable`. */
  holding(scopes: readonly PauseScope[], signal: AbortSignal): Promise<readonly Pause[]>;
}

/** Somebody may resume sooner than was said. */
const RETRY_AFTER_MAX_SECONDS = 300;

/** All that a transfer can be held back by. */
export function toScopes(connectionName: string, gateway: string, agentId: string): readonly PauseScope[] {
  return ["all", `gateway/${gateway}`, `agent/${gateway}/${agentId}`, `connection/${connectionName}`];
}

/** For the log. Who paused it, and why, is in words of the operator's own: the entry in the records has them. */
export function toReason({ scope, since, until }: Pause): string {
  return `${scope} since ${since}${until === undefined ? "" : ` until ${until}`}`;
}

/** Throws `paused`. Which gateway or agent it is, is not for the caller. */
export function assertNotPaused(pauses: readonly Pause[], receivedAt: string): void {
  const [longest] = pauses.toSorted((one, other) => endOf(other) - endOf(one));
  if (longest === undefined) return;
  const { scope, until } = longest;
  throw new TransferError("paused", {
    reason: toReason(longest),
    detail: `An operator has paused ${toCallersWords(scope)}. Nothing was sent; repeat this delivery later.`,
    ...(until !== undefined && { retryAfterSeconds: toRetryAfter(until, receivedAt) }),
  });
}

/** Not which gateway or agent it is: a caller may not know it. */
function toCallersWords(scope: PauseScope): string {
  if (scope.startsWith("gateway/")) return "transfers at this gateway";
  if (scope.startsWith("agent/")) return "transfers of this agent's calls";
  return scope === "all" ? "all transfers" : "transfers by this connection";
}

function endOf({ until }: Pause): number {
  return until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
}

function toRetryAfter(until: string, receivedAt: string): number {
  const leftSeconds = Math.ceil((Date.parse(until) - Date.parse(receivedAt)) / 1_000);
  return Math.min(Math.max(leftSeconds, 1), RETRY_AFTER_MAX_SECONDS);
}
