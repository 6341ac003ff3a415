/**
 * Whether an event of a call is news of its last transfer, or of the one before. The gateway's own times tell, where it gives them; where not, what could be a
 * repeat within moments of a claim does not count: it would say that a transfer has failed which goes on.
 */
import type { CallEvent, CallFacts } from "../transfer/outcome.ts";
import type { DeliveryItem } from "./record-item.ts";

/** For how long after a claim what ended the transfer before may be told once more: how often a gateway repeats what was not acknowledged is not documented. */
const ECHO_MS = 60_000;
/** How far the clocks of two functions may differ. */
const CLOCKS_MS = 5_000;
/** What the gateway's clock may lose against ours in the meantime. */
const DRIFT_MS = 1_000;
/** In several events, each of another kind, a gateway tells within this of each other how one transfer has ended; its times may be of whole seconds. */
const TOGETHER_MS = 3_000;
const FAILURES: readonly (keyof CallFacts)[] = ["notTransferred", "connectFailed", "customerLeft"];
const SUCCESSES: readonly (keyof CallFacts)[] = ["transferred", "answered"];

export interface Told {
  readonly event: CallEvent;
  readonly told: CallFacts;
  /** Ms since 1970: when we heard of it. */
  readonly heardAt: number;
}

export function isNewsOf(item: DeliveryItem, { event: { generatedAt }, told, heardAt }: Told): boolean {
  const { before, claimedAt = 0, isOpenBefore, answer } = item;
  // Of the transfer before nobody knows the end, and nothing but the gateway's word says that this one was begun.
  if (isOpenBefore === true && answer?.state !== "accepted") return false;
  if (heardAt < claimedAt - CLOCKS_MS) return false;
  if (told.customerLeft === true && isLongOver(item, heardAt)) return false;
  if (before === undefined) return true;
  const isAlike = [FAILURES, SUCCESSES].some((kinds) => has(told, kinds) && has(before.facts, kinds));
  if (generatedAt !== undefined && before.eventAt !== undefined) {
    const sinceClaimMs = claimedAt - (before.heardAt ?? claimedAt);
    // As long after the one before, by the gateway's clock, as the claim is by ours; what is that much later, no repeat is, whatever became of that clock.
    const isSame = Object.keys(told).some((fact) => Object.hasOwn(before.facts, fact));
    const apartMs = Math.max(Math.min(sinceClaimMs - DRIFT_MS, ECHO_MS), isAlike && !isSame ? TOGETHER_MS : 0);
    return generatedAt > before.eventAt && generatedAt - before.eventAt >= apartMs;
  }
  return !isAlike || heardAt >= claimedAt + ECHO_MS;
}

export function isFailure(told: CallFacts): boolean {
  return has(told, FAILURES);
}

/** Whoever hangs up afterwards was with the agent again: that is not why it failed. */
function isLongOver({ facts, heardAt }: DeliveryItem, nowMs: number): boolean {
  return has(facts, ["notTransferred", "connectFailed"]) && heardAt !== undefined && nowMs > heardAt + CLOCKS_MS;
}

function has(facts: CallFacts, kinds: readonly (keyof CallFacts)[]): boolean {
  return kinds.some((kind) => facts[kind] === true);
}
