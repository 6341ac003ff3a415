/** A day of a managed agent, with a run each minute and transfers at random: what has to be true of it in either mode. */
import { expect } from "vitest";
import { AGENT, createKeeperWorld } from "./keeper-world.ts";
import { createSeededRandom } from "./seeded-random.ts";

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;
/** A transfer that comes sooner finds nobody signed in yet. */
const FIRST_TRANSFER_MS = 5_000;
/** Each comes with the first poll or handshake after a minute, which is up to twenty seconds late. */
const RENEWALS_A_MINUTE_MIN = 60 / 80;
const TRANSFERS_AN_HOUR = 8;

interface DayOptions {
  readonly events: "poll" | "push";
  readonly seed: number;
  readonly authMode?: 1 | 2;
  readonly minutes?: number;
  readonly pollWaitMs?: number;
}

export async function liveADay({ events, seed, authMode = 2, minutes = DAY_MINUTES, pollWaitMs = 10_000 }: DayOptions): Promise<void> {
  const transfers = Math.ceil((minutes / 60) * TRANSFERS_AN_HOUR);
  const world = await createKeeperWorld({ settings: { pollWaitMs } });
  const { clock, gateway } = world;
  try {
    world.putSecret({ events });
    gateway.putAccount({ agentId: AGENT.agentId, authMode });
    world.tick(minutes);
    const random = createSeededRandom(seed);
    const answers: Promise<{ readonly state: string }>[] = [];
    for (let count = 0; count < transfers; count += 1) {
      const callid = `1600000000-${count}`;
      clock.at(FIRST_TRANSFER_MS + random() * (minutes * MINUTE_MS - 2 * FIRST_TRANSFER_MS), () => {
        gateway.addCall({ callid, agentId: AGENT.agentId });
        answers.push(world.transfer(callid).then(toState, (error: unknown) => ({ state: String(error) })));
      });
    }
    await clock.pass(minutes * MINUTE_MS);
    // The last run goes on past the day.
    await clock.pass(3 * MINUTE_MS);

    const states = (await Promise.all(answers)).map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: transfers }, () => "accepted"));
    const acted = gateway.transfers().filter((transfer) => transfer.acted);
    expect(new Set(acted.map(({ body }) => body)).size).toBe(transfers);
    expect(acted).toHaveLength(transfers);

    expect(gateway.violations()).toEqual([]);
    expect(gateway.requests().filter(({ endpoint }) => endpoint === "sign-in")).toHaveLength(1);
    const renewals = world.observed.filter(({ kind }) => kind === "guid-renewed").length;
    if (authMode === 1) expect(renewals).toBe(0);
    else expect(renewals).toBeGreaterThan(minutes * RENEWALS_A_MINUTE_MIN);
    expect(world.secretCalls.filter((line) => !line.startsWith("GetSecretValue "))).toEqual([]);
    expect(new Set(world.endings)).toEqual(new Set(events === "poll" ? ["handed-over", "end-of-run"] : ["end-of-run"]));
  } finally {
    await world.stop();
  }
}

function toState(reply: { readonly kind: string; readonly result?: { readonly state: string } }): { readonly state: string } {
  return { state: reply.result?.state ?? reply.kind };
}
