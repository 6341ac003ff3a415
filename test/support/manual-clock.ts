/** A clock that stands still until the test moves it. Its wall starts at a fixed instant. */
import type { Clock } from "../../lib/http/stopwatch.ts";

/** 2026-11-23T07:00:00Z */
export const INSTANT = 1_795_417_200_000;

export interface ManualClock extends Clock {
  /** Both clocks go on. */
  pass(ms: number): void;
  /** The wall clock alone is set; backwards, too. */
  jump(ms: number): void;
}

export function createManualClock(): ManualClock {
  let wall = INSTANT;
  let monotonic = 1_000;
  return {
    wallMs: () => wall,
    monotonicMs: () => monotonic,
    pass(ms) {
      wall += ms;
      monotonic += ms;
    },
    jump(ms) {
      wall += ms;
    },
  };
}
