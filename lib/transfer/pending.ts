/** What of a claimed transfer its result tells: what was asked of the gateway, and nothing of who is told later. */
import type { Pending } from "./records.ts";
import type { GatewayAnswer, Moved, TransferResult } from "./result.ts";

export function toMoved(pending: Pending): Omit<Moved, "transferId" | "replayed" | "outcome" | "outcomeReason"> {
  const { callId, agentId, target, mode, reference, callDataTruncated, receivedAt } = pending;
  return {
    ...{ callId, agentId, target, mode, receivedAt },
    ...(reference !== undefined && { reference }),
    ...(callDataTruncated !== undefined && { callDataTruncated }),
  };
}

/** As the record would tell it, for an answer that could not be kept. */
export function toUnkeptResult(transferId: string, pending: Pending, answer: GatewayAnswer): TransferResult {
  return { transferId, ...toMoved(pending), outcome: pending.observed ? "pending" : "not-observed", replayed: false, ...answer };
}
