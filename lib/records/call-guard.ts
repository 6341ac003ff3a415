/**
 * One transfer of a call at a time, whichever deliveries ask for it: while one is in flight, and for a minute after one that may have moved the call without its
 * outcome being known. The guard also is what leads from an event of the call to its transfer.
 */

import type { Place, Places } from "./places.ts";
import type { Content, EndedBefore, GuardItem } from "./record-item.ts";
import { LEASE_MS } from "./record-item.ts";

/** From the end of one transfer to where another may follow although its outcome is open. */
const BUSY_MS = 60_000;
/** Each is lost to a write of somebody else. */
const WRITES_MAX = 5;
/** More deliveries than ask for one call while it is not known what became of it. */
const PREVIOUS_MAX = 4;
/** Long over, and not let go of with an end that is known: nobody knows how that transfer ended. */
const OPEN = 1;
/** Long over, and perhaps of a claim that was never made: whoever makes it has to take the call anew. */
const GIVEN_BACK = 1;

/** A claim of a delivery. */
export interface Holder {
  readonly delivery: string;
  readonly claims: number;
}

export interface CallGuard {
  /** `seen`: the guard as it was when the delivery was read. */
  take(seen: Place, call: string, holder: Holder, signal: AbortSignal): Promise<Taken | Busy | Lost>;
  /**
   * The transfer has ended: `none` where nothing was moved, `open` where its outcome is yet to come, else with what ended it. Nothing, where somebody else has the
   * call. `taken`: the guard as it was written when the call was taken, which it mostly still is: nobody waits for it to be read then.
   */
  letGo(call: string, holder: Holder, ending: "none" | "open" | EndedBefore, signal: AbortSignal, taken?: Place): Promise<void>;
  /** Whose claims had the call, the last first. */
  holdersOf(call: string, signal: AbortSignal): Promise<readonly Holder[]>;
}

export interface Busy {
  readonly kind: "busy";
  readonly inFlight: boolean;
  readonly retryAfterSeconds: number;
}
interface Taken {
  readonly kind: "taken";
  /** The guard, where it was written for this. */
  readonly place?: Place;
  readonly before: EndedBefore | undefined;
  readonly isOpenBefore: true | undefined;
}
interface Lost {
  readonly kind: "lost";
}

interface CallGuardOptions {
  readonly places: Places;
  readonly wallMs: () => number;
}

export function createCallGuard({ places, wallMs }: CallGuardOptions): CallGuard {
  return {
    async take(seen, call, holder, signal) {
      const nowMs = wallMs();
      const guard = guardOf(seen);
      const known = toKnown(guard, holder, nowMs);
      if (known !== undefined) return known;
      const before = guard?.before;
      const inFlightUntil = nowMs + LEASE_MS;
      const isOpenBefore = toOpenBefore(guard, holder.delivery);
      const content = {
        // Also what a newer version wrote.
        ...guard,
        kind: "guard",
        ...{ holder: holder.delivery, claims: holder.claims, inFlightUntil, busyUntil: inFlightUntil + BUSY_MS },
        ...{ previous: toPrevious(guard, holder.delivery), before, isOpenBefore },
      } as const;
      const place = await places.write(seen, content, signal);
      if (place !== undefined) return { kind: "taken", before, isOpenBefore, place };
      // Whoever had it meanwhile may have been a copy of ours, whose transfer is over: the call is taken for no claim that is not there to be made.
      return toKnown(guardOf(await places.find(call, signal)), holder, wallMs()) ?? { kind: "lost" };
    },

    async letGo(call, { delivery, claims }, ending, signal, taken) {
      for (let lost = 0; lost < WRITES_MAX; lost += 1) {
        const place = (lost === 0 ? taken : undefined) ?? (await places.find(call, signal));
        const guard = guardOf(place);
        if (guard === undefined) return;
        if (guard.holder !== delivery || guard.claims !== claims) {
          const ended = typeof ending === "string" ? undefined : toEndedMeanwhile(guard, { delivery, claims }, ending);
          if (ended === undefined || (await places.write(place, ended, signal)) !== undefined) return;
          continue;
        }
        const busyUntil = ending === "open" ? wallMs() + BUSY_MS : ending === "none" && guard.isOpenBefore ? OPEN : 0;
        if (guard.inFlightUntil === 0 && guard.busyUntil <= busyUntil) return;
        const before = typeof ending === "string" ? guard.before : ending;
        const [last, ...previous] = ending === "none" ? (guard.previous ?? []) : [];
        const holder = last ?? { holder: delivery, claims };
        const content = {
          ...guard,
          ...holder,
          ...{ inFlightUntil: last === undefined ? 0 : GIVEN_BACK, busyUntil, before },
          // Who has it again met the same, as far as anybody knows.
          isOpenBefore: last === undefined ? undefined : guard.isOpenBefore,
          previous: last === undefined ? guard.previous : previous,
        } as const;
        if ((await places.write(place, content, signal)) !== undefined) return;
      }
    },

    async holdersOf(call, signal) {
      const guard = guardOf(await places.find(call, signal));
      if (guard === undefined) return [];
      return [guard, ...(guard.previous ?? [])].map(({ holder, claims }) => ({ delivery: holder, claims }));
    },
  };
}

/** Undefined where it may be taken. */
function toKnown(guard: GuardItem | undefined, { delivery, claims }: Holder, nowMs: number): Taken | Busy | undefined {
  if (guard === undefined) return undefined;
  if (guard.holder !== delivery) return nowMs < guard.busyUntil ? toBusy(guard, nowMs) : undefined;
  // Of a copy of ours, for the same claim: which of us gets that is decided there. One that came to nothing guards nobody any more once its time is over.
  const isUsed = guard.claims > claims || guard.inFlightUntil === 0 || nowMs < guard.inFlightUntil;
  return guard.claims >= claims && isUsed ? { kind: "taken", before: guard.before, isOpenBefore: guard.isOpenBefore } : undefined;
}

/** Of the same delivery there is none: it was claimed again because nothing of it was moved, or because it failed. */
function toPrevious(guard: GuardItem | undefined, delivery: string): GuardItem["previous"] {
  if (guard === undefined) return undefined;
  const { holder, claims, previous = [] } = guard;
  return holder === delivery ? previous : [{ holder, claims }, ...previous].slice(0, PREVIOUS_MAX);
}

/** Let go of with an end that is known, or with none, it is busy until nothing. What a delivery met first, its next claim meets, too. */
function toOpenBefore(guard: GuardItem | undefined, delivery: string): true | undefined {
  if (guard === undefined) return undefined;
  if (guard.holder === delivery) return guard.isOpenBefore;
  return guard.busyUntil > 0 ? true : undefined;
}

/** One before has ended while another one has the call. Undefined where that is known, or was somebody else. */
function toEndedMeanwhile(guard: GuardItem, { delivery, claims }: Holder, ending: EndedBefore): Content | undefined {
  const index = (guard.previous ?? []).findIndex((each) => each.holder === delivery && each.claims === claims);
  if (guard.isOpenBefore !== true || index === -1) return undefined;
  // Also what a newer version wrote. Those between may have been no more than a claim.
  return { ...guard, isOpenBefore: index === 0 ? undefined : true, before: ending };
}

function guardOf({ item }: Place): GuardItem | undefined {
  return item?.kind === "guard" ? item : undefined;
}

function toBusy({ inFlightUntil, busyUntil }: GuardItem, nowMs: number): Busy {
  const inFlight = nowMs < inFlightUntil;
  return { kind: "busy", inFlight, retryAfterSeconds: Math.ceil((inFlight ? 5_000 : busyUntil - nowMs) / 1_000) };
}
