import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { AGENT, createKeeperWorld, type KeeperWorld, PASSWORD } from "../support/keeper-world.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const NEW_PASSWORD = "another-password";
const OTHER_PHONE = "88889999";

let world: KeeperWorld;
let calls = 0;
beforeEach(async () => {
  world = await createKeeperWorld();
});
afterEach(() => world.stop());

const { agentId } = AGENT;

function signIns(): readonly (string | undefined)[] {
  return world.gateway
    .requests()
    .filter(({ endpoint }) => endpoint === "sign-in" || endpoint === "force-sign-in")
    .map(({ retcode }) => retcode);
}

async function transfer(): Promise<{ readonly state?: string; readonly code?: string; readonly retryAfterSeconds?: number | undefined }> {
  calls += 1;
  const callid = `1600000000-${calls}`;
  world.gateway.addCall({ callid, agentId });
  return world.transfer(callid).then(
    (reply) => ("result" in reply ? reply.result : {}),
    (error: unknown) => (error instanceof TransferError ? error : {}),
  );
}

describe("a password that was changed at the gateway", () => {
  it("costs nothing while the session lasts, then one attempt, and nothing more until the secret changes", async () => {
    world.tick(30);
    await world.clock.pass(MINUTE_MS);
    world.gateway.putAccount({ agentId, password: NEW_PASSWORD });
    await world.clock.pass(3 * MINUTE_MS);
    expect(await transfer()).toMatchObject({ state: "accepted" });

    world.gateway.restart();
    await world.clock.pass(10 * MINUTE_MS);
    expect(signIns()).toEqual(["0", "100-004"]);
    expect(await transfer()).toMatchObject({ code: "agent-not-signed-in", effect: "none", retryAfterSeconds: 300 });

    world.putSecret({ password: NEW_PASSWORD });
    await world.clock.pass(MINUTE_MS + SECOND_MS);
    expect(signIns()).toEqual(["0", "100-004", "0"]);
    expect(await transfer()).toMatchObject({ state: "accepted" });
    expect(world.gateway.violations()).toEqual([]);
  });
});

describe("an account that the gateway does not let in", () => {
  it.each([
    ["100-004", "a wrong password", { password: NEW_PASSWORD }, { password: NEW_PASSWORD }],
    ["100-020", "an expired password", { passwordExpired: true }, { passwordExpired: false }],
    ["110-016", "a locked account", { locked: true }, { locked: false }],
    ["100-014", "a phone out of range", { phones: [OTHER_PHONE] }, {}],
  ])("is asked once (%s, %s), and again when its secret is another version", async (retcode, _what, problem, mended) => {
    world.gateway.putAccount({ agentId, ...problem });
    world.tick(30);
    await world.clock.pass(12 * MINUTE_MS);
    expect(signIns()).toEqual([retcode]);
    expect(world.endings.length).toBeGreaterThanOrEqual(12);
    expect(new Set(world.endings)).toEqual(new Set(["sign-in-put-off"]));

    world.gateway.putAccount({ agentId, ...mended });
    const phonenum = retcode === "100-014" ? OTHER_PHONE : "88880102";
    world.putSecret({ phonenum, password: retcode === "100-004" ? NEW_PASSWORD : PASSWORD });
    await world.clock.pass(MINUTE_MS + SECOND_MS);
    expect(signIns()).toEqual([retcode, "0"]);
    expect(await transfer()).toMatchObject({ state: "accepted" });
    expect(world.gateway.violations()).toEqual([]);
  });

  it("is asked three times at most while no answer is heard and none was ever, and again for another version", async () => {
    world.gateway.addFault({ kind: "drop", when: "after-request", endpoint: "sign-in", times: 10 });
    world.tick(90);
    await world.clock.pass(60 * MINUTE_MS);
    expect(signIns()).toEqual([undefined, undefined, undefined]);
    world.putSecret();
    await world.clock.pass(MINUTE_MS);
    expect(signIns()).toHaveLength(4);
  });
});

describe("an account that is not free", () => {
  it.each(["100-003", "100-021", "105-002"])("is asked again a minute after %s", async (retcode) => {
    world.gateway.addFault({ kind: "retcode", retcode, endpoint: "sign-in", times: 2 });
    world.tick(5);
    await world.clock.pass(5 * MINUTE_MS);
    expect(signIns()).toEqual([retcode, retcode, "0"]);
    const [first, second] = world.gateway.requests().filter(({ endpoint }) => endpoint === "sign-in");
    expect(Date.parse(second?.at ?? "") - Date.parse(first?.at ?? "")).toBeGreaterThanOrEqual(MINUTE_MS);
  });

  it("is asked again soon where the gateway could not be reached", async () => {
    world.gateway.addFault({ kind: "drop", when: "before-handshake", times: 2 });
    world.tick(1);
    await world.clock.pass(30 * SECOND_MS);
    expect(signIns()).toEqual(["0"]);
    expect(world.observed.filter(({ kind }) => kind === "not-signed-in")).toHaveLength(2);
  });

  it("waits for somebody else who is signed in to go, and throws nobody out", async () => {
    world.gateway.renewGuid(agentId);
    world.tick(12);
    await world.clock.pass(4 * MINUTE_MS);
    expect(new Set(signIns())).toEqual(new Set(["100-002"]));
    world.gateway.signOut(agentId);
    await world.clock.pass(2 * MINUTE_MS);
    expect(signIns().at(-1)).toBe("0");
    expect(world.gateway.requests().filter(({ endpoint }) => endpoint === "force-sign-in")).toEqual([]);
  });

  it("throws somebody else out only where its secret says so", async () => {
    world.gateway.renewGuid(agentId);
    world.putSecret({ forcelogin: true });
    world.tick(1);
    await world.clock.pass(SECOND_MS);
    expect(signIns()).toEqual(["100-002", "0"]);
    expect(await transfer()).toMatchObject({ state: "accepted" });
  });
});

describe("what the gateway tells of the password", () => {
  it.each([
    [
      { forceChange: true, timeRemainingDays: 3 },
      { mustChange: true, daysLeft: 3 },
    ],
    [{ forceChange: false }, { mustChange: false, daysLeft: undefined }],
  ])("is recorded and reported: %j", async (account, password) => {
    world.gateway.putAccount({ agentId, ...account });
    world.tick(1);
    await world.clock.pass(SECOND_MS);
    expect(world.observed).toContainEqual({ kind: "signed-in", password: { ...password, at: expect.any(Number) } });
    expect((await world.records.read(`${AGENT.gateway}/${agentId}`))?.password).toMatchObject(password);
  });
});
