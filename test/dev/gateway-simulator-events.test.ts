/** The events of agents: which there are, and what becomes of those whose client is not there. */
import { describe, expect, it } from "vitest";
import type { GatewayEvent, GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { AGENT, arrived, poll, signedIn, signIn, startOnManualClock } from "./gateway-simulator-agent.ts";

const NOTHING = '{"message":"","retcode":"0"}';
const RELEASE: GatewayEvent = { eventType: "AgentEvent_Call_Release", content: "1-1" };
const RESULT: GatewayEvent = { eventType: "AgentEvent_SuccTransResult", content: { result: 0, callId: "1-1" } };
const kinds = (simulator: GatewaySimulator) => simulator.violations().map(({ kind }) => kind);

describe("an event", () => {
  it("that came after its client had left is kept for the next poll", async () => {
    const lines: string[] = [];
    const { simulator } = await startOnManualClock({ log: (line) => lines.push(line) });
    const guid = await signedIn(simulator);
    const leave = new AbortController();
    const left = poll(simulator, guid, { signal: leave.signal }).catch(() => "left");
    await arrived(simulator, "poll");
    leave.abort();
    await left;
    await expect.poll(() => lines.at(-1), { interval: 2 }).toContain("GET poll agent 102 → client left");
    simulator.emitEvent(AGENT, RELEASE);
    expect((await poll(simulator, guid)).json.event).toMatchObject(RELEASE);
    expect(kinds(simulator)).toEqual([]);
  });

  it("whose answer is lost is lost", async () => {
    const { simulator } = await startOnManualClock({ settings: { pollWaitMs: 0 } });
    const guid = await signedIn(simulator);
    simulator.emitEvent(AGENT, RELEASE);
    simulator.emitEvent(AGENT, RESULT);
    simulator.addFault({ kind: "drop", when: "after-request", acts: true, endpoint: "poll" });
    await expect(poll(simulator, guid)).rejects.toThrow();
    expect((await poll(simulator, guid)).json.event).toMatchObject(RESULT);
  });

  it("whose poll was not carried out is kept", async () => {
    const { simulator } = await startOnManualClock();
    const guid = await signedIn(simulator);
    simulator.emitEvent(AGENT, RELEASE);
    simulator.addFault({ kind: "status", status: 503, endpoint: "poll" });
    expect((await poll(simulator, guid)).status).toBe(503);
    expect((await poll(simulator, guid)).json.event).toMatchObject(RELEASE);
  });

  it("is not of the next session", async () => {
    const { simulator } = await startOnManualClock({ settings: { pollWaitMs: 0 } });
    await signedIn(simulator);
    simulator.emitEvent(AGENT, RELEASE);
    const { guid = "" } = await signIn(simulator, { forced: true });
    expect((await poll(simulator, guid)).text).toBe(NOTHING);
  });

  it("is for an agent who is signed in", async () => {
    const { simulator } = await startOnManualClock();
    expect(() => simulator.emitEvent(AGENT, RELEASE)).toThrow("102 is not signed in");
    simulator.emitEvent("101", RELEASE);
    expect(simulator.agents()).toContainEqual({ agentId: "101", signedIn: "external", events: "poll", waitingEvents: 1 });
  });

  it.each<GatewayEvent>([
    RESULT,
    { eventType: "AgentEvent_SuccTransResult", content: { result: 20388, callId: "1-1" } },
    RELEASE,
    { eventType: "AgentEvent_Connect_Fail", content: "1-1" },
    {
      eventType: "AgentEvent_Talking",
      content: { caller: "1", callid: "1-1", called: "2", feature: 7, type: 1, mediaAbility: 5 },
    },
    { eventType: "AgentEvent_Customer_Release", content: { callid: "1-1", number: "1" } },
    { eventType: "AgentEvent_Incoming_CallInfo", content: { callId: "1-1", skillName: "a" } },
    { eventType: "AgentMediaEvent_Record", content: {} },
  ])("arrives as it was given: %j", async (event) => {
    const { simulator } = await startOnManualClock();
    const guid = await signedIn(simulator);
    simulator.emitEvent(AGENT, event);
    expect((await poll(simulator, guid)).json.event).toMatchObject(event);
  });

  it.each([
    { eventType: "AgentEvent_CallRelease", content: "1-1" },
    { eventType: "AgentEvent_Call_Release", content: { callid: "1-1" } },
    { eventType: "AgentEvent_SuccTransResult", content: { result: 0, callid: "1-1" } },
    { eventType: "AgentEvent_SuccTransResult", content: { result: "0", callId: "1-1" } },
    { eventType: "AgentEvent_Connect_Fail" },
    { eventType: "AgentMediaEvent_", content: "1" },
    "AgentEvent_Call_Release",
  ])("that is not documented is refused: %j", async (event) => {
    const { simulator } = await startOnManualClock();
    await signedIn(simulator);
    expect(() => simulator.emitEvent(AGENT, event as GatewayEvent)).toThrow(expect.objectContaining({ name: "ZodError" }));
  });
});
