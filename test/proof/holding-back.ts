/** Pauses and limits as a function reads them: some instances, each of which keeps for some seconds what it has read, over a table whose calls can go wrong. */
import type { MemoryStore } from "../../lib/records/memory-store.ts";
import { createPauses } from "../../lib/records/pauses.ts";
import { createRateLimits } from "../../lib/records/rate-limits.ts";
import type { RecordItem } from "../../lib/records/record-item.ts";
import type { Pauses } from "../../lib/transfer/pause.ts";
import type { RateLimits } from "../../lib/transfer/rate-limit.ts";
import { pick } from "./dice.ts";
import type { Dice, FaultyWorld, Invoked } from "./faults.ts";
import type { VirtualClock } from "./virtual-clock.ts";

const INSTANCES = 2;
const READ_MS = 60;

interface HoldingBackOptions {
  readonly clock: Pick<VirtualClock, "wallMs" | "sleep">;
  readonly dice: Dice;
  readonly store: Pick<MemoryStore, "getEach" | "count">;
  readonly faulty: Pick<FaultyWorld, "call">;
  readonly unavailable: () => unknown;
}

/** Of one invocation. `onCount`: where it is counted. */
type HoldingBack = (process: Invoked, onCount: (id: string) => void) => { readonly pauses: Pauses; readonly rateLimits: RateLimits };

export function createHoldingBack({ clock, dice, store, faulty, unavailable }: HoldingBackOptions): HoldingBack {
  const { wallMs } = clock;
  const instances = Array.from({ length: INSTANCES }, () => createPauses({ store: { getEach }, wallMs, tell: () => {} }));

  /** As it was when it was asked for, or as it is when that is answered. */
  async function getEach(...asked: Parameters<MemoryStore["getEach"]>): Promise<readonly RecordItem[]> {
    const before = await store.getEach(...asked);
    await clock.sleep(dice() * READ_MS);
    return dice() < 0.5 ? before : store.getEach(...asked);
  }

  return (process, onCount) => {
    const instance = pick(dice, instances);
    const counters = {
      count(...asked: Parameters<MemoryStore["count"]>) {
        onCount(asked[0].id);
        return faulty.call(process, "count", () => store.count(...asked), unavailable);
      },
    };
    return {
      pauses: { holding: (...asked) => faulty.call(process, "pauses", () => instance.holding(...asked), unavailable) },
      rateLimits: createRateLimits({ store: counters, wallMs }),
    };
  };
}
