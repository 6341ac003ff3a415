/**
 * A delivery without what names anybody: the call, the agent, the target, the reference, a bot's user. What at-most-once needs stays: the hashes, the claims, the state and
 * how long it is kept. So a repeat is answered as one, and the call stays busy for as long as it would. Of the same shape as any: every version reads it.
 */
import type { Moved } from "../transfer/result.ts";
import { type DeliveryItem, isInFlight, isUntold, toResult, toTold } from "./record-item.ts";

const FORGOTTEN = "forgotten";
/** No agent is called so: no event of the call is a fact about this transfer, also to a version that knows of no forgetting. It would take any agent's for that of a queue. */
const NOBODY = { callId: FORGOTTEN, agentId: FORGOTTEN, target: { type: "agent", address: FORGOTTEN } } as const;

/** Why it may not be forgotten now: whoever waits for it would never be told, or told of nobody. `unsettled`: its lease is over, and the sweep has not counted it yet. */
export function whyRemembered(item: DeliveryItem, nowMs: number): "in-flight" | "unsettled" | "pending" | "untold" | undefined {
  if (isInFlight(item, nowMs)) return "in-flight";
  if (item.status === "claimed") return "unsettled";
  const result = toResult(item, nowMs);
  if (result?.outcome === "pending") return "pending";
  const isTold = result === undefined || !isUntold(item, result);
  return isTold && (item.earlier ?? []).every((each) => each.isTold) ? undefined : "untold";
}

export function isForgotten({ pending }: DeliveryItem): boolean {
  return isOfNobody(pending);
}

export function isOfNobody(moved: { readonly callId?: string | undefined } | undefined): boolean {
  return moved?.callId === FORGOTTEN;
}

/** Nobody looks after it any more, and nobody is told. Of one that is not in flight. */
export function toForgotten(item: DeliveryItem, nowMs: number): DeliveryItem {
  const { pending, earlier } = item;
  const before = toResult(item, nowMs);
  const kept = pending && {
    ...{ connection: pending.connection, gateway: pending.gateway, mode: pending.mode, receivedAt: pending.receivedAt },
    // Whose end is not known yet, nobody asks the gateway about.
    observed: pending.observed && before?.outcome !== "pending",
    ...NOBODY,
  };
  const forgotten: DeliveryItem = {
    ...item,
    pending: kept,
    ...{ reference: undefined, call: undefined, dueAt: undefined },
    earlier: earlier?.map((each) => ({ ...each, isTold: true, result: withoutNames(each.result) })),
  };
  const result = toResult(forgotten, nowMs);
  return result === undefined ? forgotten : { ...forgotten, told: toTold(result) };
}

function withoutNames<Result extends Moved>(result: Result): Result {
  return { ...result, ...NOBODY, reference: undefined };
}
