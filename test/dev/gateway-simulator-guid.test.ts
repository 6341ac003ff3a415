/** How long a Guid is good, and how the next one arrives, on a clock that the test moves. */
import { describe, expect, it } from "vitest";
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import {
  AGENT,
  arrived,
  GUID_FORM,
  handshake,
  judgeGuid,
  keepAlive,
  poll,
  signedIn,
  startOnManualClock,
  updateGuid,
} from "./gateway-simulator-agent.ts";
import { keepAliveAgent } from "./gateway-simulator-client.ts";

const GOOD = "200-012";
const PUSH = { callBackUri: "http://127.0.0.1:1/events", serviceToken: "token102" };
const kinds = (simulator: GatewaySimulator) => simulator.violations().map(({ kind }) => kind);

describe("in AUTHMODE 2 a Guid", () => {
  it("is renewed by the first handshake after a minute, and not before", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator, PUSH);
    await clock.advance(59_999);
    expect((await handshake(simulator, guid)).setGuid).toBeUndefined();
    await clock.advance(1);
    const renewal = await handshake(simulator, guid);
    expect(renewal.text).toBe('{"message":"success","retcode":"0"}');
    expect(renewal.setGuid).toMatch(GUID_FORM);
    expect(renewal.guid).not.toBe(guid);
    expect(simulator.guidOf(AGENT)).toBe(renewal.guid);
    expect((await handshake(simulator, renewal.guid ?? "")).setGuid).toBeUndefined();
  });

  it("is renewed by the answer to a poll", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator);
    await clock.advance(55_000);
    const answer = poll(simulator, guid);
    await arrived(simulator, "poll");
    await clock.advance(10_000);
    const renewal = await answer;
    expect(renewal.text).toBe('{"message":"","retcode":"0"}');
    expect(renewal.setGuid).toMatch(GUID_FORM);
    expect(await judgeGuid(simulator, renewal.guid ?? "")).toBe(GOOD);
  });

  it.each(["100-006", "000-003"] as const)("is good for two minutes after its renewal, then answered with %s and counted", async (code) => {
    const { simulator, clock } = await startOnManualClock({ settings: { staleGuidRetcode: code } });
    const first = await signedIn(simulator, PUSH);
    const second = await keepAlive(simulator, clock, { guid: first, minutes: 1 });
    await clock.advance(60_000);
    await handshake(simulator, second);
    await clock.advance(59_999);
    expect(await judgeGuid(simulator, first)).toBe(GOOD);
    expect(kinds(simulator)).toEqual([]);
    await clock.advance(1);
    expect(await judgeGuid(simulator, first)).toBe(code);
    expect(simulator.violations()).toEqual([{ at: "2026-01-01T00:03:00.000Z", agentId: AGENT, kind: "stale-guid" }]);
    expect(await judgeGuid(simulator, second)).toBe(GOOD);
  });

  it("that never was is refused as not signed in, and not counted", async () => {
    const { simulator } = await startOnManualClock({ settings: { staleGuidRetcode: "000-003" } });
    await signedIn(simulator);
    expect(await judgeGuid(simulator, "00000000-0000-4000-8000-000000000000.AgentGateway0")).toBe("100-006");
    expect(kinds(simulator)).toEqual([]);
  });

  it("whose renewal was lost can bring the next one, while it is good", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator, PUSH);
    await clock.advance(60_000);
    simulator.addFault({ kind: "drop", when: "after-request", acts: true, endpoint: "handshake" });
    await expect(handshake(simulator, guid)).rejects.toThrow();
    expect(simulator.guidOf(AGENT)).not.toBe(guid);
    expect((await handshake(simulator, guid)).setGuid).toBeUndefined();
    await clock.advance(60_000);
    const renewal = await handshake(simulator, guid);
    expect(renewal.setGuid).toMatch(GUID_FORM);
    expect(await judgeGuid(simulator, renewal.guid ?? "")).toBe(GOOD);
  });

  it("serves for a day of 1440 renewals", async () => {
    const { simulator, clock } = await startOnManualClock();
    const first = await signedIn(simulator, PUSH);
    const last = await keepAlive(simulator, clock, { guid: first, minutes: 1440, agent: keepAliveAgent() });
    expect(await judgeGuid(simulator, last)).toBe(GOOD);
    expect(new Set(simulator.requests().map(({ headers }) => headers.guid)).size).toBe(1442);
    expect(simulator.violations()).toEqual([]);
    expect(clock.now()).toBe(Date.UTC(2026, 0, 2));
  });

  it("is renewed on request, at any time, and the old one stays good for two minutes", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator, PUSH);
    const { json, setGuid } = await updateGuid(simulator, guid);
    expect(json).toEqual({ message: "success", retcode: "0", result: { guid: simulator.guidOf(AGENT) } });
    expect(setGuid).toBeUndefined();
    expect(json.result.guid).not.toBe(guid);
    await clock.advance(119_999);
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
    expect((await updateGuid(simulator, "other")).retcode).toBe("100-006");
  });

  it("has the intervals that the site is set up with", async () => {
    const { simulator, clock } = await startOnManualClock({ settings: { guidIntervalMs: 10, guidTimeoutMs: 20 } });
    const guid = await signedIn(simulator, PUSH);
    await clock.advance(10);
    expect((await handshake(simulator, guid)).setGuid).toMatch(GUID_FORM);
    await clock.advance(19);
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
    await clock.advance(1);
    expect(await judgeGuid(simulator, guid)).toBe("100-006");
  });

  it("that the developer renews leaves no earlier one good", async () => {
    const { simulator, clock } = await startOnManualClock();
    const first = await signedIn(simulator, PUSH);
    const second = await keepAlive(simulator, clock, { guid: first, minutes: 1 });
    const third = simulator.renewGuid(AGENT);
    for (const guid of [first, second]) expect(await judgeGuid(simulator, guid)).toBe("100-006");
    expect((await handshake(simulator, third)).retcode).toBe("0");
    expect(kinds(simulator)).toEqual([]);
  });
});

describe("in AUTHMODE 1 a Guid", () => {
  it("stays for the whole session", async () => {
    const { simulator, clock } = await startOnManualClock();
    simulator.putAccount({ agentId: AGENT, authMode: 1 });
    const guid = await signedIn(simulator, PUSH);
    expect(await keepAlive(simulator, clock, { guid, minutes: 10 })).toBe(guid);
    await clock.advance(60_000);
    expect((await handshake(simulator, guid)).setGuid).toBeUndefined();
    expect((await updateGuid(simulator, guid)).json.result).toEqual({ guid });
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
  });
});
