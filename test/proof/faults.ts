/** What can go wrong with one call of a function to something outside it, and how it goes wrong: drawn by a seeded dice, counted. */
import type { VirtualClock } from "./virtual-clock.ts";

export const POINTS = ["secrets", "session", "read", "guard", "claim", "send", "keep", "event", "tell"] as const;
export type Point = (typeof POINTS)[number];

/** `-before`: it was not carried out. `-after`: it was, and who asked does not learn it. */
export const FAULTS = ["throw-before", "throw-after", "late", "die-before", "die-after", "freeze-before", "freeze-after"] as const;
export type Fault = (typeof FAULTS)[number];

const LATENCY_MS = 30;
/** What arrives when nobody waits for it any more. */
const LATE_MS = 5_000;
const FREEZE_MS = 120_000;

/** An invocation of a function, on a machine that can die or stand still. */
export interface Invoked {
  dead: boolean;
  frozen: boolean;
}

export interface Dice {
  (): number;
}

export class Unavailable extends Error {}

export interface FaultyWorld {
  /** Carries `act` out as a call of `process`, or lets it go wrong. */
  call<Result>(process: Invoked, point: Point, act: () => Result, thrown: () => unknown): Promise<Result>;
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

  function draw(): Fault | undefined {
    if (faults >= faultsMax || dice() >= rate) return undefined;
    faults += 1;
    return FAULTS[Math.floor(dice() * FAULTS.length)];
  }

  return {
    counts,
    async call(process, point, act, thrown) {
      const fault = draw();
      if (fault !== undefined) counts.set(`${point} ${fault}`, (counts.get(`${point} ${fault}`) ?? 0) + 1);
      const forever = () => new Promise<never>(() => {});
      const latencyMs = dice() * LATENCY_MS;
      await clock.sleep(latencyMs);
      if (process.dead) return forever();
      switch (fault) {
        case undefined: {
          const result = act();
          await clock.sleep(dice() * LATENCY_MS);
          return result;
        }
        case "throw-before":
          throw thrown();
        case "throw-after":
          act();
          throw thrown();
        case "late":
          clock.at(dice() * LATE_MS, act);
          throw thrown();
        case "die-before":
          process.dead = true;
          return forever();
        case "die-after":
          act();
          process.dead = true;
          return forever();
        case "freeze-before": {
          process.frozen = true;
          await clock.sleep(dice() * FREEZE_MS);
          process.frozen = false;
          return act();
        }
        case "freeze-after": {
          const result = act();
          process.frozen = true;
          await clock.sleep(dice() * FREEZE_MS);
          process.frozen = false;
          return result;
        }
      }
    },
  };
}
