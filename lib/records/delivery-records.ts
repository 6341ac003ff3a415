/** The core's records over a store: what is known of a delivery, its claim, and how that ends. Every write is conditional on what was seen. */
import { TransferError } from "../errors.ts";
import type { Delivery } from "../transfer/delivery.ts";
import type { Deadline } from "../transfer/invocation.ts";
import { isFinal } from "../transfer/outcome.ts";
import type { Claim, Pending, RecordState, Records, SeenDelivery } from "../transfer/records.ts";

import type { CallGuard } from "./call-guard.ts";
import { toEarlier, toEarlierOfNone } from "./earlier-transfers.ts";
import { deliveryOf, findDelivery, isSameRequest } from "./find-delivery.ts";
import type { HashesOf, Place, Places } from "./places.ts";
import { type DeliveryItem, type EndedBefore, isInFlight, LEASE_MS, toDueAt, toEnded, toResult, toTransferId } from "./record-item.ts";

/** How often one that is in progress is looked at. */
const POLL_MS = 250;
/** Kept back for rendering the answer of one that waited in vain. */
const WAIT_RESERVE_MS = 300;
/** What keeping an answer may take where the deadline leaves less: the answer is worth it, and the function lives on for seconds. */
const KEEP_MIN_MS = 1_500;
/** Each is lost to an event of the call. */
const WRITES_MAX = 5;

interface DeliveryRecordsOptions {
  readonly places: Places;
  readonly guard: CallGuard;
  readonly hashesOf: HashesOf;
  readonly clock: { readonly wallMs: () => number; readonly sleep: (ms: number, signal: AbortSignal) => Promise<void> };
  readonly newNonce: () => string;
}

interface Claimed {
  readonly place: Place;
  readonly item: DeliveryItem;
  /** The guard of its call, where it was written for this claim. */
  readonly call: Place | undefined;
}

