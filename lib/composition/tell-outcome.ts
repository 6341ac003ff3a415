/** From an outcome to the queue of those who are told. */
import type { Log } from "../log.ts";
import type { OutcomeQueue } from "../queue/outcome-queue.ts";
import type { TellOutcome } from "../records/sweep.ts";
import { toHandoffEvent } from "../sources/answering/handoff-status.ts";
import { toSummary } from "../sources/answering/summary.ts";

export function composeTellOutcome(queue: OutcomeQueue, log: Log): TellOutcome {
  return async ({ connection, result, conversation, at, tookMs }, signal) => {
    const { state, transferId, outcome, outcomeReason, callId, agentId, target, mode, reference, receivedAt } = result;
    // Nothing was moved: who asked was told so.
    if (state === "refused") return;
    const ended = { transferId, state, outcome, outcomeReason, callId, agentId, target, mode, reference, receivedAt };
    // For all others that is no news.
    const isOpen = outcome === "pending" || outcome === "not-observed";
    const status = conversation && toHandoffEvent(toSummary({ kind: "result", result }));
    const conversations = status && conversation ? [{ schemaVersion: 1 as const, connection, conversation, status, at }] : [];
    await queue.send(isOpen ? [] : [{ schemaVersion: 1, connection, ...ended, at }], { conversations, signal });
    if (tookMs !== undefined) log.measure("OutcomeMs", tookMs, { outcome });
  };
}
