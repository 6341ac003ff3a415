/** Sign-in over real TLS: what is asked for, what is answered, and what is kept of it. */
import { describe, expect, it } from "vitest";
import {
  AGENT,
  ask,
  GUID_FORM,
  handshake,
  judgeGuid,
  PASSWORD,
  PHONE,
  poll,
  SIGN_IN,
  signedIn,
  signIn,
  signOut,
  startOnManualClock,
} from "./gateway-simulator-agent.ts";
import { startForTest } from "./gateway-simulator-client.ts";

const GOOD = "200-012";

describe("sign-in", () => {
  it("answers with a Guid that names the gateway's node, two cookies and what is documented", async () => {
    const { simulator, clock } = await startOnManualClock();
    const answer = await signIn(simulator);
    expect(answer.status).toBe(200);
    expect(answer.setGuid).toMatch(GUID_FORM);
    expect(answer.setCookie).toEqual([expect.stringMatching(/^NSLB=\w+; /), expect.stringMatching(/^ROUTE=\w+; /)]);
    expect(answer.json).toEqual({
      message: "success",
      retcode: "0",
      result: {
        vdnid: 1,
        workno: "102",
        mediatype: "TTF",
        loginTime: String(clock.now()),
        isForceChange: "false",
        serverName: "AgentGateway",
        timeRemaining: "",
      },
    });
    expect(await judgeGuid(simulator, answer.guid ?? "")).toBe(GOOD);
    expect(simulator.violations()).toEqual([]);
  });

  it("is needed: the agent of the account is not signed in before", async () => {
    const simulator = await startForTest();
    expect(() => simulator.guidOf(AGENT)).toThrow(AGENT);
    expect(await judgeGuid(simulator, "22222222-2222-4222-8222-222222222222.AgentGateway0")).toBe("100-006");
    expect(simulator.guidOf("101")).toMatch(/^1/);
    const guid = await signedIn(simulator);
    expect(simulator.guidOf(AGENT)).toBe(guid);
  });

  it("tells of the password's age, and that there is no multimedia", async () => {
    const simulator = await startForTest();
    simulator.putAccount({ agentId: AGENT, forceChange: true, timeRemainingDays: 9 });
    const { json } = await signIn(simulator, { body: { ...SIGN_IN, checkInWebm: false } });
    expect(json.result).toMatchObject({ isForceChange: "true", timeRemaining: "9", mediatype: "TFF" });
  });

  it.each<[string, object | string]>([
    ["0", { autoanswer: false, autoenteridle: false, releasephone: false, agenttype: 4, status: 3, ip: "127.0.0.1", checkInMailm: false }],
    ["0", { agenttype: 11, status: 5, further: true }],
    ["100-001", { password: undefined }],
    ["100-001", { password: "" }],
    ["100-001", { password: "x".repeat(33) }],
    ["100-004", { password: "x".repeat(32) }],
    ["100-001", { phonenum: undefined }],
    ["100-001", { phonenum: "" }],
    ["100-013", { phonenum: "8".repeat(25) }],
    ["100-014", { phonenum: "8".repeat(24) }],
    ["100-013", { phonenum: "8888x102" }],
    ["100-014", { phonenum: "88880103" }],
    ["100-001", { autoanswer: "true" }],
    ["100-012", { agenttype: 5 }],
    ["100-012", { agenttype: "4" }],
    ["100-001", { status: 6 }],
    ["100-016", { ip: "127.0.0.256" }],
    ["100-001", { callBackUri: "no address", serviceToken: "a" }],
    ["100-001", { callBackUri: "ftp://localhost/", serviceToken: "a" }],
    ["100-001", { callBackUri: `http://localhost/${"x".repeat(184)}`, serviceToken: "a" }],
    ["0", { callBackUri: `http://localhost/${"x".repeat(183)}`, serviceToken: "a".repeat(50) }],
    ["100-001", { callBackUri: "http://localhost/", serviceToken: "a".repeat(51) }],
    ["100-001", { callBackUri: "http://localhost/", serviceToken: "a-b" }],
    ["000-006", "no JSON"],
    ["000-006", "[]"],
  ])("answers %s to %j", async (retcode, fields) => {
    const simulator = await startForTest();
    const body = typeof fields === "string" ? fields : { ...SIGN_IN, ...fields };
    const answer = await signIn(simulator, { body });
    expect(answer).toMatchObject({ status: 200, retcode });
    expect(answer.guid === undefined).toBe(retcode !== "0");
  });

  it.each([
    ["100-004", "101"],
    ["100-004", "103"],
    ["000-002", "100"],
    ["000-002", "1000000"],
  ])("answers %s for agent %s, who has no account", async (retcode, agentId) => {
    expect((await signIn(await startForTest(), { agentId })).retcode).toBe(retcode);
  });

  it("is for any agent who is given an account", async () => {
    const simulator = await startForTest();
    expect(() => simulator.putAccount({ agentId: "300", password: "p" })).toThrow("phones");
    simulator.putAccount({ agentId: "300", password: "p", phones: ["1", "2"] });
    expect((await signIn(simulator, { agentId: "300", body: { password: "p", phonenum: "2" } })).retcode).toBe("0");
    expect(simulator.agents()).toContainEqual({ agentId: "300", signedIn: "managed", events: "poll", waitingEvents: 0 });
  });

  it.each([
    ["POST", `/onlineagent/${AGENT}`, "PUT"],
    ["PUT", `/onlineagent/${AGENT}/logout`, "DELETE"],
    ["GET", `/onlineagent/${AGENT}/handshake`, "POST"],
    ["POST", `/agentevent/${AGENT}`, "GET"],
  ])("and its neighbours answer 405 to %s %s, and not to %s", async (method, path, allow) => {
    const simulator = await startForTest();
    expect(await ask(simulator, { method, path })).toMatchObject({ status: 405 });
    expect(await ask(simulator, { method: allow, path })).toMatchObject({ status: 200 });
  });
});

