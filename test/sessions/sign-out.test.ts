/** An agent that is signed out at the gateway while runs keep it, have died, or are about to begin: on a stepped clock, over TLS. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SignOutEnding } from "../../lib/sessions/sign-out.ts";
import { AGENT, createKeeperWorld, type KeeperWorld } from "../support/keeper-world.ts";
import { createKilledRun } from "../support/killed-run.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const KEY = `${AGENT.gateway}/${AGENT.agentId}`;
/** A run that polls lets go within one poll. */
const LETS_GO_MS = 12 * SECOND_MS;
const GUARD_MS = MINUTE_MS;

let world: KeeperWorld;
beforeEach(async () => {
  world = await createKeeperWorld();
});
afterEach(() => world.stop());

function askedOf(name: string): (string | undefined)[] {
  return world.gateway
    .requests()
    .filter(({ endpoint }) => endpoint === name)
    .map(({ retcode }) => retcode);
}

function isSignedIn(): boolean {
  return world.gateway.agents().some(({ agentId, signedIn }) => agentId === AGENT.agentId && signedIn === "managed");
}

/** Begins now; what it came to once that much time has passed. */
async function signOut(withinMs: number, { keepOut = false, sinceMs = 0 } = {}): Promise<SignOutEnding | undefined> {
  let ending: SignOutEnding | undefined;
  void world.signOut({ keepOut, sinceMs }).then((ended) => {
    ending = ended;
  });
  await world.clock.pass(withinMs);
  return ending;
}

async function afterTick(ms: number): Promise<void> {
  world.tick(1);
  await world.clock.pass(ms);
  expect(isSignedIn()).toBe(true);
}

describe("an agent that is signed out", () => {
  it("is let go by the run that polls for it, which does not sign it in again", async () => {
    await afterTick(15 * SECOND_MS);
    expect(await signOut(LETS_GO_MS)).toEqual({ ended: "signed-out" });
    expect(isSignedIn()).toBe(false);
    expect(world.endings).toEqual(["handed-over"]);
    expect([askedOf("sign-out"), askedOf("sign-in")]).toEqual([["0"], ["0"]]);
    expect(await world.records.read(KEY)).toMatchObject({ session: undefined, lease: undefined });
    expect(world.gateway.violations()).toEqual([]);
  });

  it("needs nobody to let go between two runs whose events are pushed", async () => {
    world.putSecret({ events: "push" });
    await afterTick(55 * SECOND_MS);
    expect(world.endings).toEqual(["end-of-run"]);
    expect(await signOut(0)).toEqual({ ended: "signed-out" });
    expect(isSignedIn()).toBe(false);
  });

  it("is signed in again by the next tick", async () => {
    await afterTick(15 * SECOND_MS);
    await signOut(LETS_GO_MS);
    await afterTick(SECOND_MS);
    expect(askedOf("sign-in")).toEqual(["0", "0"]);
  });

  it("is asked for its Guid first where the run that kept it has died", async () => {
    const killed = createKilledRun(8, "after");
    void world.run(killed);
    await world.clock.pass(30 * SECOND_MS);
    expect(world.endings).toEqual(["killed"]);
    expect(await signOut(32 * SECOND_MS)).toEqual({ ended: "signed-out" });
    expect([askedOf("update-guid"), askedOf("sign-out")]).toEqual([["0"], ["0"]]);
    expect(isSignedIn()).toBe(false);
  });

  it("is asked for its Guid where the gateway does not know the one that there is, and signed out with that", async () => {
    await afterTick(15 * SECOND_MS);
    world.gateway.addFault({ kind: "retcode", retcode: "100-006", endpoint: "sign-out" });
    expect(await signOut(LETS_GO_MS)).toEqual({ ended: "signed-out" });
    expect([askedOf("update-guid"), askedOf("sign-out")]).toEqual([["0"], ["100-006", "0"]]);
    expect(isSignedIn()).toBe(false);
  });

  it("is not signed in where the gateway has ended its session", async () => {
    world.putSecret({ events: "push" });
    await afterTick(55 * SECOND_MS);
    world.gateway.restart();
    expect(await signOut(0)).toEqual({ ended: "not-signed-in", reason: expect.stringMatching(/^100-00[68]$/) });
    expect(await world.records.read(KEY)).toMatchObject({ session: undefined });
  });

  it.each([
    ["100-008", "not-signed-in"],
    ["100-010", "failed"],
    ["100-007", "failed"],
  ] as const)("is what the gateway says: %s is %s", async (reason, ended) => {
    await afterTick(15 * SECOND_MS);
    world.gateway.addFault({ kind: "retcode", retcode: reason, endpoint: "sign-out" });
    expect(await signOut(LETS_GO_MS)).toEqual({ ended, reason });
  });

  it("may be signed in where no answer came, and is kept on with the session that there was", async () => {
    await afterTick(15 * SECOND_MS);
    world.gateway.addFault({ kind: "drop", when: "after-request", acts: false, endpoint: "sign-out" });
    expect(await signOut(LETS_GO_MS, { keepOut: true })).toEqual({ ended: "failed", reason: expect.stringMatching(/^unanswered /) });
    expect(await world.records.read(KEY)).toMatchObject({ session: { guid: world.gateway.guidOf(AGENT.agentId) }, lease: undefined });
    await afterTick(SECOND_MS);
    expect(askedOf("sign-in")).toEqual(["0"]);
  });

  it("may be signed in where nobody heard how its sign-in ended", async () => {
    world.gateway.addFault({ kind: "drop", when: "after-request", acts: true, endpoint: "sign-in" });
    world.tick(1);
    await world.clock.pass(5 * SECOND_MS);
    expect(await signOut(LETS_GO_MS)).toEqual({ ended: "failed", reason: "nobody heard whether its last sign-in succeeded" });
    expect(askedOf("sign-out")).toEqual([]);
  });
});

