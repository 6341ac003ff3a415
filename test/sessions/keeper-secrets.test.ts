/** A secret that changes while its agent is kept. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AGENT, createKeeperWorld, type KeeperWorld } from "../support/keeper-world.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const KEY = `${AGENT.gateway}/${AGENT.agentId}`;
const NEW_PASSWORD = "another-password";

let world: KeeperWorld;
beforeEach(async () => {
  world = await createKeeperWorld();
});
afterEach(() => world.stop());

function asked(endpoint: string): readonly (string | undefined)[] {
  return world.gateway
    .requests()
    .filter((request) => request.endpoint === endpoint)
    .map(({ retcode }) => retcode);
}

describe("a secret that changes during a run", () => {
  it("with a new password is what the next sign-in of that run is made with", async () => {
    world.tick(2);
    await world.clock.pass(20 * SECOND_MS);
    world.gateway.putAccount({ agentId: AGENT.agentId, password: NEW_PASSWORD });
    world.putSecret({ password: NEW_PASSWORD });
    world.gateway.signOut(AGENT.agentId);
    await world.clock.pass(30 * SECOND_MS);
    expect(asked("sign-in")).toEqual(["0", "0"]);
  });

  it.each([false, true])("to handed-over ends the run, which leaves alone what was handed over (forcelogin %s)", async (forcelogin) => {
    world.putSecret({ forcelogin });
    world.tick(5);
    await world.clock.pass(20 * SECOND_MS);
    world.putSecretOf({ session: "handed-over", verification: {} });
    const guid = world.gateway.renewGuid(AGENT.agentId);
    const renewedAt = world.clock.wallMs();
    await world.records.handOver(KEY, { guid, renewedAt });
    await world.clock.pass(3 * MINUTE_MS);
    expect((await world.records.read(KEY))?.session).toMatchObject({ guid });
    expect(asked("sign-in")).toEqual(["0"]);
    expect(asked("force-sign-in")).toEqual([]);
    expect(world.endings[0]).toBe("not-managed");
  });
});

describe.each(["poll", "push"] as const)("a keep-alive that is refused once (%s)", (events) => {
  it.each(["000-003", "105-001", "100-006"])("with %s costs the question for the Guid, and no session", async (retcode) => {
    world.putSecret({ events });
    world.tick(4);
    await world.clock.pass(MINUTE_MS + 5 * SECOND_MS);
    world.gateway.addFault({ kind: "retcode", retcode, endpoint: events === "poll" ? "poll" : "handshake" });
    await world.clock.pass(2 * MINUTE_MS);
    expect(asked("sign-in")).toEqual(["0"]);
    expect(asked("update-guid")).toEqual(["0"]);
    world.gateway.addCall({ callid: "1600000000-1", agentId: AGENT.agentId });
    expect(await world.transfer("1600000000-1")).toMatchObject({ result: { state: "accepted" } });
  });
});

describe.each(["poll", "push"] as const)("a session that is gone at a gateway without updateGuid (%s)", (events) => {
  it.each([
    ["does not know the path", { kind: "status", status: 404 }],
    ["refuses it for another reason", { kind: "retcode", retcode: "000-002" }],
  ] as const)("is given up at the second refusal where it %s", async (_how, fault) => {
    world.putSecret({ events });
    world.gateway.addFault({ ...fault, endpoint: "update-guid", times: "always" });
    world.tick(5);
    await world.clock.pass(MINUTE_MS + 5 * SECOND_MS);
    world.gateway.signOut(AGENT.agentId);
    await world.clock.pass(MINUTE_MS);
    expect(asked("sign-in")).toEqual(["0", "0"]);
  });

  it("is not asked for without end where its keep-alive alone is refused", async () => {
    world.putSecret({ events });
    world.tick(3);
    await world.clock.pass(5 * SECOND_MS);
    world.gateway.addFault({ kind: "retcode", retcode: "000-003", endpoint: events === "poll" ? "poll" : "handshake", times: "always" });
    await world.clock.pass(2 * MINUTE_MS);
    expect(asked("update-guid").length).toBeLessThanOrEqual(4);
  });
});

describe("a gateway that answers nothing", () => {
  it("is not signed in at again after an attempt that nobody heard, until it answers something", async () => {
    world.gateway.addFault({ kind: "status", status: 502, endpoint: "sign-in", times: "always" });
    world.gateway.addFault({ kind: "status", status: 502, endpoint: "update-guid", times: "always" });
    world.tick(40);
    await world.clock.pass(30 * MINUTE_MS);
    expect(asked("sign-in")).toHaveLength(1);
    // Each run hands over to the next one all the same: nobody takes it for dead.
    expect(world.endings).not.toContain("fenced");
    expect((await world.records.read(KEY))?.fence).toBeGreaterThan(25);
    world.gateway.clearFaults();
    await world.clock.pass(2 * MINUTE_MS);
    expect(asked("sign-in").at(-1)).toBe("0");
  });

  it("to sign-ins alone is asked three times, also where the password was right before, and locks nobody", async () => {
    world.tick(120);
    await world.clock.pass(MINUTE_MS);
    world.gateway.putAccount({ agentId: AGENT.agentId, password: NEW_PASSWORD });
    world.gateway.addFault({ kind: "drop", when: "after-request", acts: true, endpoint: "sign-in", times: "always" });
    world.gateway.restart();
    await world.clock.pass(100 * MINUTE_MS);
    expect(asked("sign-in")).toHaveLength(4);
    expect(world.gateway.accounts().find(({ agentId }) => agentId === AGENT.agentId)?.locked).toBe(false);
  });
});
