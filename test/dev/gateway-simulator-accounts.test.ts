/** Who may be signed in and out, and when: passwords, sessions that are there already, and what else is being done meanwhile. */
import { describe, expect, it } from "vitest";
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import {
  AGENT,
  arrived,
  ask,
  GUID_FORM,
  judgeGuid,
  PHONE,
  SIGN_IN,
  signedIn,
  signIn,
  signOut,
  startOnManualClock,
} from "./gateway-simulator-agent.ts";
import { startForTest } from "./gateway-simulator-client.ts";

const GOOD = "200-012";
const kinds = (simulator: GatewaySimulator) => simulator.violations().map(({ kind }) => kind);

describe("an account", () => {
  const wrong = { body: { password: "wrong", phonenum: PHONE } };

  it("is locked by its fifth wrong password, and by no right one in between", async () => {
    const simulator = await startForTest();
    for (const _ of [1, 2, 3, 4]) expect((await signIn(simulator, wrong)).retcode).toBe("100-004");
    await signOut(simulator, await signedIn(simulator));
    for (const _ of [1, 2, 3, 4, 5]) expect((await signIn(simulator, wrong)).retcode).toBe("100-004");
    expect((await signIn(simulator)).retcode).toBe("110-016");
    expect(simulator.violations()).toEqual([]);
  });

  it("that is locked is not to be tried again once that was told, until it is unlocked", async () => {
    const simulator = await startForTest();
    simulator.putAccount({ agentId: AGENT, locked: true });
    expect((await signIn(simulator)).retcode).toBe("110-016");
    expect(kinds(simulator)).toEqual([]);
    expect((await signIn(simulator, { forced: true })).retcode).toBe("110-016");
    expect(simulator.violations()).toMatchObject([{ agentId: AGENT, kind: "locked-account" }]);
    simulator.putAccount({ agentId: AGENT, locked: false });
    expect((await signIn(simulator)).retcode).toBe("0");
    simulator.putAccount({ agentId: AGENT, locked: true });
    expect((await signIn(simulator)).retcode).toBe("110-016");
    expect(kinds(simulator)).toHaveLength(1);
  });

  it("with an expired password says so to who knows it", async () => {
    const simulator = await startForTest();
    simulator.putAccount({ agentId: AGENT, passwordExpired: true });
    expect((await signIn(simulator)).retcode).toBe("100-020");
    expect((await signIn(simulator, wrong)).retcode).toBe("100-004");
  });

  it("has a number of wrong passwords of its own", async () => {
    const simulator = await startForTest();
    simulator.putAccount({ agentId: AGENT, maxWrongPasswords: 1 });
    expect((await signIn(simulator, wrong)).retcode).toBe("100-004");
    expect((await signIn(simulator)).retcode).toBe("110-016");
  });
});

describe("an agent who is signed in", () => {
  it("is taken over by a forced sign-in only", async () => {
    const simulator = await startForTest();
    const first = await signedIn(simulator);
    expect((await signIn(simulator)).retcode).toBe("100-002");
    expect(await judgeGuid(simulator, first)).toBe(GOOD);
    const forced = await signIn(simulator, { forced: true });
    expect(forced.setGuid).toMatch(GUID_FORM);
    expect(await judgeGuid(simulator, first)).toBe("100-006");
    expect(await judgeGuid(simulator, forced.guid ?? "")).toBe(GOOD);
  });

  it("may be one whom somebody else keeps", async () => {
    const simulator = await startForTest();
    const external = simulator.renewGuid(AGENT);
    expect(simulator.agents()).toContainEqual({ agentId: AGENT, signedIn: "external", events: "poll", waitingEvents: 0 });
    expect((await signIn(simulator)).retcode).toBe("100-002");
    expect((await signIn(simulator, { forced: true })).retcode).toBe("0");
    expect(await judgeGuid(simulator, external)).toBe("100-006");
  });

  it("may be one who cannot be forced out", async () => {
    const simulator = await startForTest();
    simulator.putAccount({ agentId: AGENT, mayBeForcedOut: false });
    expect((await signIn(simulator, { forced: true })).retcode).toBe("0");
    expect((await signIn(simulator, { forced: true })).retcode).toBe("100-015");
  });

  it("is signed out by its Guid alone, and can sign in again", async () => {
    const simulator = await startForTest();
    const guid = await signedIn(simulator);
    expect((await signOut(simulator, simulator.guidOf("101"))).retcode).toBe("100-006");
    expect((await signOut(simulator, guid)).text).toBe('{"message":"success","retcode":"0"}');
    expect(await judgeGuid(simulator, guid)).toBe("100-006");
    expect((await signOut(simulator, guid)).retcode).toBe("100-008");
    expect((await signIn(simulator)).retcode).toBe("0");
  });

  it("can be signed out by the developer too", async () => {
    const simulator = await startForTest();
    const guid = await signedIn(simulator);
    simulator.signOut(AGENT);
    expect(await judgeGuid(simulator, guid)).toBe("100-006");
  });
});