describe("nothing is asked of the gateway", () => {
  afterEach(() => expect(world.gateway.requests()).toEqual([]));

  it("where nobody has signed the agent in", async () => {
    expect(await signOut(0)).toEqual({ ended: "not-signed-in" });
  });

  it.each([true, false])("where the time does not suffice (kept out: %s), which is told", async (keepOut) => {
    expect(await world.signOut({ keepOut, sinceMs: 151 * SECOND_MS })).toEqual({ ended: "not-begun" });
    expect(await world.records.read(KEY)).toBeUndefined();
  });

  it("where its secret says that somebody else does", async () => {
    world.putSecretOf({ session: "external", guid: "guid" });
    expect(await signOut(0)).toEqual({ ended: "not-managed" });
  });

  it("where the session is one that somebody else handed over, which stays as it is", async () => {
    const session = { guid: "guid-of-somebody", renewedAt: world.clock.wallMs() };
    await world.records.handOver(KEY, session);
    expect(await signOut(0)).toEqual({ ended: "not-signed-in" });
    expect(await world.records.read(KEY)).toMatchObject({ session });
  });
});

describe("an agent that is to stay signed out", () => {
  it("is not begun with where taking it has used the time in which others are kept out", async () => {
    world.putSecret({ events: "push" });
    await afterTick(55 * SECOND_MS);
    const owner = "one that dies";
    const taken = await world.records.takeLease(KEY, { owner, until: world.clock.wallMs() }, await world.records.read(KEY));
    const fence = taken?.fence ?? 0;
    // Somebody else asks for it after us, so that we ask once more, and wait 30 s for its beat.
    world.clock.at(20 * SECOND_MS, () => void world.records.announce(KEY, "a rival", { owner, fence }));
    expect(await signOut(55 * SECOND_MS, { keepOut: true, sinceMs: 89 * SECOND_MS })).toEqual({ ended: "not-begun" });
    expect([askedOf("update-guid"), askedOf("sign-out")]).toEqual([[], []]);
    expect(await world.records.read(KEY)).toMatchObject({ session: { guid: world.gateway.guidOf(AGENT.agentId) }, lease: undefined });
  });

  it("is not signed in by a run that had begun, whenever that comes to it", async () => {
    await afterTick(15 * SECOND_MS);
    // What Lambda had taken before it was told to begin no more: each starts when its instance is up.
    for (const seconds of [0, 1, 5, 10, 15, 20]) world.clock.at(seconds * SECOND_MS, () => void world.run());
    expect(await signOut(LETS_GO_MS + GUARD_MS + 30 * SECOND_MS, { keepOut: true })).toEqual({ ended: "signed-out" });
    await world.clock.pass(2 * MINUTE_MS);
    expect(isSignedIn()).toBe(false);
    expect(askedOf("sign-in")).toEqual(["0"]);
    expect(world.endings).toHaveLength(7);
    expect(world.gateway.violations()).toEqual([]);
  });

  it.each([2, 30, 355])("is not signed in by a transfer, %i minutes later", async (minutes) => {
    world.putSecret({}, { inlineSignIn: true });
    await afterTick(15 * SECOND_MS);
    await signOut(LETS_GO_MS + GUARD_MS, { keepOut: true });
    await world.clock.pass(minutes * MINUTE_MS - GUARD_MS);
    await expect(world.transfer("1552524689-16797384")).rejects.toMatchObject({ code: "agent-not-signed-in" });
    expect(askedOf("sign-in")).toEqual(["0"]);
  });

  it("is signed in within a minute once runs are begun again", async () => {
    await afterTick(15 * SECOND_MS);
    await signOut(LETS_GO_MS + GUARD_MS, { keepOut: true });
    await world.clock.pass(MINUTE_MS);
    await afterTick(MINUTE_MS);
  });
});
