/** Somebody who pauses transfers and resumes them, at times of their own; and what of it was in force when. */

import type { MemoryStore } from "../../lib/records/memory-store.ts";
import { createPauseBook } from "../../lib/records/pause-book.ts";
import type { PauseScope } from "../../lib/transfer/pause.ts";
import { pick } from "./dice.ts";
import type { Dice } from "./faults.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** As the world's clock has it. */
export interface InForce {
  readonly scope: PauseScope;
  readonly fromMs: number;
  untilMs: number;
}

interface OperatorOptions {
  readonly clock: Pick<VirtualClock, "wallMs" | "at">;
  readonly dice: Dice;
  readonly store: MemoryStore;
  readonly newId: () => string;
  readonly scopes: readonly PauseScope[];
  readonly pauses: number;
}

/** While callers come, and while they repeat. */
const WITHIN_MS = [3_000, 60_000, 20 * 60_000];
const FOR_MS = [5_000, 60_000, 10 * 60_000];
const MINUTES = [1, 5];
const DAY_SECONDS = 24 * 60 * 60;

export function startOperator({ clock, dice, store, newId, scopes, pauses }: OperatorOptions): readonly InForce[] {
  const { wallMs } = clock;
  const book = createPauseBook({ store, wallMs, newId, retentionSeconds: DAY_SECONDS });
  const inForce: InForce[] = [];
  const { signal } = new AbortController();
  const who = { by: "operator", reason: "proof" };

  function end(scope: PauseScope): void {
    for (const each of inForce) if (each.scope === scope) each.untilMs = Math.min(each.untilMs, wallMs());
  }

  async function pause(scope: PauseScope, minutes: number | undefined): Promise<void> {
    const changed = await book.pause({ ...who, scope, minutes, replaces: true }, signal);
    if (changed.kind !== "paused") return;
    end(scope);
    const { until } = changed.pause;
    inForce.push({ scope, fromMs: wallMs(), untilMs: until === undefined ? Infinity : Date.parse(until) });
  }

  async function resume(scope: PauseScope): Promise<void> {
    if ((await book.resume({ ...who, scope }, signal)).kind === "resumed") end(scope);
  }

  for (let paused = 0; paused < pauses; paused += 1) {
    const scope = pick(dice, scopes);
    const minutes = dice() < 0.3 ? pick(dice, MINUTES) : undefined;
    const beginsMs = dice() * pick(dice, WITHIN_MS);
    clock.at(beginsMs, () => void pause(scope, minutes));
    clock.at(beginsMs + dice() * pick(dice, FOR_MS), () => void resume(scope));
  }
  return inForce;
}
