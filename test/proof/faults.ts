/** What can go wrong with one call of a function to something outside it, and how it goes wrong: drawn by a seeded dice, counted. */
import { pick } from "./dice.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export const POINTS = ["pauses", "count", "secrets", "session", "read", "guard", "claim", "send", "keep", "event", "tell"] as const;
export type Point = (typeof POINTS)[number];

/** `-before`: it was not carried out. `-after`: it was, and who asked does not learn it. */
export const FAULTS = ["throw-before", "throw-after", "late", "die-before", "die-after", "freeze-before", "freeze-after"] as const;
export type Fault = (typeof FAULTS)[number];

/** Where it hurts most, and where calls are few. */
const OFTEN = 3;
const LATENCY_MS = 30;
const TIMEOUT_MS = 3_000;
/** What arrives when nobody waits for it any more. */
export const LATE_MS = 5_000;
/** Within what a caller waits, and beyond any lease. */
const FREEZES_MS = [25_000, 120_000];

/** An invocation of a function, on a machine that can die or stand still. */
export interface Invoked {
  dead: boolean;
  frozen: boolean;
  /** Where something went wrong with it. */
  readonly troubled: Set<Point>;
}

export type Dice = () => number;

/** `isLate`: it was begun in time, and arrives when nobody waits any more. */
type Act<Result> = (isLate?: true) => Result | Promise<Result>;

export interface FaultyWorld {
  /** Carries `act` out as a call of `process`, or lets it go wrong. */
  call<Result>(process: Invoked, point: Point, act: Act<Result>, thrown: (fault: Fault) => unknown): Promise<Result>;
  readonly counts: Map<string, number>;
}

interface FaultyWorldOptions {
  readonly clock: VirtualClock;
  readonly dice: Dice;
  /** How often a call goes wrong, of 1; a later one never, so that every schedule comes to an end. */
  readonly rate: number;
  readonly faultsMax: number;
}

export function createFaultyWorld({ clock, dice, rate, faultsMax }: FaultyWorldOptions): FaultyWorld {
  const counts = new Map<string, number>();
  let faults = 0;

  function draw(point: Point): Fault | undefined {
    const often = point === "keep" || point === "claim" ? OFTEN : 1;
    if (faults >= faultsMax || dice() >= rate * often) return undefined;
    faults += 1;
    // An answer that is kept, and nobody learns that it is: whoever keeps it once more may meet somebody else's claim.
    if (point === "keep" && dice() < 0.5) return "throw-after";
    return FAULTS[Math.floor(dice() * FAULTS.length)];
  }

  function freezeMs(): number {
    return dice() * pick(dice, FREEZES_MS);
  }

  /** A reset comes at once, a time-out does not. */
  function timeoutMs(): number {
    return dice() < 0.5 ? 0 : dice() * TIMEOUT_MS;
  }

  return {
    counts,
    async call(process, point, act, thrown) {
      const fault = draw(point);
      if (fault !== undefined) process.troubled.add(point);
      if (fault !== undefined) counts.set(`${point} ${fault}`, (counts.get(`${point} ${fault}`) ?? 0) + 1);
      const forever = () => new Promise<never>(() => {});
      const latencyMs = dice() * LATENCY_MS;
      await clock.sleep(latencyMs);
      if (process.dead) return forever();
      switch (fault) {
        case undefined: {
          const result = await act();
          await clock.sleep(dice() * LATENCY_MS);
          return result;
        }
        case "throw-before":
          await clock.sleep(timeoutMs());
          throw thrown(fault);
        case "throw-after":
          quietly(act());
          await clock.sleep(timeoutMs());
          throw thrown(fault);
        case "late":
          clock.at(dice() * LATE_MS, () => quietly(act(true)));
          throw thrown(fault);
        case "die-before":
          process.dead = true;
          return forever();
        case "die-after":
          quietly(act());
          process.dead = true;
          return forever();
        case "freeze-before": {
          process.frozen = true;
          await clock.sleep(freezeMs());
          process.frozen = false;
          return act();
        }
        case "freeze-after": {
          const result = await act();
          process.frozen = true;
          await clock.sleep(freezeMs());
          process.frozen = false;
          return result;
        }
      }
    },
  };
}

/** Nobody hears of it. */
function quietly(result: unknown): void {
  void Promise.resolve(result).catch(() => undefined);
}
