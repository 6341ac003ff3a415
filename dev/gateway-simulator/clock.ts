/**
 * The time that the simulated gateway goes by, and a clock that a test moves by hand. What runs out is computed from `now` when it is asked for;
 * only what a client waits for (a poll, a slow sign-in, the next attempt of a push) waits here. TLS and the faults keep to the machine's own time.
 */
import { setImmediate, setTimeout } from "node:timers/promises";

export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** False when the signal cut it short. */
  wait(ms: number, signal: AbortSignal): Promise<boolean>;
}

export interface ManualClock extends SimulatorClock {
  /** Lets time pass: wakes who waits, in the order of their times, each at its own. */
  advance(ms: number): Promise<void>;
}

export const systemClock: SimulatorClock = { now: () => Date.now(), wait: pause };

export function createManualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  const waiting = new Set<Waiter>();
  let nowMs = startMs;

  return {
    now: () => nowMs,
    wait(ms, signal) {
      if (ms <= 0 || signal.aborted) return Promise.resolve(!signal.aborted);
      return new Promise((resolve) => {
        const waiter = { dueAt: nowMs + ms, end };
        const abort = () => end(false);
        function end(whole: boolean) {
          waiting.delete(waiter);
          signal.removeEventListener("abort", abort);
          resolve(whole);
        }
        waiting.add(waiter);
        signal.addEventListener("abort", abort);
      });
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (let next = earliest(waiting, untilMs); next !== undefined; next = earliest(waiting, untilMs)) {
        nowMs = next.dueAt;
        next.end(true);
        // Who was woken acts at its own time, and may wait again.
        await setImmediate();
      }
      nowMs = untilMs;
    },
  };
}

/** On the machine's own time. False when it was cut short. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return setTimeout(ms, true, { signal }).catch(() => false);
}

interface Waiter {
  readonly dueAt: number;
  end(whole: boolean): void;
}

function earliest(waiting: ReadonlySet<Waiter>, untilMs: number): Waiter | undefined {
  let first: Waiter | undefined;
  for (const waiter of waiting) if (waiter.dueAt <= untilMs && (first === undefined || waiter.dueAt < first.dueAt)) first = waiter;
  return first;
}
