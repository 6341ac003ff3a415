/**
 * What is due with the records: leases that are over, outcomes that are to be told, and transfers of which nothing was heard. Repeats nothing at the gateway: it
 * may ask it about a call. An outcome is marked as told once it was taken, so that it is told at least once.
 */
import type { Conversation } from "../transfer/conversation.ts";
import { type CallEvent, isFinal } from "../transfer/outcome.ts";
import type { Pending } from "../transfer/records.ts";
import type { TransferResult } from "../transfer/result.ts";
import { NewerVersion } from "../transfer/schema-version.ts";
import type { CallEvents } from "./call-events.ts";
import { deliveryOf } from "./find-delivery.ts";
import type { Place, Places } from "./places.ts";
import { type DeliveryItem, isInFlight, isUntold, toDueAt, toKnownAt, toResult, toTold, toTransferId } from "./record-item.ts";
import type { DueRecords, RecordStore, TellUnread } from "./record-store.ts";

/** An outcome, for whoever wants to know. `connection` names the one that asked for the transfer. */
export interface ToldOutcome {
  readonly connection: string;
  readonly gateway: string;
  readonly result: TransferResult;
  /** That asked for it, where it is told there. It alone is told, too, that one is accepted whose outcome is open. */
  readonly conversation?: Conversation | undefined;
  /** ISO 8601: when it became known. */
  readonly at: string;
  /** From the gateway's answer until its end was known, where it has one that is news. */
  readonly tookMs?: number | undefined;
}

/** Takes each, or throws: then it is told again. */
export type TellOutcome = (told: ToldOutcome, signal: AbortSignal) => Promise<void>;

/** What the gateway says of a call whose transfer nobody knows the end of, as an event would. Undefined where that proves nothing. */
export type InquireCall = (pending: Pending, signal: AbortSignal) => Promise<CallEvent | undefined>;

/** That a transfer is unknown from now on, by its record: whoever claimed it is gone and has left no result there. Once of each. */
export type TellUnknown = (pending: Pending, transferId: string) => void;

export interface OutcomeOutbox {
  /** Tells what there is to tell of one. True where that was done. */
  tell(id: string, signal: AbortSignal): Promise<boolean>;
}

/** `newer`: it is left to the version that wrote it. */
type Settled = "told" | "lease-ended" | "settled" | "unknown" | "nothing" | "newer";

export interface Sweep {
  /** Ids of what is due, the oldest first, for as long as they are asked for. */
  due(signal: AbortSignal, tellUnread: TellUnread): AsyncIterable<string>;
  /** How many are due that `due` does not have, since only a newer version reads them. */
  newerDue(signal: AbortSignal): Promise<number>;
  /** One that is due. What was done with it, for the log. */
  settle(id: string, signal: AbortSignal): Promise<Settled>;
}

interface SweepOptions {
  readonly places: Places;
  readonly store: DueRecords & Pick<RecordStore, "put">;
  readonly events: CallEvents;
  readonly tell: TellOutcome;
  readonly inquire: InquireCall;
  readonly tellUnknown: TellUnknown;
  readonly wallMs: () => number;
  readonly newRevision: () => string;
}

export function createOutcomeOutbox({ places, tell, wallMs }: Pick<SweepOptions, "places" | "tell" | "wallMs">): OutcomeOutbox {
  return {
    async tell(id, signal) {
      const place = await places.look(id, signal);
      const item = deliveryOf(place);
      if (item?.pending === undefined) return false;
      const result = toResult(item, wallMs());
      const isNews = result !== undefined && isUntold(item, result);
      const news = [
        ...(item.earlier ?? []).filter(({ isTold }) => !isTold),
        ...(isNews ? [{ result, knownAt: toKnownAt(item, result) }] : []),
      ];
      if (news.length === 0) return false;
      const { connection, gateway, conversation } = item.pending;
      for (const each of news) {
        const knownAt = each.knownAt ?? wallMs();
        const tookMs = each.result === result && isFinal(each.result) ? toTookMs(item, knownAt) : undefined;
        const at = new Date(knownAt).toISOString();
        await tell({ connection, gateway, result: each.result, conversation, at, ...(tookMs !== undefined && { tookMs }) }, signal);
      }
      const told: DeliveryItem = {
        ...item,
        ...(isNews && { told: toTold(result) }),
        earlier: item.earlier?.map((each) => ({ ...each, isTold: true })),
      };
      // Lost to an event: what that changed is told next, this one perhaps twice.
      await places.write(place, { ...told, dueAt: toDueAt(told, wallMs()) }, signal);
      return true;
    },
  };
}

export function createSweep({ places, store, events, tell, inquire, tellUnknown, wallMs, newRevision }: SweepOptions): Sweep {
  const outbox = createOutcomeOutbox({ places, tell, wallMs });

  /** False where that lost to somebody else's write: it is due again. */
  async function rewrite(place: Place, item: DeliveryItem, signal: AbortSignal): Promise<boolean> {
    return (await places.write(place, { ...item, dueAt: toDueAt(item, wallMs()) }, signal)) !== undefined;
  }

  /** Behind all that is due by now: what fails each time keeps nothing else waiting. It lives no longer for that, and where this fails, too, it stays where it is. */
  async function putOff({ item }: Place, signal: AbortSignal): Promise<void> {
    if (item?.kind !== "delivery" || item.dueAt === undefined || item.dueAt > wallMs()) return;
    await store.put({ ...item, revision: newRevision(), dueAt: wallMs() }, item.revision, signal).catch(() => false);
  }

  async function settle(place: Place, signal: AbortSignal): Promise<Settled> {
    const { id } = place;
    const item = deliveryOf(place);
    if (item?.pending === undefined || isInFlight(item, wallMs())) return "nothing";
    const result = toResult(item, wallMs());
    if (item.status === "claimed") {
      const answer = { state: "unknown", code: "gateway-timeout" } as const;
      const ended: DeliveryItem = { ...item, status: "settled", answer, endedAt: item.leaseUntil };
      if (!(await rewrite(place, ended, signal))) return "nothing";
      // An event may have proved it meanwhile.
      if (toResult(ended, wallMs())?.state === "unknown") tellUnknown(item.pending, toTransferId(item));
      return "lease-ended";
    }
    const isUnknown = result?.state === "unknown" && result.outcome === "pending";
    if (isUnknown) {
      const seen = await inquire(item.pending, signal);
      if (seen !== undefined && (await events.take(seen, signal, { delivery: id, claims: item.claims })) !== undefined) return "settled";
    }
    if (await outbox.tell(id, signal)) return "told";
    await rewrite(place, item, signal);
    return isUnknown ? "unknown" : "nothing";
  }

  return {
    due: (signal, tellUnread) => store.due(wallMs(), signal, tellUnread),
    newerDue: (signal) => store.newerDue(wallMs(), signal),
    async settle(id, signal) {
      try {
        const place = await places.look(id, signal);
        return await settle(place, signal).catch(async (thrown: unknown) => {
          await putOff(place, signal);
          throw thrown;
        });
      } catch (thrown) {
        if (thrown instanceof NewerVersion) return "newer";
        throw thrown;
      }
    },
  };
}

/** Events may come before the gateway's answer. */
function toTookMs({ endedAt, heardAt }: DeliveryItem, nowMs: number): number | undefined {
  return endedAt === undefined ? undefined : Math.max(0, (heardAt ?? nowMs) - endedAt);
}