export function createDeliveryRecords({ places, guard, hashesOf, clock, newNonce }: DeliveryRecordsOptions): Records {
  const { wallMs, sleep } = clock;

  async function settle(claimed: Place, change: (item: DeliveryItem) => DeliveryItem, signal: AbortSignal): Promise<DeliveryItem> {
    const nonce = deliveryOf(claimed)?.nonce;
    let place = claimed;
    for (let lost = 0; lost < WRITES_MAX; lost += 1) {
      const item = deliveryOf(place);
      if (item === undefined || item.nonce !== nonce) throw notOurs();
      const changed = change(item);
      const content = { ...changed, dueAt: toDueAt(changed, wallMs()) };
      if ((await places.write(place, content, signal)) !== undefined) return content;
      // An event of the call came, or the lease was found to be over: the claim is ours all the same.
      place = await places.look(claimed.id, signal);
    }
    throw notOurs();
  }

  function toClaim({ place, item, call }: Claimed, delivery: Delivery, deadline: Deadline): Claim {
    const holder = { delivery: place.id, claims: item.claims };
    // Whole milliseconds: it throws for others, and a monotonic clock has them.
    const keep = () => AbortSignal.timeout(Math.ceil(Math.max(deadline.remainingMs(), KEEP_MIN_MS)));
    return {
      transferId: toTransferId(item),
      async settle(answer) {
        const signal = keep();
        const endedAt = wallMs();
        const settled = await settle(place, (now) => ({ ...now, status: "settled", answer, endedAt }), signal);
        const result = toResult(settled, endedAt);
        if (result === undefined) throw notOurs();
        await guard
          .letGo(delivery.call, holder, result.state === "refused" ? "none" : isFinal(result) ? toEnded(settled) : "open", signal, call)
          .catch(heldForItsTime);
        return result;
      },
      async reopen(refusal) {
        const signal = keep();
        await settle(place, (now) => ({ ...now, status: "open", answer: refusal, earlier: toEarlierOfNone(now) }), signal);
        await guard.letGo(delivery.call, holder, "none", signal, call).catch(heldForItsTime);
        // Where nobody can tell, the record is read once more.
        const now = await places.look(place.id, signal).catch(() => undefined);
        return now !== undefined && deliveryOf(now)?.claims === item.claims;
      },
    };
  }

  function toSeen(delivery: Delivery, { place, call }: { readonly place: Place; readonly call: Place }, deadline: Deadline): SeenDelivery {
    const item = deliveryOf(place);
    const fingerprints = hashesOf(delivery.fingerprint);
    const fresh = { kind: "delivery", fingerprints, status: "open", claims: 0, facts: {} } as const;
    return {
      ...toState(item, wallMs()),
      isSameRequest: item === undefined || isSameRequest(item, fingerprints),
      async claim(pending) {
        const claims = (item?.claims ?? 0) + 1;
        const { signal } = deadline;
        const taken = await guard.take(call, delivery.call, { delivery: place.id, claims }, signal);
        if (taken.kind !== "taken") return taken;
        const claimedAt = wallMs();
        const leaseUntil = claimedAt + LEASE_MS;
        const content = {
          // Also what a newer version wrote: all of the last transfer that we know is put right below.
          ...item,
          ...fresh,
          ...{ answer: undefined, endedAt: undefined, eventAt: undefined, heardAt: undefined, factTimes: undefined, told: undefined },
          fingerprints: item?.fingerprints ?? fingerprints,
          firstSeenAt: firstSeenOf(item, claimedAt) ?? pending.receivedAt,
          ...{
            claims,
            nonce: newNonce(),
            claimedAt,
            leaseUntil,
            dueAt: leaseUntil,
            pending,
            before: endedOf(item, claimedAt) ?? taken.before,
            isOpenBefore: taken.isOpenBefore,
            explicit: item?.explicit === true || delivery.explicit,
            earlier: toEarlier(item, claimedAt),
          },
          ...{ status: "claimed" as const, reference: toReference(pending), call: call.id },
        };
        const written = await places.write(place, content, signal);
        const claimed = written && deliveryOf(written);
        return written === undefined || claimed === undefined
          ? { kind: "lost" }
          : { kind: "claimed", claim: toClaim({ place: written, item: claimed, call: taken.place }, delivery, deadline) };
      },
      async isUnclaimed() {
        const now = await places.look(place.id, AbortSignal.timeout(KEEP_MIN_MS));
        const current = deliveryOf(now);
        return (current?.claims ?? 0) === (item?.claims ?? 0) && toKnown(current) === toKnown(item);
      },
      async remember(firstSeenAt) {
        if (item === undefined) await places.write(place, { ...fresh, firstSeenAt }, deadline.signal);
      },
    };
  }

  return {
    async read(delivery, deadline) {
      const { remainingMs, signal } = deadline;
      let found = await findDelivery(places, delivery, { hashesOf, signal });
      for (;;) {
        const item = deliveryOf(found.place);
        const mayWait = !signal.aborted && remainingMs() > WAIT_RESERVE_MS + POLL_MS;
        if (item === undefined || !isInFlight(item, wallMs()) || !mayWait) return toSeen(delivery, found, deadline);
        await sleep(POLL_MS, signal);
        found = { ...found, place: await places.look(found.place.id, signal) };
      }
    },
  };
}

function toState(item: DeliveryItem | undefined, nowMs: number): RecordState {
  if (item === undefined) return { kind: "open", firstSeenAt: undefined };
  if (isInFlight(item, nowMs)) return { kind: "in-progress", transferId: toTransferId(item) };
  const result = toResult(item, nowMs);
  return result === undefined || item.pending === undefined
    ? { kind: "open", firstSeenAt: item.firstSeenAt }
    : { kind: "settled", result, isExplicit: item.explicit === true, connection: item.pending.connection };
}

/** What a late event changes, too. */
function toKnown(item: DeliveryItem | undefined): string {
  return JSON.stringify([item?.facts ?? {}, item?.answer]);
}

/** How its own last transfer ended: the guard may not have heard of it. */
function endedOf(item: DeliveryItem | undefined, nowMs: number): EndedBefore | undefined {
  const result = item && toResult(item, nowMs);
  return item !== undefined && result !== undefined && isFinal(result) ? toEnded(item) : undefined;
}

/** Of one that was sent and has failed, or was refused long ago, a new request is seen for the first time. */
function firstSeenOf(item: DeliveryItem | undefined, nowMs: number): string | undefined {
  return item !== undefined && toResult(item, nowMs) === undefined ? item.firstSeenAt : undefined;
}

/** Where the searches of one connection's references meet. */
function toReference({ connection, reference }: Pending): string | undefined {
  return reference === undefined ? undefined : `${connection}#${reference}`;
}

/** The lease was longer than this invocation: what is true of the transfer, the events tell. */
function notOurs(): TransferError {
  return new TransferError("internal", { reason: "the claim is not ours any more", effect: "unknown" });
}

/** The call stays with this transfer for as long as it might: nobody is told anything wrong. */
function heldForItsTime(): void {}
