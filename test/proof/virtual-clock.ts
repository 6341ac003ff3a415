/** A clock that stands still while anything goes on, and then jumps to whatever is due next: the same seed gives the same run, to the last interleaving. */
import { turnOfLoop } from "../support/event-loop.ts";
import { INSTANT } from "../support/manual-clock.ts";

export interface VirtualClock {
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  at(ms: number, what: () => void): void;
  /** Until nobody waits for anything, or `untilMs` of it have passed. */
  run(untilMs: number): Promise<void>;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export function createVirtualClock(): VirtualClock {
  const due: Due[] = [];
  let now = INSTANT;
  let order = 0;

  function add(atMs: number, wake: () => void): void {
    order += 1;
    const entry = { atMs, order, wake };
    const index = due.findIndex((each) => each.atMs > atMs);
    due.splice(index === -1 ? due.length : index, 0, entry);
  }

  return {
    wallMs: () => now,
    monotonicMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        add(now + Math.max(0, ms), resolve);
        signal?.addEventListener("abort", () => resolve());
      }),
    at: (ms, what) => add(now + ms, what),
    async run(untilMs) {
      const end = now + untilMs;
      for (;;) {
        // Everything that can go on without the clock has gone on: nothing here waits for a socket.
        await turnOfLoop();
        const next = due[0];
        if (next === undefined || next.atMs > end) break;
        due.shift();
        now = Math.max(now, next.atMs);
        next.wake();
      }
      now = end;
    },
  };
}