describe("the load balancer's cookies", () => {
  const toCookie = (setCookie: readonly string[]) => setCookie.map((cookie) => cookie.split(";")[0]).join("; ");

  it("are asked for by every later call where the site is so", async () => {
    const simulator = await startForTest({ settings: { cookies: "required" } });
    const { guid = "", setCookie } = await signIn(simulator);
    expect(setCookie).toHaveLength(2);
    const all = { headers: { Cookie: `other=1; ${toCookie(setCookie)}` } };
    const one = { headers: { Cookie: toCookie(setCookie.slice(1)) } };
    for (const given of [{}, one]) {
      expect(await judgeGuid(simulator, guid, given)).toBe("100-006");
      expect((await handshake(simulator, guid, given)).retcode).toBe("100-006");
      expect((await poll(simulator, guid, given)).retcode).toBe("100-006");
      expect((await signOut(simulator, guid, given)).retcode).toBe("100-006");
    }
    expect(await judgeGuid(simulator, guid, all)).toBe(GOOD);
    expect((await handshake(simulator, guid, all)).retcode).toBe("0");
    expect((await signOut(simulator, guid, all)).retcode).toBe("0");
  });

  it("are others each time, and are not asked for from agents who got none", async () => {
    const simulator = await startForTest({ settings: { cookies: "required" } });
    const first = await signIn(simulator);
    const second = await signIn(simulator, { forced: true });
    expect(toCookie(second.setCookie)).not.toBe(toCookie(first.setCookie));
    const body = { callid: "1-1", devicetype: 2, mode: 2, address: "205" };
    const path = "/mediacall/101/transfer";
    expect((await ask(simulator, { method: "POST", path, guid: simulator.guidOf("101"), body })).retcode).toBe(GOOD);
  });

  it.each([
    ["none", 0],
    ["set", 2],
  ] as const)("with the setting %s are %i, and no call needs them", async (cookies, count) => {
    const simulator = await startForTest({ settings: { cookies } });
    const { guid = "", setCookie } = await signIn(simulator);
    expect(setCookie).toHaveLength(count);
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
  });
});

describe("what is kept", () => {
  it("is every request, while the log has no password, Guid or phone", async () => {
    const lines: string[] = [];
    const simulator = await startForTest({ log: (line) => lines.push(line) });
    const guid = await signedIn(simulator, { status: 3 });
    await handshake(simulator, guid);
    expect(simulator.requests()).toMatchObject([
      { endpoint: "sign-in", agentId: AGENT, retcode: "0", acted: true, body: JSON.stringify({ ...SIGN_IN, status: 3 }) },
      { endpoint: "handshake", headers: { guid }, retcode: "0" },
    ]);
    expect(simulator.transfers()).toEqual([]);
    expect(lines.map((line) => line.replace(/\(\d+ ms\)/, "(N ms)"))).toEqual([
      "gateway  PUT sign-in agent 102 → 0, events are polled (N ms)",
      "gateway  POST handshake agent 102 → 0 (N ms)",
    ]);
    for (const secret of [PASSWORD, PHONE, guid]) expect(lines.join()).not.toContain(secret);
  });
});
