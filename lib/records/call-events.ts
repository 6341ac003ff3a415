/**
 * What the gateway's events say of a call, written into the record of its transfer. The same event twice changes nothing, and one that comes before the gateway's
 * answer waits there for it. Of a call that nobody transferred, nothing is kept.
 */
import { TransferError } from "../errors.ts";
import { toCall } from "../transfer/delivery.ts";
import { type CallEvent, isFinal, toFacts } from "../transfer/outcome.ts";
import type { CallGuard, Holder } from "./call-guard.ts";
import { isFailure, isNewsOf, type Told } from "./event-verdict.ts";
import { deliveryOf } from "./find-delivery.ts";
import { isForgotten } from "./forgotten-item.ts";
import type { Places } from "./places.ts";
import { type DeliveryItem, toDueAt, toEnded, toFactTimes, toResult } from "./record-item.ts";

/** Each is lost to another event of the call, or to the gateway's answer. */
const WRITES_MAX = 8;

export interface CallEvents {
  /**
   * Id of the delivery whose outcome this event has changed. `only`: the one that was asked about: it says nothing of another one of the call, and nothing at all
   * where another one may have moved it since.
   * Throws `store-unavailable`.
   */
  take(event: CallEvent, signal: AbortSignal, only?: Holder): Promise<string | undefined>;
}

interface CallEventsOptions {
  readonly places: Places;
  readonly guard: CallGuard;
  readonly wallMs: () => number;
}

export function createCallEvents({ places, guard, wallMs }: CallEventsOptions): CallEvents {
  /** Undefined where the event is none of this claim's transfer. `isFollowed`: by another one of the call. */
  async function note(holder: Holder, event: CallEvent, isFollowed: boolean, signal: AbortSignal): Promise<Noted | undefined> {
    const { heardAt = wallMs() } = event;
    for (let lost = 0; lost < WRITES_MAX; lost += 1) {
      const place = await places.look(holder.delivery, signal);
      const item = deliveryOf(place);
      if (item?.pending === undefined || item.status === "open" || item.claims !== holder.claims) return undefined;
      // Whose events they are is not known any more: they may be its own, and are no other one's.
      if (isForgotten(item)) return { item, isNews: false };
      const told = toFacts(event, item.pending);
      // It may be of the transfer before: of another agent's.
      if (Object.keys(told).length === 0) return undefined;
      if (!isNewsOf(item, { event, told, heardAt })) return undefined;
      // Why it failed is known, and what may be a repeat of that may as well be why the next one has.
      if (isFollowed && isFailure(told) && toResult(item, wallMs())?.outcome === "failed") return { item, isNews: false };
      if (Object.keys(told).every((fact) => Object.hasOwn(item.facts, fact))) return { item, isNews: false };
      const noted = { ...item, ...toNoted(item, { event, told, heardAt }) };
      const content = { ...noted, dueAt: toDueAt(noted, wallMs()) };
      if ((await places.write(place, content, signal)) !== undefined) return { item: content, isNews: true };
    }
    // Whoever brought it brings it again.
    throw new TransferError("store-unavailable", { reason: "lost every write to others" });
  }

  async function noteFirst(holders: readonly Holder[], event: CallEvent, signal: AbortSignal) {
    for (const [index, holder] of holders.entries()) {
      const noted = await note(holder, event, index > 0, signal);
      if (noted !== undefined) return noted;
    }
    return undefined;
  }

  return {
    async take(event, signal, only) {
      const call = toCall(event.gateway, event.callId);
      const holders = await guard.holdersOf(call, signal);
      const noted = await noteFirst(only === undefined ? holders : holders.slice(0, 1).filter(isSameAs(only)), event, signal);
      const result = noted && toResult(noted.item, wallMs());
      if (noted === undefined || result === undefined) return undefined;
      const { id, claims } = noted.item;
      // Also of one that is told once more: the first time it may have come to nothing here.
      if (isFinal(result)) await guard.letGo(call, { delivery: id, claims }, toEnded(noted.item), signal);
      return noted.isNews ? id : undefined;
    },
  };
}

function isSameAs({ delivery, claims }: Holder): (other: Holder) => boolean {
  return (other) => other.delivery === delivery && other.claims === claims;
}

interface Noted {
  readonly item: DeliveryItem;
  readonly isNews: boolean;
}

/** The times of all are of the last event, by the gateway's clock where it has one. */
function toNoted(item: DeliveryItem, { event: { generatedAt }, told, heardAt }: Told): Partial<DeliveryItem> {
  const times = Object.keys(told).map((fact) => [fact, generatedAt ?? heardAt]);
  const noted = {
    facts: { ...item.facts, ...told },
    factTimes: { claims: item.claims, at: { ...toFactTimes(item), ...Object.fromEntries(times) } },
  };
  if (generatedAt !== undefined && item.eventAt !== undefined && generatedAt <= item.eventAt) return noted;
  return { ...noted, eventAt: generatedAt ?? item.eventAt, heardAt };
}
