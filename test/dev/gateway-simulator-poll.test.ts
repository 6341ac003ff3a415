/** The poll for events: what it answers and when, on a clock that the test moves. */
import { describe, expect, it } from "vitest";
import type { GatewayEvent, GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { AGENT, arrived, poll, signedIn, signIn, signOut, startOnManualClock } from "./gateway-simulator-agent.ts";

const NOTHING = '{"message":"","retcode":"0"}';
const RELEASE: GatewayEvent = { eventType: "AgentEvent_Call_Release", content: "1-1" };
const RESULT: GatewayEvent = { eventType: "AgentEvent_SuccTransResult", content: { result: 0, callId: "1-1" } };
const kinds = (simulator: GatewaySimulator) => simulator.violations().map(({ kind }) => kind);

describe("a poll", () => {
  it("is answered at once where there are events: one each, oldest first, as documented", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator);
    simulator.emitEvent(AGENT, RESULT);
    await clock.advance(5);
    simulator.emitEvent(AGENT, RELEASE);
    const at = Date.UTC(2026, 0, 1);
    expect((await poll(simulator, guid)).text).toBe(
      `{"message":"","retcode":"0","event":{"eventType":"AgentEvent_SuccTransResult","workNo":"102","content":{"result":0,"callId":"1-1"},"eventGenTime":${at}}}`,
    );
    await clock.advance(200);
    simulator.configure({ eventGenTime: false });
    expect((await poll(simulator, guid)).text).toBe(
      '{"message":"","retcode":"0","event":{"eventType":"AgentEvent_Call_Release","workNo":"102","content":"1-1"}}',
    );
    expect(kinds(simulator)).toEqual([]);
  });

  it("waits ten seconds for an event", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator);
    const waited = poll(simulator, guid);
    await arrived(simulator, "poll");
    await clock.advance(9_999);
    expect(simulator.requests()[1]?.retcode).toBeUndefined();
    await clock.advance(1);
    expect((await waited).text).toBe(NOTHING);

    await clock.advance(200);
    const woken = poll(simulator, guid);
    await arrived(simulator, "poll", 2);
    simulator.emitEvent(AGENT, RELEASE);
    expect((await woken).json.event).toMatchObject(RELEASE);
  });

  it("waits as long as the site is set up for, by the machine's own clock too", async () => {
    const { simulator } = await startOnManualClock({ clock: { now: () => 0, wait: async () => true } });
    const guid = await signedIn(simulator);
    expect((await poll(simulator, guid)).text).toBe(NOTHING);
  });

  it("sooner than 200 ms after an answer is counted, and answered", async () => {
    const { simulator, clock } = await startOnManualClock({ settings: { pollWaitMs: 0 } });
    const guid = await signedIn(simulator);
    await poll(simulator, guid);
    await clock.advance(200);
    await poll(simulator, guid);
    expect(kinds(simulator)).toEqual([]);
    await clock.advance(199);
    expect((await poll(simulator, guid)).text).toBe(NOTHING);
    expect(simulator.violations()).toMatchObject([{ agentId: AGENT, kind: "early-poll" }]);
  });

  it("after an answer that was lost is not early", async () => {
    const { simulator } = await startOnManualClock({ settings: { pollWaitMs: 0 } });
    const guid = await signedIn(simulator);
    simulator.addFault({ kind: "drop", when: "after-request", acts: true, endpoint: "poll" });
    await expect(poll(simulator, guid)).rejects.toThrow();
    await poll(simulator, guid);
    expect(kinds(simulator)).toEqual([]);
  });

  it("while another waits is counted, and the older gets the event", async () => {
    const { simulator, clock } = await startOnManualClock();
    const guid = await signedIn(simulator);
    const older = poll(simulator, guid);
    await arrived(simulator, "poll");
    const newer = poll(simulator, guid);
    await arrived(simulator, "poll", 2);
    expect(kinds(simulator)).toEqual(["early-poll"]);
    simulator.emitEvent(AGENT, RELEASE);
    expect((await older).json.event).toMatchObject(RELEASE);
    await clock.advance(10_000);
    expect((await newer).text).toBe(NOTHING);
  });

  it("while another waits gets the second of two events", async () => {
    const { simulator } = await startOnManualClock();
    const guid = await signedIn(simulator);
    const older = poll(simulator, guid);
    await arrived(simulator, "poll");
    const newer = poll(simulator, guid);
    await arrived(simulator, "poll", 2);
    simulator.emitEvent(AGENT, RESULT);
    simulator.emitEvent(AGENT, RELEASE);
    expect((await older).json.event).toMatchObject(RESULT);
    expect((await newer).json.event).toMatchObject(RELEASE);
  });

  it("is refused in push mode, and with another's Guid", async () => {
    const { simulator } = await startOnManualClock();
    const guid = await signedIn(simulator, { callBackUri: "http://127.0.0.1:1/", serviceToken: "a" });
    expect((await poll(simulator, guid)).retcode).toBe("000-001");
    expect((await poll(simulator, simulator.guidOf("101"))).retcode).toBe("100-006");
  });

  it.each(["sign-out", "forced sign-in", "developer"])("that waits is refused when its session ends by %s", async (how) => {
    const { simulator } = await startOnManualClock();
    const guid = await signedIn(simulator);
    const waiting = poll(simulator, guid);
    await arrived(simulator, "poll");
    if (how === "sign-out") await signOut(simulator, guid);
    else if (how === "developer") simulator.signOut(AGENT);
    else await signIn(simulator, { forced: true });
    expect((await waiting).retcode).toBe("100-006");
  });

  it.each(["reset", "restart", "stop"] as const)("that waits is cut by a %s", async (what) => {
    const { simulator } = await startOnManualClock();
    const waiting = poll(simulator, await signedIn(simulator)).catch(() => "cut");
    await arrived(simulator, "poll");
    await simulator[what]();
    expect(await waiting).toBe("cut");
  });
});
