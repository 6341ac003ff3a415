/**
 * What the gateway's events say of a call, written into the record of its transfer. The same event twice changes nothing, and one that comes before the gateway's
 * answer waits there for it. Of a call that nobody transferred, nothing is kept.
 */

import { toCall } from "../transfer/delivery.ts";
import { type CallEvent, type CallFacts, isFinal, toFacts } from "../transfer/outcome.ts";
import type { CallGuard } from "./call-guard.ts";
import { deliveryOf } from "./find-delivery.ts";
import type { Places } from "./places.ts";
import { type DeliveryItem, toDueAt, toEnded, toResult } from "./record-item.ts";

/** Each is lost to another event of the call, or to the gateway's answer. */
const WRITES_MAX = 8;
/** For how long after a claim what ended the transfer before may be told once more, by a gateway that gives its events no time. */
const ECHO_MS = 10_000;

export interface CallEvents {
  /** Id of the delivery whose outcome this event has changed. Throws `store-unavailable`. */
  take(event: CallEvent, signal: AbortSignal): Promise<string | undefined>;
}

interface CallEventsOptions {
  readonly places: Places;
  readonly guard: CallGuard;
  readonly wallMs: () => number;
}

export function createCallEvents({ places, guard, wallMs }: CallEventsOptions): CallEvents {
  async function note(id: string, { event, arrivedAt }: Omit<Told, "told">, signal: AbortSignal): Promise<Noted | undefined> {
    for (let lost = 0; lost < WRITES_MAX; lost += 1) {
      const place = await places.look(id, signal);
      const item = deliveryOf(place);
      if (item?.pending === undefined || item.status === "open") return undefined;
      const told = toFacts(event, item.pending);
      if (isEcho({ event, told, arrivedAt }, item)) return undefined;
      if (Object.keys(told).every((fact) => Object.hasOwn(item.facts, fact))) return { item, isNews: false };
      const noted = { ...item, facts: { ...item.facts, ...told }, eventAt: event.generatedAt ?? item.eventAt };
      const content = { ...noted, dueAt: toDueAt(noted, wallMs()) };
      if ((await places.write(place, content, signal)) !== undefined) return { item: content, isNews: true };
    }
    return undefined;
  }

  return {
    async take(event, signal) {
      const arrivedAt = wallMs();
      const call = toCall(event.gateway, event.callId);
      const holder = await guard.holderOf(call, signal);
      const noted = holder === undefined ? undefined : await note(holder, { event, arrivedAt }, signal);
      const result = noted && toResult(noted.item, wallMs());
      if (noted === undefined || result === undefined) return undefined;
      const { id, claims } = noted.item;
      // Also of one that is told once more: the first time it may have come to nothing here.
      if (isFinal(result)) await guard.letGo(call, { delivery: id, claims }, toEnded(noted.item), signal);
      return noted.isNews ? id : undefined;
    },
  };
}

interface Noted {
  readonly item: DeliveryItem;
  readonly isNews: boolean;
}

interface Told {
  readonly event: CallEvent;
  readonly told: CallFacts;
  /** Ms since 1970: when we heard of it. */
  readonly arrivedAt: number;
}

/** Of the transfer of the same call before this one. */
function isEcho({ event: { generatedAt }, told, arrivedAt }: Told, { before, claimedAt = 0 }: DeliveryItem): boolean {
  if (arrivedAt < claimedAt) return true;
  if (before === undefined) return false;
  if (generatedAt !== undefined && before.eventAt !== undefined) return generatedAt <= before.eventAt;
  return arrivedAt < claimedAt + ECHO_MS && Object.keys(told).some((fact) => Object.hasOwn(before.facts, fact));
}
