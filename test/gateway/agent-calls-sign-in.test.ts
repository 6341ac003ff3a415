import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { AGENT, NOW, PASSWORD, PUSH, sentTo, toAgentCalls } from "../support/agent-calls-harness.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

const SIGN_IN_PATH = "/agentgateway/resource/onlineagent/102";

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, clock: createManualClock() });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

const signIn = (options: Parameters<typeof toAgentCalls>[1] = {}, forced = false) =>
  toAgentCalls(gateway, options).signIn({ forced, deadline: createManualDeadline() });
const bodyOf = (endpoint = "sign-in") => sentTo(gateway, endpoint)[0]?.body;

describe("what a sign-in sends", () => {
  const DEFAULTS =
    '{"password":"local-demo-password-102","phonenum":"88880102","autoanswer":false,"autoenteridle":false,"status":3,"checkInWebm":true,"checkInMailm":false}';

  it("is one PUT under the vendor's names: busy, without auto-answer and auto-idle, and with no Guid or cookie", async () => {
    await signIn();
    const headers = { "content-type": "application/json; charset=UTF-8", "content-length": String(DEFAULTS.length) };
    expect(sentTo(gateway, "sign-in")).toEqual([{ method: "PUT", path: SIGN_IN_PATH, headers, body: DEFAULTS }]);
  });

  it("has what is written down, each under its vendor's name", async () => {
    const fields = {
      autoanswer: true,
      autoenteridle: true,
      releasephone: false,
      agenttype: 11,
      status: 5,
      ip: "192.0.2.7",
      checkInWebm: false,
      checkInMailm: true,
    };
    await signIn({ signIn: { ...fields, forcelogin: true } });
    expect(JSON.parse(bodyOf() ?? "")).toEqual({ password: PASSWORD, phonenum: "88880102", ...fields });
  });

  it("goes to forcelogin where it is forced, and only then", async () => {
    await signIn({ signIn: { forcelogin: true } });
    expect(sentTo(gateway, "force-sign-in")).toEqual([]);
    await signIn({}, true);
    expect(sentTo(gateway, "force-sign-in")).toMatchObject([{ method: "PUT", path: `${SIGN_IN_PATH}/forcelogin`, body: DEFAULTS }]);
  });

  it("has where to push to where the events are pushed", async () => {
    await signIn({ signIn: { events: "push" }, push: PUSH });
    expect(JSON.parse(bodyOf() ?? "")).toMatchObject(PUSH);
    expect(gateway.agents()).toContainEqual(expect.objectContaining({ agentId: AGENT, events: "push" }));
  });

  it("has nowhere to push to where the events are polled", async () => {
    await signIn({ push: PUSH });
    expect(bodyOf()).toBe(DEFAULTS);
    expect(gateway.agents()).toContainEqual(expect.objectContaining({ agentId: AGENT, events: "poll" }));
  });

  it("is nothing where the events are to be pushed to nowhere", () => {
    expect(() => toAgentCalls(gateway, { signIn: { events: "push" } })).toThrow(expect.objectContaining({ code: "misconfigured" }));
  });

  it.each([
    [100, 20_000],
    [20_001, 20_001],
  ])("waits for an answer, where the site has %i ms for one, %i ms", async (responseTimeoutMs, waited) => {
    const calls = toAgentCalls(gateway, { site: { responseTimeoutMs } });
    await calls.session();
    expect(calls.sent).toMatchObject([{ responseTimeoutMs: waited }]);
  });
});

describe("a sign-in", () => {
  it.each(["poll", "push"] as const)("brings the session: its Guid, its cookies, when, and that events are had by %s", async (events) => {
    const answer = await signIn({ signIn: { events }, push: PUSH });
    expect(answer).toEqual({
      kind: "signed-in",
      session: {
        guid: gateway.guidOf(AGENT),
        cookies: expect.stringMatching(/^NSLB=[\da-f]{16}; ROUTE=[\da-f]{16}$/),
        renewedAt: NOW,
        events,
      },
      mustChangePassword: false,
      passwordDaysLeft: undefined,
    });
  });

  it("brings no cookies where the site sets none", async () => {
    gateway.configure({ cookies: "none" });
    expect((await toAgentCalls(gateway).session()).cookies).toBeUndefined();
  });

  it.each([
    [true, 0],
    [false, 180],
  ])("tells of the password: it must be changed (%s), and expires in %i days", async (forceChange, timeRemainingDays) => {
    gateway.putAccount({ agentId: AGENT, forceChange, timeRemainingDays });
    expect(await signIn()).toMatchObject({ mustChangePassword: forceChange, passwordDaysLeft: timeRemainingDays });
  });

  it("that is forced takes the session over", async () => {
    const first = await toAgentCalls(gateway).session();
    const second = await toAgentCalls(gateway).session(true);
    expect(second.guid).not.toBe(first.guid);
    expect(second.guid).toBe(gateway.guidOf(AGENT));
  });
});

describe("a sign-in is refused", () => {
  const REFUSALS: readonly [string, string, () => void, Parameters<typeof signIn>][] = [
    ["for a wrong password", "100-004", () => {}, [{ signIn: { password: "wrong" } }]],
    ["for a locked account", "110-016", () => gateway.putAccount({ agentId: AGENT, locked: true }), []],
    ["for a password that has expired", "100-020", () => gateway.putAccount({ agentId: AGENT, passwordExpired: true }), []],
    ["for a phone out of the range", "100-014", () => {}, [{ signIn: { phonenum: "88880103" } }]],
    ["for an agent without account", "100-004", () => {}, [{ agentId: "103" }]],
    ["for an agent who is signed in", "100-002", () => gateway.renewGuid(AGENT), []],
    ["where nobody may be forced out", "100-015", forbidForce, [{}, true]],
    ["while another is in progress", "100-021", () => gateway.addFault({ kind: "retcode", retcode: "100-021", endpoint: "sign-in" }), []],
    ["for a permission, which says nothing of a Guid", "000-003", () => addRetcode("000-003"), []],
    ["with a code that nobody documented", "999-999", () => addRetcode("999-999"), []],
    ["with what is no code", "other", () => addRetcode(PASSWORD), []],
    ["with a code and more", "other", () => addRetcode("100-004\n"), []],
    ["with an empty success", "other", () => addRetcode("00"), []],
  ];

  function addRetcode(retcode: string) {
    gateway.addFault({ kind: "retcode", retcode, message: PASSWORD, endpoint: "sign-in" });
  }
  function forbidForce() {
    gateway.renewGuid(AGENT);
    gateway.putAccount({ agentId: AGENT, mayBeForcedOut: false });
  }

  it.each(REFUSALS)("%s: %s", async (_name, retcode, prepare, args) => {
    prepare();
    expect(await signIn(...args)).toEqual({ kind: "refused", retcode });
    expect(gateway.requests()).toHaveLength(1);
  });
});
