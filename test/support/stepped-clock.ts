/** One clock for the simulated gateway and those who keep sessions at it: it goes on when everybody waits for it, straight to the next instant that counts. */
import type { SimulatorClock } from "../../dev/gateway-simulator/clock.ts";
import type { KeeperClock } from "../../lib/sessions/keeper-clock.ts";
import { turnOfLoop } from "./event-loop.ts";
import { INSTANT } from "./manual-clock.ts";

/** Of a run that is stuck, on the machine's own time. */
const STUCK_MS = 20_000;

export interface SteppedClock extends SimulatorClock, KeeperClock {
  /** What goes on while this is pending has to wait for the clock before it may go on. */
  during<Result>(work: Promise<Result>): Promise<Result>;
  /** At this time of the clock, in ms since its start. */
  at(ms: number, what: () => void): void;
  /** Lets this much time pass, and everything happen in it. */
  pass(ms: number): Promise<void>;
  /** As somebody whose wall clock is wrong by this much sees it. */
  skewed(ms: number): KeeperClock;
}

export function createSteppedClock(): SteppedClock {
  const waiting = new Set<{ readonly dueAt: number; readonly wake: () => void }>();
  let now = INSTANT;
  let busy = 0;
  const sleepers = { count: 0 };

  function wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (ms <= 0 || signal.aborted) return Promise.resolve(!signal.aborted);
    return new Promise((resolve) => {
      const waiter = { dueAt: now + ms, wake: () => end(true) };
      const abort = () => end(false);
      function end(whole: boolean) {
        waiting.delete(waiter);
        sleepers.count -= 1;
        signal.removeEventListener("abort", abort);
        resolve(whole);
      }
      waiting.add(waiter);
      sleepers.count += 1;
      signal.addEventListener("abort", abort);
    });
  }

  async function settle(): Promise<void> {
    const stuckAt = Date.now() + STUCK_MS;
    // Each has one thing under way at a time: what is not waiting for the clock is waiting for a socket or a promise.
    while (sleepers.count < busy) {
      if (Date.now() > stuckAt) throw new Error(`${busy} under way, of whom ${sleepers.count} wait for the clock`);
      await turnOfLoop();
    }
  }

  async function pass(ms: number): Promise<void> {
    const until = now + ms;
    for (;;) {
      await settle();
      const next = [...waiting].reduce<{ dueAt: number; wake: () => void } | undefined>(
        (first, each) => (first === undefined || each.dueAt < first.dueAt ? each : first),
        undefined,
      );
      if (next === undefined || next.dueAt > until) break;
      now = next.dueAt;
      next.wake();
      await turnOfLoop();
    }
    now = until;
  }

  const sleep = (ms: number, signal: AbortSignal) => wait(ms, signal).then(() => undefined);
  return {
    now: () => now,
    wait,
    wallMs: () => now,
    monotonicMs: () => now,
    sleep,
    async during(work) {
      busy += 1;
      try {
        return await work;
      } finally {
        busy -= 1;
      }
    },
    at(ms, what) {
      const waiter = {
        dueAt: now + ms,
        wake() {
          waiting.delete(waiter);
          what();
        },
      };
      waiting.add(waiter);
    },
    pass,
    skewed: (ms) => ({ wallMs: () => now + ms, monotonicMs: () => now, sleep }),
  };
}
