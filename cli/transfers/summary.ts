/** One transfer in short, as its record has it now: what it was asked for, and what became of it. Neither a caller's number nor call data are in any record. */
import { type DeliveryItem, isInFlight, toResult, toTransferId } from "../../lib/records/record-item.ts";
import type { TransferResult } from "../../lib/transfer/result.ts";

/** `in-flight`: it is being sent. `open`: nothing was sent, or what was had no effect, and it may be claimed again. */
export const STATES = ["accepted", "refused", "unknown", "in-flight", "open"] as const;
export type State = (typeof STATES)[number];

export interface Summary {
  readonly transferId: string;
  readonly connection: string | undefined;
  readonly gateway: string | undefined;
  readonly state: State;
  readonly outcome?: string | undefined;
  readonly outcomeReason?: string | undefined;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly retcode?: string | undefined;
  /** What the gateway said; where that repeats the request, it was left out when it was kept. */
  readonly message?: string | undefined;
  readonly callId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly target?: TransferResult["target"] | undefined;
  readonly mode?: string | undefined;
  readonly reference?: string | undefined;
  readonly receivedAt?: string | undefined;
}

export function toSummary(item: DeliveryItem, nowMs: number): Summary {
  const result = toResult(item, nowMs);
  const { connection, gateway } = item.pending ?? {};
  if (result !== undefined) return { connection, gateway, ...ofResult(result) };
  const { callId, agentId, target, mode, reference, receivedAt } = item.pending ?? {};
  return {
    ...{ transferId: toTransferId(item), connection, gateway, state: isInFlight(item, nowMs) ? "in-flight" : "open" },
    ...ofAnswer(item.answer),
    ...{ callId, agentId, target, mode, reference, receivedAt },
  };
}

/** What the gateway refused is refused, also where it may be sent again: nothing else is open with a code. */
export function isOfState(summary: Summary, state: State): boolean {
  return summary.state === state || (state === "refused" && summary.state === "open" && summary.code !== undefined);
}

/** Of one of the delivery's transfers before the last. */
export function toEarlierSummary({ pending }: DeliveryItem, result: TransferResult): Summary {
  return { connection: pending?.connection, gateway: pending?.gateway, ...ofResult(result) };
}

function ofResult(result: TransferResult) {
  const { transferId, state, outcome, outcomeReason, callId, agentId, target, mode, reference, receivedAt } = result;
  return {
    ...{ transferId, state, outcome, outcomeReason },
    ...ofAnswer(result),
    ...{ callId, agentId, target, mode, reference, receivedAt },
  };
}

function ofAnswer(answer: DeliveryItem["answer"]) {
  if (answer === undefined) return {};
  const { retcode, message } = answer.gateway ?? {};
  if (answer.state === "accepted") return { retcode, message };
  return { code: answer.code, ...(answer.state === "refused" && { reason: answer.reason }), retcode, message };
}
