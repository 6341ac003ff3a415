import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import type { LiveSession } from "../../lib/sessions/agent-record.ts";
import { AGENT, type AgentCallsHarness, PUSH, sentTo, toAgentCalls } from "../support/agent-calls-harness.ts";
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

/** Each is one request. */
const CALLS = ["handshake", "poll", "updateGuid", "signOut"] as const;
const ENDPOINTS = { handshake: "handshake", poll: "poll", updateGuid: "update-guid", signOut: "sign-out" } as const;

describe("a call of a session", () => {
  it.each([
    ["handshake", "POST", "/agentgateway/resource/onlineagent/102/handshake"],
    ["poll", "GET", "/agentgateway/resource/agentevent/102"],
    ["updateGuid", "PUT", "/agentgateway/resource/onlineagent/102/updateGuid"],
    ["signOut", "DELETE", "/agentgateway/resource/onlineagent/102/logout"],
  ] as const)("%s is one %s of %s without a body, with the Guid and the cookies", async (call, method, path) => {
    const { guid, cookies = "" } = await polled.session();
    gateway.emitEvent(AGENT, { eventType: "AgentEvent_Call_Release", content: "1-1" });
    expect(await polled[call]({ guid, cookies, renewedAt: 0 }, deadline)).toMatchObject({ kind: "alive" });
    const hasLength = method === "POST" || method === "PUT";
    expect(sentTo(gateway, ENDPOINTS[call])).toEqual([
      {
        method,
        path,
        body: "",
        headers: { "content-type": "application/json; charset=UTF-8", guid, cookie: cookies, ...(hasLength && { "content-length": "0" }) },
      },
    ]);
  });

  it.each([undefined, ""])("has no Cookie header where the cookies are %j", async (cookies) => {
    gateway.configure({ cookies: "none" });
    const session = await pushed.session();
    expect(await pushed.handshake({ ...session, cookies }, deadline)).toEqual(ALIVE);
    expect(sentTo(gateway, "handshake")[0]?.headers).not.toHaveProperty("cookie");
  });

  it.each(CALLS)("%s finds the agent signed out without the cookies that the site needs", async (call) => {
    const { guid } = await polled.session();
    expect(await polled[call]({ guid, renewedAt: 0 }, deadline)).toEqual({ kind: "signed-out", retcode: "100-006" });
  });

  const CODES: readonly (readonly [string, object])[] = [
    ...["100-006", "000-003", "105-001", "105-003", "105-004", "105-005", "105-006", "105-007"].map(
      (retcode) => [retcode, { kind: "signed-out", retcode }] as const,
    ),
    ...["000-000", "000-001", "000-004", "100-001", "100-007", "100-008", "105-002", "106-001", "200-012"].map(
      (retcode) => [retcode, { kind: "refused", retcode }] as const,
    ),
    ...["", "-1", "1000-000", "success", "constructor", "__proto__"].map(
      (retcode) => [retcode, { kind: retcode === "" ? "unanswered" : "refused" }] as const,
    ),
  ];

  it.each(CODES)("answered with %j is %j", async (retcode, expected) => {
    const session = await polled.session();
    for (const call of CALLS) {
      gateway.addFault({ kind: "retcode", retcode, message: "Unknown ERROR._160007", endpoint: ENDPOINTS[call] });
      expect(await polled[call](session, deadline)).toMatchObject(expected);
    }
  });
});

describe("a handshake", () => {
  it("brings no Guid before it is due", async () => {
    const session = await pushed.session();
    expect(await pushed.handshake(session, deadline)).toEqual(ALIVE);
    expect(sentTo(gateway, "handshake")[0]?.headers).not.toHaveProperty("service_token");
  });

  it("keeps a session alive whose token is made of another key by now", async () => {
    const session = await pushed.session();
    const other = toAgentCalls(gateway, { signIn: { events: "push" }, push: { ...PUSH, serviceToken: "other" } });
    expect(await other.handshake(session, deadline)).toEqual(ALIVE);
  });

  it("brings the renewed Guid, whose successor is good, too", async () => {
    let session: LiveSession = await pushed.session();
    for (const _minute of [1, 2, 3, 4]) {
      await clock.advance(60_000);
      const answer = await pushed.handshake(session, deadline);
      expect(answer).toEqual({ ...ALIVE, renewal: { guid: gateway.guidOf(AGENT) } });
      expect(gateway.guidOf(AGENT)).not.toBe(session.guid);
      session = { ...session, guid: gateway.guidOf(AGENT) };
    }
    expect(gateway.violations()).toEqual([]);
  });

  it("brings no Guid in AUTHMODE 1", async () => {
    gateway.putAccount({ agentId: AGENT, authMode: 1 });
    const session = await pushed.session();
    await clock.advance(60_000);
    expect(await pushed.handshake(session, deadline)).toEqual(ALIVE);
  });

  it.each(["100-006", "000-003"] as const)("with a Guid that is two minutes old is signed out (%s)", async (staleGuidRetcode) => {
    gateway.configure({ staleGuidRetcode });
    const session = await pushed.session();
    await clock.advance(60_000);
    await pushed.handshake(session, deadline);
    await clock.advance(119_000);
    await pushed.handshake({ ...session, guid: gateway.guidOf(AGENT) }, deadline);
    await clock.advance(1_000);
    expect(await pushed.handshake(session, deadline)).toEqual({ kind: "signed-out", retcode: staleGuidRetcode });
  });

  it("that comes after two minutes finds the agent signed out", async () => {
    const session = await pushed.session();
    await clock.advance(120_000);
    expect(await pushed.handshake(session, deadline)).toEqual({ kind: "signed-out", retcode: "100-006" });
  });
});
