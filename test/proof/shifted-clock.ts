/** The machine's own clock, put forward where nothing is to be waited for: minutes pass at once, and what falls into them is done in its order. */
import { setTimeout as sleep } from "node:timers/promises";

export interface ShiftedClock {
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
  /** Of the machine's time. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  at(ms: number, what: () => void): void;
  /** Puts it forward, one after another where several do. */
  pass(ms: number): Promise<void>;
  /** Until nothing is due any more. */
  passAll(): Promise<void>;
}

interface ShiftedClockOptions {
  /** Resolves once nothing goes on for which minutes would be a lie: bytes that are under way, an event that is being told. */
  readonly whenQuiet: () => Promise<unknown>;
}

interface Due {
  readonly atMs: number;
  readonly what: () => void;
  readonly timer: NodeJS.Timeout;
}

export function createShiftedClock({ whenQuiet }: ShiftedClockOptions): ShiftedClock {
  const due: Due[] = [];
  let aheadMs = 0;
  let passing: Promise<unknown> = Promise.resolve();
  const wallMs = () => Date.now() + aheadMs;

  function fire(entry: Due): void {
    clearTimeout(entry.timer);
    const index = due.indexOf(entry);
    if (index === -1) return;
    due.splice(index, 1);
    entry.what();
  }

  async function passUntil(endMs: number): Promise<void> {
    for (;;) {
      await whenQuiet();
      const [next] = due;
      if (next === undefined || next.atMs > endMs) break;
      aheadMs += Math.max(0, next.atMs - wallMs());
      fire(next);
    }
    aheadMs += Math.max(0, endMs - wallMs());
  }

  function pass(ms: number): Promise<void> {
    const passed = passing.then(() => passUntil(wallMs() + Math.round(ms)));
    passing = passed.catch(() => undefined);
    return passed;
  }

  return {
    wallMs,
    monotonicMs: () => performance.now(),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    at(ms, what) {
      const atMs = wallMs() + Math.max(0, Math.round(ms));
      const entry: Due = { atMs, what, timer: setTimeout(() => fire(entry), Math.max(0, ms)) };
      const index = due.findIndex((each) => each.atMs > atMs);
      due.splice(index === -1 ? due.length : index, 0, entry);
    },
    pass,
    async passAll() {
      for (let next = due[0]; next !== undefined; next = due[0]) await pass(next.atMs - wallMs());
      await whenQuiet();
    },
  };
}
