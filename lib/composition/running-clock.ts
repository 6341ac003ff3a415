/** The clocks of the machine that the function runs on. */
import { setTimeout } from "node:timers/promises";
import type { KeeperClock } from "../sessions/keeper-clock.ts";

export const RUNNING_CLOCK: KeeperClock = {
  wallMs: Date.now,
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
};
