import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { arrived } from "../dev/gateway-simulator-agent.ts";
import { AGENT, type AgentCallsHarness, PUSH, toAgentCalls } from "../support/agent-calls-harness.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

const clock = createManualClock();
const ALIVE = { kind: "alive", renewal: {}, events: [] };
const deadline = createManualDeadline();

let gateway: GatewaySimulator;
let polled: AgentCallsHarness;
let pushed: AgentCallsHarness;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, clock, settings: { cookies: "required" } });
  polled = toAgentCalls(gateway);
  pushed = toAgentCalls(gateway, { signIn: { events: "push" }, push: PUSH });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

describe("a poll", () => {
  it("that the gateway answers after ten seconds brings no event, and the Guid where it is due", async () => {
    const session = await polled.session();
    await clock.advance(50_000);
    const polling = polled.poll(session, deadline);
    await arrived(gateway, "poll");
    await clock.advance(10_000);
    expect(await polling).toEqual({ ...ALIVE, renewal: { guid: gateway.guidOf(AGENT) } });
  });

  it("brings one event, without the caller's number", async () => {
    const session = await polled.session();
    gateway.emitEvent(AGENT, { eventType: "AgentEvent_SuccTransResult", content: { result: 0, callId: "1-1" } });
    gateway.emitEvent(AGENT, { eventType: "AgentEvent_Customer_Release", content: { callid: "1-1", number: "88880021" } });
    const generatedAt = clock.now();
    expect(await polled.poll(session, deadline)).toEqual({
      ...ALIVE,
      events: [{ type: "AgentEvent_SuccTransResult", callId: "1-1", result: 0, generatedAt }],
    });
    expect(await polled.poll(session, deadline)).toEqual({
      ...ALIVE,
      events: [{ type: "AgentEvent_Customer_Release", callId: "1-1", generatedAt }],
    });
  });

  it.each([
    ['{"message":"","retcode":"0"}', []],
    ['{"message":"","retcode":"0","event":null}', []],
    ['{"retcode":"0","event":{}}', [{ type: "other" }]],
    ['{"retcode":"0","event":"text"}', [{ type: "other" }]],
    ['{"retcode":"0","event":{"eventType":"AgentMediaEvent_Play","content":"88880021"}}', [{ type: "other" }]],
  ])("that is answered with %s has the events %j", async (body, events) => {
    const session = await polled.session();
    gateway.addFault({ kind: "body", body, endpoint: "poll" });
    expect(await polled.poll(session, deadline)).toEqual({ ...ALIVE, events });
  });

  it("is refused for a session whose events are pushed", async () => {
    const session = await pushed.session();
    expect(await polled.poll(session, deadline)).toEqual({ kind: "refused", retcode: "000-001" });
  });

  it.each([
    [100, 15_000],
    [15_001, 15_001],
  ])("waits for an answer, where the site has %i ms for one, %i ms", async (responseTimeoutMs, waited) => {
    const calls = toAgentCalls(gateway, { site: { responseTimeoutMs } });
    const session = await calls.session();
    gateway.addFault({ kind: "body", body: '{"retcode":"0"}', endpoint: "poll" });
    await calls.poll(session, deadline);
    await calls.updateGuid(session, deadline);
    expect(calls.sent.map((request) => request.responseTimeoutMs).slice(1)).toEqual([waited, undefined]);
  });
});

describe("updateGuid", () => {
  it("brings a new Guid, at any time", async () => {
    const session = await polled.session();
    const answer = await polled.updateGuid(session, deadline);
    expect(answer).toEqual({ ...ALIVE, renewal: { guid: gateway.guidOf(AGENT) } });
    expect(gateway.guidOf(AGENT)).not.toBe(session.guid);
  });

  it("brings none in AUTHMODE 1", async () => {
    gateway.putAccount({ agentId: AGENT, authMode: 1 });
    expect(await polled.updateGuid(await polled.session(), deadline)).toEqual(ALIVE);
  });

  it("brings what a handshake had renewed and whose answer was lost", async () => {
    const session = await pushed.session();
    await clock.advance(60_000);
    gateway.addFault({ kind: "drop", when: "after-request", acts: true, endpoint: "handshake" });
    expect(await pushed.handshake(session, deadline)).toMatchObject({ kind: "unanswered" });
    expect(gateway.guidOf(AGENT)).not.toBe(session.guid);
    expect(await pushed.updateGuid(session, deadline)).toEqual({ ...ALIVE, renewal: { guid: gateway.guidOf(AGENT) } });
  });

  it.each([undefined, "", {}, { guid: 7 }, { guid: "with space" }, { guid: "" }, { guid: "x".repeat(257) }])(
    "that answers %j without a Guid is not answered",
    async (result) => {
      const session = await polled.session();
      gateway.addFault({ kind: "retcode", retcode: "0", result, acts: true, endpoint: "update-guid" });
      expect(await polled.updateGuid(session, deadline)).toEqual({ kind: "unanswered", cause: "no-guid" });
    },
  );
});

describe("a sign-out", () => {
  it("ends the session, once", async () => {
    const session = await polled.session();
    expect(await polled.signOut(session, deadline)).toEqual(ALIVE);
    expect(() => gateway.guidOf(AGENT)).toThrow();
    expect(await polled.signOut(session, deadline)).toEqual({ kind: "refused", retcode: "100-008" });
  });
});
