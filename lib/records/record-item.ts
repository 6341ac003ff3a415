/** The items that records are made of, and what they mean. Plain data: every change makes a new item with a new revision. */
import { type CallFacts, isFinal, proveAcceptance, toEnding, UNCONFIRMED_AFTER_MS } from "../transfer/outcome.ts";
import type { PauseScope } from "../transfer/pause.ts";
import { toMoved } from "../transfer/pending.ts";
import type { Pending } from "../transfer/records.ts";
import type { GatewayAnswer, TransferResult } from "../transfer/result.ts";
import type { Shape } from "../transfer/shape.ts";

interface Stored {
  /** Keyed hash of a name: nothing of a caller can be read from it. */
  readonly id: string;
  /** New with each write. */
  readonly revision: string;
  /** Seconds since 1970. From then on it is not there, whenever the store deletes it. */
  readonly expiresAt: number;
  readonly schemaVersion: 1;
}

/** One delivery, and its transfer once it is claimed. */
export interface DeliveryItem extends Stored {
  readonly kind: "delivery";
  /** Keyed hashes of what was asked for, under each key that was known. */
  readonly fingerprints: readonly string[];
  /** ISO 8601. */
  readonly firstSeenAt: string;
  readonly status: "open" | "claimed" | "settled";
  /** How often it was claimed. With the id it is the transfer id. */
  readonly claims: number;
  /** The last claimant's. */
  readonly nonce?: string | undefined;
  /** Ms since 1970. A claim that is older is answered as unknown, and taken over by nobody. */
  readonly leaseUntil?: number | undefined;
  readonly pending?: Pending | undefined;
  /** The gateway's; of an open one its last refusal. */
  readonly answer?: GatewayAnswer | undefined;
  /** Ms since 1970: when it was settled. */
  readonly endedAt?: number | undefined;
  readonly facts: CallFacts;
  /** Of the last event that counted: at the gateway, where it tells, and when we heard of it. Ms since 1970. */
  readonly eventAt?: number | undefined;
  readonly heardAt?: number | undefined;
  readonly factTimes?: FactTimes | undefined;
  /** Ms since 1970. */
  readonly claimedAt?: number | undefined;
  /** How the transfer of the call before this one ended. */
  readonly before?: EndedBefore | undefined;
  /** Nobody knew then how that ended. */
  readonly isOpenBefore?: true | undefined;
  /** Whether the caller named it when it was claimed. */
  readonly explicit?: boolean | undefined;
  /** Its transfers before this one. */
  readonly earlier?: readonly EarlierTransfer[] | undefined;
  /** The last of its states that was told to whoever wants to know, as `toTold` spells it. */
  readonly told?: string | undefined;
  /** For the sparse indexes. */
  readonly reference?: string | undefined;
  readonly call?: string | undefined;
  /** Ms since 1970: when somebody has to look at it. */
  readonly dueAt?: number | undefined;
}

/** Of the facts of one claim: a version that does not know it leaves it in the record of the next. */
export interface FactTimes {
  readonly claims: number;
  /** At the gateway, where it tells, else when we heard of it. Ms since 1970. */
  readonly at: { readonly [fact in keyof CallFacts]?: number };
}

/** What ended a transfer: told once more, it is no news of the next one. */
export interface EndedBefore {
  readonly facts: CallFacts;
  readonly eventAt?: number | undefined;
  readonly heardAt?: number | undefined;
}

export interface EarlierTransfer {
  readonly result: TransferResult;
  /** Ms since 1970. */
  readonly knownAt?: number | undefined;
  readonly isTold: boolean;
}

/** Which delivery has a call, and until when nobody else may. */
export interface GuardItem extends Stored {
  readonly kind: "guard";
  /** Id of the delivery. */
  readonly holder: string;
  /** Which of its claims. */
  readonly claims: number;
  /** Ms since 1970. */
  readonly inFlightUntil: number;
  readonly busyUntil: number;
  /** Who had it before, the last first: has it again where the effect of this one is none. */
  readonly previous?: readonly Pick<GuardItem, "holder" | "claims">[] | undefined;
  /** Nobody knows how the transfer before has ended. */
  readonly isOpenBefore?: true | undefined;
  /** Of the last transfer of the call that is known to have ended. */
  readonly before?: EndedBefore | undefined;
}

/** A name of something that stands elsewhere: of a delivery whose signature was seen, or of an item under an older key. */
export interface AliasItem extends Stored {
  readonly kind: "alias" | "moved";
  readonly to: string;
}

/** An operator's pause, for as long as it is there. */
export interface PauseItem extends Stored {
  readonly kind: "pause";
  readonly scope: PauseScope;
  readonly by: string;
  readonly reason: string;
  /** ISO 8601: since when, with those before it that held until it was set. */
  readonly firstSeenAt: string;
  /** ISO 8601. It ends by itself then. */
  readonly until?: string | undefined;
  /** Not of one that was resumed. */
  readonly reference?: "paused" | undefined;
}