describe("while a sign-in is carried out", () => {
  const SLOW = { settings: { signInMs: 1_000, signOutMs: 500 } };

  it.each([false, true])("a second one (forced: %s) is told so, and is counted", async (forced) => {
    const { simulator, clock } = await startOnManualClock(SLOW);
    const first = signIn(simulator);
    await arrived(simulator, "sign-in");
    expect((await signIn(simulator, { forced })).retcode).toBe("100-021");
    expect(kinds(simulator)).toEqual(["sign-in-during-sign-in"]);
    await clock.advance(999);
    expect(() => simulator.guidOf(AGENT)).toThrow();
    await clock.advance(1);
    expect((await first).guid).toBe(simulator.guidOf(AGENT));
    expect((await signIn(simulator)).retcode).toBe("100-002");
  });

  it("a sign-out is refused and counted; that of another agent is not", async () => {
    const { simulator, clock } = await startOnManualClock(SLOW);
    simulator.putAccount({ agentId: "300", password: "p", phones: ["1"] });
    const first = signIn(simulator);
    await arrived(simulator, "sign-in");
    expect((await signOut(simulator, "any")).retcode).toBe("100-010");
    const other = signIn(simulator, { agentId: "300", body: { password: "p", phonenum: "1" } });
    await arrived(simulator, "sign-in", 2);
    await clock.advance(1_000);
    expect((await Promise.all([first, other])).map(({ retcode }) => retcode)).toEqual(["0", "0"]);
    expect(kinds(simulator)).toEqual(["sign-out-during-sign-in"]);
  });

  it("a client that leaves changes nothing", async () => {
    const { simulator, clock } = await startOnManualClock(SLOW);
    const leave = new AbortController();
    const left = ask(simulator, { method: "PUT", path: `/onlineagent/${AGENT}`, body: SIGN_IN, signal: leave.signal }).catch(() => "left");
    await arrived(simulator, "sign-in");
    leave.abort();
    expect(await left).toBe("left");
    await clock.advance(1_000);
    expect((await signIn(simulator)).retcode).toBe("100-002");
  });

  it.each(["reset", "restart"] as const)("a %s leaves nobody signed in", async (what) => {
    const { simulator, clock } = await startOnManualClock(SLOW);
    const first = signIn(simulator).catch(() => "cut");
    await arrived(simulator, "sign-in");
    simulator[what]();
    expect(await first).toBe("cut");
    await clock.advance(1_000);
    expect(() => simulator.guidOf(AGENT)).toThrow();
    simulator.configure({ signInMs: 0 });
    expect((await signIn(simulator)).retcode).toBe("0");
  });

  it("and while a sign-out is, a sign-in is refused and counted", async () => {
    const { simulator, clock } = await startOnManualClock({ settings: { signOutMs: 500 } });
    const guid = await signedIn(simulator);
    const out = signOut(simulator, guid);
    await arrived(simulator, "sign-out");
    expect((await signIn(simulator)).retcode).toBe("100-003");
    expect((await signOut(simulator, guid)).retcode).toBe("100-010");
    await clock.advance(500);
    expect((await out).retcode).toBe("0");
    expect(kinds(simulator)).toEqual(["sign-in-during-sign-out"]);
    expect((await signIn(simulator)).retcode).toBe("0");
  });
});
