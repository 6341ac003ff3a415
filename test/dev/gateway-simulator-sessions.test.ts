/** What keeps a session alive, what ends it, and faults of the endpoints of sessions, on a clock that the test moves. */
import { describe, expect, it } from "vitest";
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import {
  AGENT,
  arrived,
  GUID_FORM,
  handshake,
  judgeGuid,
  poll,
  signedIn,
  signIn,
  startOnManualClock,
  updateGuid,
} from "./gateway-simulator-agent.ts";

const GOOD = "200-012";
const PUSH = { callBackUri: "http://127.0.0.1:1/events", serviceToken: "token102" };
const kinds = (simulator: GatewaySimulator) => simulator.violations().map(({ kind }) => kind);

describe("a session", () => {
  it.each([
    ["push", PUSH],
    ["poll", {}],
  ])("of %s mode ends two minutes after its sign-in, if nothing keeps it alive", async (_, fields) => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator, fields);
    await clock.advance(119_999);
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
    await clock.advance(1);
    expect(await judgeGuid(simulator, guid)).toBe("100-006");
    expect(() => simulator.guidOf(AGENT)).toThrow();
    expect((await signIn(simulator)).retcode).toBe("0");
    expect(kinds(simulator)).toEqual([]);
  });

  it("of push mode is kept alive by handshakes, not by transfers or updateGuid", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator, PUSH);
    await clock.advance(100_000);
    const renewed = (await handshake(simulator, guid)).guid ?? "";
    await clock.advance(100_000);
    expect(await judgeGuid(simulator, renewed)).toBe(GOOD);
    await updateGuid(simulator, renewed);
    await clock.advance(20_000);
    expect(simulator.agents()).toContainEqual(expect.objectContaining({ agentId: AGENT, signedIn: "no" }));
  });

  it("of poll mode is kept alive by polls, not by handshakes", async () => {
    const { simulator, clock } = await startOnManualClock({ settings: { pollWaitMs: 0 } });
    const guid = await signedIn(simulator);
    await clock.advance(100_000);
    const renewed = (await poll(simulator, guid)).guid ?? "";
    await clock.advance(100_000);
    const again = await handshake(simulator, renewed);
    expect(again.setGuid).toMatch(GUID_FORM);
    await clock.advance(20_000);
    expect((await poll(simulator, again.guid ?? "")).retcode).toBe("100-006");
  });

  it("is kept alive by a poll from its arrival to its answer", async () => {
    const { simulator, clock } = await startOnManualClock({ settings: { pollWaitMs: 100_000 } });
    const guid = await signedIn(simulator);
    await clock.advance(100_000);
    const waiting = poll(simulator, guid);
    await arrived(simulator, "poll");
    await clock.advance(99_000);
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
    await clock.advance(1_000);
    expect((await waiting).retcode).toBe("0");
    await clock.advance(119_999);
    expect(simulator.guidOf(AGENT)).toMatch(/AgentGateway0$/);
  });

  it("has a service_token that a handshake need not bring, but not a wrong one", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator, PUSH);
    const bring = (token: string) => handshake(simulator, guid, { headers: { service_token: token } });
    expect((await handshake(simulator, guid)).retcode).toBe("0");
    expect((await bring("token102")).retcode).toBe("0");
    await clock.advance(60_000);
    expect(await bring("token103")).toMatchObject({ retcode: "100-001", setGuid: undefined });
    await clock.advance(60_000);
    expect((await bring("token102")).retcode).toBe("100-006");
  });

  it.each([{ callBackUri: PUSH.callBackUri }, { serviceToken: PUSH.serviceToken }])("with %j alone is one of poll mode", async (fields) => {
    const { simulator } = await startOnManualClock({ settings: { pollWaitMs: 0 } });
    const guid = await signedIn(simulator, fields);
    expect((await poll(simulator, guid)).retcode).toBe("0");
    expect((await handshake(simulator, guid, { headers: { service_token: PUSH.serviceToken } })).retcode).toBe("100-001");
  });

  it("is gone after a restart of the gateway, external ones too, while accounts and calls stay", async () => {
    const { simulator } = await startOnManualClock();
    simulator.putAccount({ agentId: AGENT, password: "other" });
    const guid = await signedIn(simulator, { password: "other" });
    const external = simulator.guidOf("101");
    simulator.restart();
    expect(await judgeGuid(simulator, guid)).toBe("100-006");
    expect(() => simulator.guidOf("101")).toThrow();
    expect(await judgeGuid(simulator, await signedIn(simulator, { password: "other" }))).toBe(GOOD);
    expect(simulator.renewGuid("101")).not.toBe(external);
  });

  it("that is external never ends by itself, and is as at the start after a reset", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = simulator.guidOf("101");
    await clock.advance(86_400_000);
    expect(simulator.guidOf("101")).toBe(guid);
    await signedIn(simulator);
    simulator.configure({ pollWaitMs: 0, cookies: "none" });
    simulator.putAccount({ agentId: AGENT, locked: true });
    for (const _ of [1, 2]) await signIn(simulator);
    expect(kinds(simulator)).toEqual(["locked-account"]);
    simulator.putAccount({ agentId: "300", password: "p", phones: ["1"] });
    simulator.restart();
    simulator.reset();
    expect(simulator.guidOf("101")).toBe(guid);
    expect(simulator.requests()).toEqual([]);
    expect(simulator.violations()).toEqual([]);
    expect(simulator.accounts().map(({ agentId }) => agentId)).toEqual([AGENT]);
    expect(simulator.agents().map(({ agentId, signedIn }) => [agentId, signedIn])).toEqual([
      ["101", "external"],
      ["102", "no"],
      ["104", "external"],
      ["150", "no"],
      ["205", "external"],
      ["999999", "external"],
    ]);
    expect((await signIn(simulator)).setCookie).toHaveLength(2);
  });
});

