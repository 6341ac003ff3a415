/** One schedule: some callers, some faults, until nothing is under way any more; and what came of it. */
import { CALLERS } from "./callers.ts";
import { toWord } from "./tally.ts";
import { judge } from "./verdict.ts";
import { countOfTheNext } from "./verdict-truth.ts";
import { createWorld } from "./world.ts";

export interface Played {
  readonly callers: readonly string[];
  readonly problems: readonly string[];
  /** Faults, by where and how. */
  readonly counts: ReadonlyMap<string, number>;
  readonly facts: Readonly<Record<string, number>>;
}

/** Longer than any caller repeats, any event is late and any outcome is waited for. */
const HOURS_MS = 4 * 60 * 60 * 1_000;
const FAULT_RATES = [0.05, 0.15, 0.4];
const NAMES = Object.keys(CALLERS);

export async function playSchedule(seed: number): Promise<Played> {
  const rate = FAULT_RATES[seed % FAULT_RATES.length] ?? 0;
  const world = createWorld({
    ...{ seed, rate, faultsMax: 1 + (seed % 7) },
    pauses: seed % 2 === 0 ? 1 + (seed % 3) : 0,
    rateLimit: seed % 5 === 0 ? { requests: 1 + (seed % 2), perSeconds: 10 + (seed % 50) } : undefined,
  });
  const callers = Array.from({ length: 1 + (seed % 2) }, () => NAMES[Math.floor(world.dice() * NAMES.length)] ?? "");
  const playing = callers.map((name, index) => CALLERS[name]?.(world, `call-${seed}-${index}`));
  await world.clock.run(HOURS_MS);
  await Promise.all(playing);
  const { attempts, gateway, told } = world;
  return {
    callers,
    problems: judge(world),
    counts: world.counts,
    facts: {
      schedules: 1,
      invocations: attempts.length,
      "invocations without an answer": attempts.filter(({ answer }) => answer === undefined).length,
      transfers: gateway.ledger.length,
      "outcomes told": told.length,
      "ends taken for those of the transfer before": countOfTheNext(world),
      ...count(attempts.map(({ answer }) => `answers ${toWord(answer)}`)),
      ...count(gateway.ledger.map(({ reasons }) => `transfers ${[...reasons.keys()].toSorted().join(", ")}`)),
    },
  };
}

function count(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
