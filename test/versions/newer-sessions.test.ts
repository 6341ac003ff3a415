/** What a newer version has written of an agent: this one stands back, signs nobody in because of it, and lets go of a lease that was taken from it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { LeaseLost, takeDead, takeOver } from "../../lib/sessions/lease.ts";
import { type Item, type SharedWorld, startVersions, type Versions } from "./world.ts";

const AGENT = "main/101";
const NEWER = { code: "store-unavailable", effect: "none", message: "a session of a newer version" };

let versions: Versions;
let world: SharedWorld;
beforeAll(async () => {
  versions = await startVersions();
});
afterAll(() => versions.stop());
beforeEach(async () => {
  world = versions.startWorld();
  const { sessions } = world.open("current");
  await sessions.take(AGENT, "before");
  await sessions.write(AGENT, { guid: "planted-guid", renewedAt: world.clock.wallMs(), events: "poll" });
});

async function rewrite(change: Item): Promise<readonly Item[]> {
  for (const item of await world.items(world.tables.sessions)) await world.plant(world.tables.sessions, { ...item, ...change });
  return world.items(world.tables.sessions);
}

function toLeases(owner: string) {
  let looks = 0;
  const clock = {
    ...world.clock,
    async sleep(ms: number) {
      looks += 1;
      world.clock.pass(ms);
    },
  };
  const options = { records: createDynamoDbSessions(world.tables.sessions, world.clock), clock, agent: AGENT, owner };
  const deadline = { remainingMs: () => 60_000, signal: new AbortController().signal };
  return { ...options, takeOver: () => takeOver(options, deadline), takeDead: () => takeDead(options, undefined), looks: () => looks };
}

describe("an agent's record that this version does not know", () => {
  it.each([
    ["a higher schemaVersion", { schemaVersion: 2 }],
    ["events that are had in another way", { events: "stream" }],
    ["a sign-in that ended in another way", { attemptSecretVersion: "v1", attemptAt: 1, attemptFailures: 1, attemptResult: "challenged" }],
  ])("is read by nobody, taken by nobody and changed by nobody: %s", async (_what, change) => {
    const kept = await rewrite(change);
    const { sessions } = world.open("current");
    const { takeOver, takeDead, looks } = toLeases("next");
    await expect(sessions.read(AGENT)).rejects.toMatchObject(NEWER);
    await expect(sessions.handOver(AGENT, { guid: "another", renewedAt: world.clock.wallMs() + 1 })).rejects.toMatchObject(NEWER);
    await expect(sessions.end(AGENT)).rejects.toMatchObject(NEWER);
    await expect(takeDead()).rejects.toMatchObject(NEWER);
    // At once: no run waits for what will not come.
    await expect(takeOver()).rejects.toMatchObject(NEWER);
    expect(looks()).toBe(0);
    expect(await world.items(world.tables.sessions)).toEqual(kept);
  });

  it("has taken the lease: whoever had it hears so, and writes nothing more", async () => {
    const { records, ...leases } = toLeases("owner");
    world.clock.pass(60_000);
    const lease = await leases.takeOver();
    const kept = await rewrite({ schemaVersion: 2, fence: 9, leaseOwner: "of a newer version" });
    await expect(lease?.write({ session: null })).rejects.toThrow(LeaseLost);
    await lease?.release();
    expect(await world.items(world.tables.sessions)).toEqual(kept);
  });

  it("is not written by the one who still has the lease", async () => {
    const lease = await toLeases("owner").takeOver();
    const kept = await rewrite({ schemaVersion: 2 });
    await expect(lease?.write({ session: null })).rejects.toThrow(LeaseLost);
    expect(await world.items(world.tables.sessions)).toEqual(kept);
  });
});

describe("an attribute that this version does not know", () => {
  it("stays through a lease, its writes and its end", async () => {
    await rewrite({ addition: "of a newer version" });
    const lease = await toLeases("owner").takeOver();
    await lease?.write({ session: { guid: "next", renewedAt: world.clock.wallMs(), events: "poll" } });
    await lease?.release();
    expect(await world.items(world.tables.sessions)).toMatchObject([{ guid: "next", addition: "of a newer version" }]);
  });
});
