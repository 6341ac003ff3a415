import { describe, expect, it } from "vitest";
import { AGENT, createKeeperWorld } from "../support/keeper-world.ts";
import { createKilledRun } from "../support/killed-run.ts";

const MINUTE_MS = 60_000;
/** Of a run that takes over from another one: each at which it can be killed. */
const AWAITS = { poll: 16, push: 8 } as const;

const CASES = (["poll", "push"] as const).flatMap((events) =>
  Array.from(
    { length: AWAITS[events] },
    (_, index) => ({ events, atAwait: index + 1, when: index % 2 === 0 ? "after" : "before" }) as const,
  ),
);

describe("a run that takes over and is killed", () => {
  it.each(CASES)(
    "at await $atAwait, $when it was done, leaves the session to the next one ($events)",
    async ({ events, atAwait, when }) => {
      const world = await createKeeperWorld();
      const { clock, gateway } = world;
      try {
        world.putSecret({ events });
        const killed = createKilledRun(atAwait, when);
        void world.run();
        clock.at(MINUTE_MS, () => void world.run(killed));
        clock.at(2 * MINUTE_MS, () => world.tick(5));
        await clock.pass(4 * MINUTE_MS);

        expect(killed.awaits()).toBeGreaterThanOrEqual(atAwait);
        expect(world.endings).toContain("killed");
        gateway.addCall({ callid: "1600000000-1", agentId: AGENT.agentId });
        expect(await world.transfer("1600000000-1")).toMatchObject({ result: { state: "accepted" } });
        expect(gateway.requests().filter(({ endpoint }) => endpoint === "sign-in")).toHaveLength(1);
        expect(gateway.violations()).toEqual([]);
      } finally {
        await world.stop();
      }
    },
  );
});