describe("a fault of an endpoint", () => {
  it("meets that endpoint alone, and of it the agent whom it names", async () => {
    const { simulator } = await startOnManualClock();
    simulator.addFault({ kind: "retcode", retcode: "100-007", endpoint: "handshake", agentId: AGENT });
    simulator.addFault({ kind: "retcode", retcode: "100-003", endpoint: "sign-in", agentId: "101" });
    simulator.addFault({ kind: "retcode", retcode: "105-001" });
    const guid = await signedIn(simulator, PUSH);
    expect((await handshake(simulator, guid)).retcode).toBe("100-007");
    expect((await handshake(simulator, guid)).retcode).toBe("0");
    expect(await judgeGuid(simulator, guid)).toBe("105-001");
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
    expect((await signIn(simulator, { agentId: "101" })).retcode).toBe("100-003");
  });

  it.each([
    [{ kind: "html" }, undefined],
    [{ kind: "retcode", retcode: "100-003" }, "100-003"],
    [{ kind: "truncated-json" }, undefined],
  ] as const)("%j keeps a sign-in from being carried out, unless it acts", async (fault, retcode) => {
    const { simulator } = await startOnManualClock();
    simulator.addFault({ ...fault, endpoint: "sign-in" });
    expect((await signIn(simulator).catch(() => undefined))?.retcode).toBe(retcode);
    expect(() => simulator.guidOf(AGENT)).toThrow();
    simulator.addFault({ ...fault, endpoint: "sign-in", acts: true });
    await signIn(simulator).catch(() => undefined);
    expect(simulator.guidOf(AGENT)).toMatch(/AgentGateway0$/);
  });

  it("may lose the new Guid alone: the answer is there, and Set-GUID is not", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator, PUSH);
    await clock.advance(60_000);
    simulator.addFault({ kind: "retcode", retcode: "0", endpoint: "handshake", acts: true });
    expect(await handshake(simulator, guid)).toMatchObject({ retcode: "0", setGuid: undefined });
    expect(simulator.guidOf(AGENT)).not.toBe(guid);
  });
});