/** That somebody paused or resumed something: stays when the pause is gone. */
export interface PauseEntryItem extends Stored {
  readonly kind: "pause-entry";
  readonly action: "pause" | "resume";
  readonly scope: PauseScope;
  readonly by: string;
  readonly reason: string;
  /** ISO 8601: when. */
  readonly firstSeenAt: string;
  readonly until?: string | undefined;
  readonly reference: "pauses";
}

/** Names and types of a connection's webhooks, for as long as an operator wants them. */
export interface CaptureItem extends Stored {
  readonly kind: "capture";
  /** The connection's `captureUntil`. */
  readonly until: string;
  readonly shape: Shape;
}

export type RecordItem = DeliveryItem | GuardItem | AliasItem | PauseItem | PauseEntryItem | CaptureItem;
type Distributed<Item> = Item extends RecordItem ? Omit<Item, "id" | "revision" | "expiresAt" | "schemaVersion"> : never;
/** What is written under a hashed name: the rest is the places' part. */
export type Content = Distributed<DeliveryItem | GuardItem | AliasItem>;

/** How often somebody looks after one whose answer was lost. */
const ASKED_EACH_MS = 60_000;

/** Longer than the time-out of the function that holds the claim (28 s): whoever held it then is gone. */
export const LEASE_MS = 35_000;

/** Of an answer that nobody heard, since who asked for it is gone. */
const ABANDONED: GatewayAnswer = { state: "unknown", code: "gateway-timeout" };

export function toTransferId({ id, claims }: Pick<DeliveryItem, "id" | "claims">): string {
  return `${id}-${claims}`;
}

/** Id of the delivery, and which of its claims. Undefined for what is no transfer id of ours. */
export function parseTransferId(transferId: string): { readonly id: string; readonly claims: number } | undefined {
  const [, id, claims] = /^([A-Za-z0-9_-]{24})-([1-9]\d{0,8})$/.exec(transferId) ?? [];
  return id === undefined ? undefined : { id, claims: Number(claims) };
}

export function isInFlight({ status, leaseUntil = 0 }: DeliveryItem, nowMs: number): boolean {
  return status === "claimed" && nowMs < leaseUntil;
}

/** Undefined where nothing was sent, or is being sent. */
export function toResult(item: DeliveryItem, nowMs: number): TransferResult | undefined {
  const { status, pending, leaseUntil = 0, facts } = item;
  if (pending === undefined || status === "open" || isInFlight(item, nowMs)) return undefined;
  const { answer = ABANDONED, endedAt = leaseUntil } = item;
  const { observed } = pending;
  const ending =
    answer.state === "refused" ? ({ outcome: "not-observed" } as const) : toEnding({ facts, observed, elapsedMs: nowMs - endedAt });
  const settled: GatewayAnswer = answer.state === "unknown" && proveAcceptance(facts) ? { state: "accepted" } : answer;
  return { transferId: toTransferId(item), ...toMoved(pending), ...ending, replayed: false, ...settled };
}

/** Without those that a version before this one has noted. */
export function toFactTimes({ claims, factTimes }: DeliveryItem): FactTimes["at"] {
  return factTimes?.claims === claims ? factTimes.at : {};
}

export function toEnded({ facts, eventAt, heardAt }: DeliveryItem): EndedBefore {
  return { facts, eventAt, heardAt };
}

/** Ms since 1970: when it became known that it ended so, or that nothing more was waited for. */
export function toKnownAt({ endedAt, leaseUntil = 0, heardAt = 0 }: DeliveryItem, { outcome }: TransferResult): number {
  const answeredAt = endedAt ?? leaseUntil;
  return outcome === "unconfirmed" ? answeredAt + UNCONFIRMED_AFTER_MS : Math.max(answeredAt, heardAt);
}

/** What a receiver is told once. */
export function toTold({ state, outcome }: TransferResult): string {
  return `${state}.${outcome}`;
}

/** Whether there is something to tell that was not told yet. */
export function isUntold(item: DeliveryItem, result: TransferResult): boolean {
  if (result.state === "refused" || item.told === toTold(result)) return false;
  return isFinal(result) || result.outcome === "unconfirmed" || isAwaited(item, result);
}

/** A conversation waits for being told that it was accepted: the answer to its request is not read there. */
function isAwaited({ pending }: DeliveryItem, { state }: TransferResult): boolean {
  return pending?.conversation !== undefined && state === "accepted";
}

/** When somebody has to look at it: to end its lease, to tell its outcome, or to give up waiting for one. */
export function toDueAt(item: DeliveryItem, nowMs: number): number | undefined {
  if (item.status === "claimed") return item.leaseUntil;
  const result = toResult(item, nowMs);
  if (item.earlier?.some(({ isTold }) => !isTold) === true) return nowMs;
  if (result === undefined) return undefined;
  if (isUntold(item, result)) return nowMs;
  if (result.outcome !== "pending") return undefined;
  const givenUpAt = (item.endedAt ?? nowMs) + UNCONFIRMED_AFTER_MS;
  // Of an unknown one the gateway can be asked.
  return result.state === "unknown" ? Math.min(nowMs + ASKED_EACH_MS, givenUpAt) : givenUpAt;
}
