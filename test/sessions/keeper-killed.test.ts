import { describe, expect, it } from "vitest";
import { AGENT, createKeeperWorld } from "../support/keeper-world.ts";
import { createKilledRun } from "../support/killed-run.ts";

const MINUTE_MS = 60_000;
/** Of a run of a minute: each at which it can be killed. */
const AWAITS = { poll: 18, push: 9 } as const;
/** Two minutes without a sign of life end the session, a lease that stands still is over after half a minute, and a tick is a minute. */
const RECOVERED_MS = 5 * MINUTE_MS;
/** The one that was killed, one that met its session, and the one that went well. */
const SIGN_INS_MAX = 3;

const CASES = (["poll", "push"] as const).flatMap((events) =>
  Array.from({ length: AWAITS[events] }, (_, index) =>
    (["before", "after"] as const).map((when) => ({ events, atAwait: index + 1, when })),
  ).flat(),
);

describe("a run that is killed", () => {
  it.each(CASES)("at await $atAwait, $when it was done, costs time alone ($events)", async ({ events, atAwait, when }) => {
    const world = await createKeeperWorld();
    const { clock, gateway } = world;
    try {
      world.putSecret({ events });
      const killed = createKilledRun(atAwait, when);
      void world.run(killed);
      clock.at(MINUTE_MS, () => world.tick(8));
      await clock.pass(RECOVERED_MS);

      expect(killed.awaits()).toBeGreaterThanOrEqual(atAwait);
      expect(world.endings[0]).toBe("killed");
      gateway.addCall({ callid: "1600000000-1", agentId: AGENT.agentId });
      expect(await world.transfer("1600000000-1")).toMatchObject({ result: { state: "accepted" } });
      expect(gateway.violations()).toEqual([]);
      expect(gateway.requests().filter(({ endpoint }) => endpoint === "sign-in").length).toBeLessThanOrEqual(SIGN_INS_MAX);
    } finally {
      await world.stop();
    }
  });
});
