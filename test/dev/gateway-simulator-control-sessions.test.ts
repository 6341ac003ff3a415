/** The control interface's routes for agent sessions, over plain HTTP. */
import { describe, expect, it } from "vitest";
import { AGENT, judgeGuid, PASSWORD, poll, signedIn, signIn } from "./gateway-simulator-agent.ts";
import { askControl as ask, startControlled } from "./gateway-simulator-control-client.ts";

const GOOD = "200-012";
const RELEASE = { eventType: "AgentEvent_Call_Release", content: "1-1" };

describe("the control interface", () => {
  it("tells the accounts without their passwords, and changes them", async () => {
    const simulator = await startControlled();
    const { json } = await ask(simulator, "GET", "/accounts");
    expect(json).toMatchObject([{ agentId: AGENT, phones: ["88880102"], authMode: 2, outcomes: "success" }]);
    expect(JSON.stringify(json)).not.toContain(PASSWORD);
    expect(await ask(simulator, "POST", "/accounts", { body: { agentId: AGENT, locked: true } })).toMatchObject({ status: 200 });
    expect((await signIn(simulator)).retcode).toBe("110-016");
    const account = { agentId: "300", password: "p", phones: ["1"] };
    expect((await ask(simulator, "POST", "/accounts", { body: account })).status).toBe(200);
    expect((await signIn(simulator, { agentId: "300", body: { password: "p", phonenum: "1" } })).retcode).toBe("0");
  });

  it("changes settings", async () => {
    const simulator = await startControlled();
    expect(await ask(simulator, "POST", "/settings", { body: { cookies: "none" } })).toMatchObject({ status: 200 });
    expect((await signIn(simulator)).setCookie).toEqual([]);
  });

  it("tells who is signed in, and signs out", async () => {
    const simulator = await startControlled();
    const guid = await signedIn(simulator);
    const ofAgent = async () => (await ask(simulator, "GET", "/agents")).json.find(({ agentId }: { agentId: string }) => agentId === AGENT);
    expect(await ofAgent()).toEqual({ agentId: AGENT, signedIn: "managed", events: "poll", waitingEvents: 0 });
    expect((await ask(simulator, "POST", `/agents/${AGENT}/sign-out`)).status).toBe(200);
    expect(await ofAgent()).toMatchObject({ signedIn: "no" });
    expect(await judgeGuid(simulator, guid)).toBe("100-006");
    expect((await ask(simulator, "POST", "/agents/103/sign-out")).status).toBe(404);
  });

  it("emits an event for an agent who is signed in", async () => {
    const simulator = await startControlled();
    const emit = (agentId: string) => ask(simulator, "POST", `/agents/${agentId}/events`, { body: RELEASE });
    expect((await emit(AGENT)).status).toBe(409);
    expect((await emit("103")).status).toBe(404);
    const guid = await signedIn(simulator);
    expect((await emit(AGENT)).status).toBe(200);
    expect((await poll(simulator, guid)).json.event).toMatchObject(RELEASE);
  });

  it("tells pushes and violations", async () => {
    const simulator = await startControlled();
    await signedIn(simulator, { callBackUri: "http://192.168.0.1/", serviceToken: "a" });
    simulator.emitEvent(AGENT, { eventType: "AgentEvent_Call_Release", content: "1-1" });
    await expect.poll(() => simulator.pushes().length, { interval: 2 }).toBe(1);
    expect((await ask(simulator, "GET", "/pushes")).json).toEqual(simulator.pushes());
    simulator.putAccount({ agentId: AGENT, locked: true });
    for (const _ of [1, 2]) await signIn(simulator);
    expect((await ask(simulator, "GET", "/violations")).json).toMatchObject([{ agentId: AGENT, kind: "locked-account" }]);
  });

  it("restarts the gateway", async () => {
    const simulator = await startControlled();
    const guid = await signedIn(simulator);
    expect(await judgeGuid(simulator, guid)).toBe(GOOD);
    expect((await ask(simulator, "POST", "/restart")).status).toBe(200);
    expect(await judgeGuid(simulator, guid)).toBe("100-006");
  });

  it.each([
    ["/accounts", { agentId: "300", password: "p" }, "phones: Invalid input: expected array, received undefined"],
    ["/accounts", { agentId: "100" }, "agentId: 101 to 999999"],
    [
      "/accounts",
      { agentId: AGENT, lokced: true },
      expect.stringMatching(/^body: no such field: lokced; there are agentId, .*, outcomes$/),
    ],
    ["/accounts", { agentId: AGENT, outcomes: "pending" }, expect.stringMatching(/^outcomes: .*"success"\|"failure"\|"none"/)],
    ["/accounts", undefined, "body: Invalid input: expected object, received undefined"],
    ["/calls", { callid: "1-1", agentId: "100" }, "agentId: 101 to 999999"],
    ["/settings", { cookies: "some" }, expect.stringMatching(/^cookies: .*"none"\|"set"\|"required"/)],
    ["/settings", { outcomes: "none" }, expect.stringMatching(/^body: no such field: outcomes; there are guidIntervalMs, .*, cookies, /)],
    [`/agents/101/events`, { eventType: "AgentEvent_Other" }, expect.stringMatching(/^eventType: one of AgentEvent_SuccTransResult, /)],
    [`/agents/101/events`, { ...RELEASE, content: 1 }, "content: Invalid input: expected string, received number"],
  ])("answers 400 at %s to %j, and says what is wrong with which field", async (path, body, issue) => {
    const simulator = await startControlled();
    const before = simulator.accounts();
    expect(await ask(simulator, "POST", path, { body })).toMatchObject({ status: 400, json: { error: "invalid", issues: [issue] } });
    expect(simulator.accounts()).toEqual(before);
  });

  it("lists a line of help for each of its routes", async () => {
    const simulator = await startControlled();
    const help = Object.keys((await ask(simulator, "GET", "/")).json).filter((line) => line.includes(" "));
    for (const line of help) {
      const [method, path = ""] = line.split(" ");
      const other = method === "GET" ? "POST" : "GET";
      const { status, allow } = await ask(simulator, other, path.replace("{agentid}", "101").replace("{callid}", "1-1"));
      if (status === 405) expect(allow).toContain(method);
      else expect(help).toContain(`${other} ${path}`);
    }
    expect(help).toHaveLength(16);
  });
});
