/** What is measured of the transfers that one request asked for, however it came. */
import type { Log, LogFields } from "../log.ts";
import type { Outcome } from "../sources/source.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { Stopwatch } from "./stopwatch.ts";

interface CountOptions {
  readonly log: Log;
  readonly source: string;
  readonly gateway: string;
}

/** `facts`: what the log tells of it. */
export function countTransfer(kind: Outcome["kind"], facts: LogFields, { log, source, gateway }: CountOptions): void {
  const { code, state, effect, replayed } = facts;
  log.count("Transfers", { source, code: String(code ?? state ?? kind) });
  const result = toClaim(facts);
  if (result !== undefined) log.count("Claims", { result });
  // The first has been counted.
  if (replayed === true) return;
  if (state === "unknown" || (code === "internal" && effect === "unknown")) log.count("UnknownTransfers", { gateway });
  if (code === "agent-not-signed-in") log.count("WithoutSession", { gateway });
  if (code === "gateway-unreachable") log.count("GatewayUnreachable", { gateway });
}

/** Of the time that the caller can wait. */
export function measureDeadline(log: Log, source: string, { elapsedMs }: Stopwatch, { remainingMs }: Deadline): void {
  const usedMs = elapsedMs();
  const budgetMs = Math.max(1, usedMs + remainingMs());
  log.measure("DeadlineUsed", Math.round((usedMs / budgetMs) * 100), { source });
}

const CLAIMS_LOST: Readonly<Record<string, string>> = {
  "duplicate-in-progress": "in-progress",
  "call-busy": "busy",
  "idempotency-mismatch": "mismatch",
  expired: "expired",
};

/** Undefined for what did not come as far as a claim. */
function toClaim({ code, replayed, transferId, dryRun }: LogFields): string | undefined {
  if (dryRun === true) return undefined;
  const lost = CLAIMS_LOST[String(code)];
  if (lost !== undefined) return lost;
  if (replayed === true) return "replayed";
  return transferId === undefined ? undefined : "taken";
}
