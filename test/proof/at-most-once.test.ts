/**
 * At most one transfer, whatever fails and whenever: thousands of schedules, each of which kills, freezes or fails the path wherever it waits. A failure prints its
 * seed: `CCGW_PROOF_SEED=4711 npx vitest run test/proof/at-most-once.test.ts` plays that one alone, `CCGW_PROOF_SCHEDULES=100000` plays more of them.
 */
import { describe, expect, it } from "vitest";
import { FAULTS } from "./faults.ts";
import { type Played, playSchedule } from "./schedule.ts";

const FIRST_SEED = Number(process.env.CCGW_PROOF_SEED ?? 1);
const SCHEDULES = Number(process.env.CCGW_PROOF_SCHEDULES ?? (process.env.CCGW_PROOF_SEED === undefined ? 10_000 : 1));
/** Where the path waits for something outside it. */
const WAITS = ["pauses", "count", "secrets", "session", "read", "guard", "claim", "send", "keep"];
/** Of what holds transfers back, and of how they end. */
const SEEN = [
  ...["answers paused (none)", "answers rate-limited (none)", "transfers answered, transferred", "transfers not-transferred"],
  ...["transfers connect-failed", "transfers connect-failed, not-transferred", "transfers customer-left"],
];

describe(`${SCHEDULES} schedules from seed ${FIRST_SEED}`, () => {
  it("transfer no delivery twice, tell no lie, lose no outcome, and send nothing that is held back", async () => {
    const failures: string[] = [];
    const counts = new Map<string, number>();
    const add = (name: string, more: number) => counts.set(name, (counts.get(name) ?? 0) + more);
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed += 1) {
      const played: Played = await playSchedule(seed);
      for (const problem of played.problems) failures.push(`seed ${seed} (${played.callers.join(", ")}): ${problem}`);
      for (const [name, count] of played.counts) add(name, count);
      for (const [name, count] of Object.entries(played.facts)) add(name, count);
    }
    process.stdout.write(`${toTable(counts)}\n`);
    expect(failures.slice(0, 10)).toEqual([]);
    // What was not tried is not proven.
    if (SCHEDULES < 10_000) return;
    for (const wait of WAITS) for (const fault of FAULTS) expect(counts.get(`${wait} ${fault}`), `${wait} ${fault}`).toBeGreaterThan(20);
    for (const seen of SEEN) expect(counts.get(seen), seen).toBeGreaterThan(500);
  }, 300_000);
});

function toTable(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, count]) => `${name}: ${count}`)
    .join("\n");
}
