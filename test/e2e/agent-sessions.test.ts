/** Sessions that are handed over, kept by us and told of by the gateway, through the functions, Secrets Manager and DynamoDB. What they print is searched. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CANARIES, COOKIES, findCanaries } from "../support/canaries.ts";
import { type AgentRoute, type Answer, EVENTS_KEY, exampleRequest, type Stack, startStack } from "../support/stack.ts";

const AGENT_ID = "102";
const PASSWORD = "canary-password-of-an-agent";
const PHONE = "88880777";
const CALLER = CANARIES.caller;
const CALL = "1552524689-16797384";
/** The shortest run: it signs in and polls for about a second, then less time is left than a call may take. */
const RUN_MS = 27_000;
const BEARER = { authorization: `Bearer ${CANARIES.apiKey}`, "content-type": "application/json" };
const HANDED_OVER = { session: "handed-over", verification: { secrets: [{ id: "desk", value: CANARIES.apiKey }] } };
const MANAGED = { session: "managed", signIn: { password: PASSWORD, phonenum: PHONE } };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(() => {
  stack.gateway.reset();
  stack.gateway.putAccount({ agentId: AGENT_ID, password: PASSWORD, phones: [PHONE] });
  stack.gateway.configure({ pollWaitMs: 100 });
  stack.takeLog();
  stack.takeServerLog();
});

function tokenOf(gateway: string): string {
  return createHmac("sha256", EVENTS_KEY)
    .update(JSON.stringify([gateway, AGENT_ID]))
    .digest("hex")
    .slice(0, 48);
}

/** Everything that nobody may be told, in what was printed and answered. */
function leaks(gateway: string, guids: readonly string[], answers: readonly Answer[]): string[] {
  const also = {
    password: PASSWORD,
    phone: PHONE,
    token: tokenOf(gateway),
    ...Object.fromEntries(guids.map((guid, index) => [`guid${index}`, guid])),
  };
  const told = answers.map(({ text, headers }) => `${text}\n${JSON.stringify(headers)}`);
  return findCanaries([...stack.takeLog(), ...stack.takeServerLog(), ...told].join("\n"), also);
}

describe("a session that is handed over", () => {
  it("is what a transfer goes out with, until it is said to have ended", async () => {
    const { connection, gateway } = stack.connect({ agentId: AGENT_ID, agent: HANDED_OVER });
    const agent = { gateway, agentId: AGENT_ID };
    const route = (method: "PUT" | "DELETE"): AgentRoute => ({ ...agent, route: `${method} /v1/agent-sessions` });
    const put = (guid: string, renewedAt: string) =>
      stack.callFor(route("PUT"), { headers: BEARER, body: JSON.stringify({ guid, cookies: COOKIES, renewedAt }) });
    const [first, second] = [stack.gateway.renewGuid(AGENT_ID), stack.gateway.renewGuid(AGENT_ID)];

    const none = await stack.transfer(connection, { ...exampleRequest(CALL), callId: "c-0" });
    expect(none.body).toMatchObject({ code: "agent-not-signed-in", effect: "none" });
    expect((await put(second, "2026-11-23T07:01:00Z")).status).toBe(204);
    expect((await put(first, "2026-11-23T07:00:00Z")).status).toBe(204);
    const accepted = await stack.transfer(connection, exampleRequest(CALL));
    expect(accepted.body).toMatchObject({ state: "accepted" });
    expect(stack.gateway.transfers()).toMatchObject([{ acted: true, headers: { guid: second, cookie: COOKIES } }]);

    const wrong = await stack.callFor(route("PUT"), { headers: { authorization: `Bearer ${CANARIES.wrongKey}` }, body: "{}" });
    expect(wrong.status).toBe(401);
    expect((await stack.callFor(route("DELETE"), { headers: BEARER })).status).toBe(204);
    expect(leaks(gateway, [first, second], [none, accepted, wrong])).toEqual([]);
  });
});

describe("a session that we keep", () => {
  it("is signed in as its secret says, and is what a transfer goes out with", async () => {
    const { connection, gateway } = stack.connect({ agentId: AGENT_ID, agent: MANAGED });
    await stack.keep({ gateway, agentId: AGENT_ID }, RUN_MS);
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer.body).toMatchObject({ state: "accepted", agentId: AGENT_ID });
    const guid = stack.gateway.guidOf(AGENT_ID);
    expect(stack.gateway.transfers()).toMatchObject([{ acted: true, headers: { guid } }]);
    expect(stack.gateway.requests().some(({ endpoint }) => endpoint === "poll")).toBe(true);
    expect(stack.takeServerLog().filter((line) => /^(Put|Update|Create)\w+/.test(line))).toEqual([]);
    expect(leaks(gateway, [guid], [answer])).toEqual([]);
  });

  it.each([
    ["a wrong password", { password: "another" }, "100-004"],
    ["an expired one", { passwordExpired: true }, "100-020"],
  ])("tells of %s without it", async (_what, account, retcode) => {
    stack.gateway.putAccount({ agentId: AGENT_ID, ...account });
    const { connection, gateway } = stack.connect({ agentId: AGENT_ID, agent: MANAGED });
    await stack.keep({ gateway, agentId: AGENT_ID }, RUN_MS);
    await stack.keep({ gateway, agentId: AGENT_ID }, RUN_MS);
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "300" }, body: { code: "agent-not-signed-in", effect: "none" } });
    expect(stack.gateway.requests().filter(({ endpoint }) => endpoint === "sign-in")).toHaveLength(1);
    const log = stack.takeLog().join("");
    expect(log).toContain("sign-in parked");
    expect(log).toContain(retcode);
    expect(findCanaries(log, { password: PASSWORD, phone: PHONE })).toEqual([]);
  });

  it("is signed in by the transfer itself, where its secret allows it, and by no dry run", async () => {
    const { connection, gateway } = stack.connect({ agentId: AGENT_ID, agent: { ...MANAGED, inlineSignIn: true } });
    const rehearsal = await stack.transfer(connection, { ...exampleRequest(CALL), dryRun: true });
    expect(rehearsal).toMatchObject({ status: 200, body: { dryRun: true } });
    expect(stack.gateway.requests()).toEqual([]);
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer.body).toMatchObject({ state: "accepted", agentId: AGENT_ID });
    expect(leaks(gateway, [stack.gateway.guidOf(AGENT_ID)], [rehearsal, answer])).toEqual([]);
  });
});

describe("all agents that we keep, told to sign out", () => {
  const ended = async (event: object, gateways: readonly string[]) => {
    const { agents } = await stack.signOutAgents(event);
    return gateways.map((name) => agents.find(({ gateway }) => gateway === name));
  };

  it("are each signed out, where they are signed in and their gateway can be reached, also from under a run that keeps them", async () => {
    const kept = stack.connect({ agentId: AGENT_ID, agent: MANAGED });
    const idle = stack.connect({ agentId: AGENT_ID, agent: MANAGED });
    const broken = stack.connect({ agentId: AGENT_ID, agent: { session: "managed" } });
    const theirs = stack.connect();
    const run = stack.keep({ gateway: kept.gateway, agentId: AGENT_ID }, 60_000);
    await vi.waitUntil(() => stack.gateway.agents().some(({ signedIn }) => signedIn === "managed"));
    const guid = stack.gateway.guidOf(AGENT_ID);

    const gateways = [kept, idle, broken, theirs].map(({ gateway }) => gateway);
    expect(await ended({}, gateways)).toEqual([
      { gateway: kept.gateway, agentId: AGENT_ID, ended: "signed-out" },
      { gateway: idle.gateway, agentId: AGENT_ID, ended: "not-signed-in" },
      { gateway: broken.gateway, agentId: AGENT_ID, ended: "failed", reason: "misconfigured" },
      undefined,
    ]);
    await run;
    expect(stack.gateway.agents()).not.toContainEqual(expect.objectContaining({ signedIn: "managed" }));
    expect(stack.gateway.violations()).toEqual([]);
    expect(leaks(kept.gateway, [guid], [])).toEqual([]);
  });

  it("are said to be left where their gateway cannot be reached, and their sessions are kept", async () => {
    const { gateway, secrets } = stack.connect({ agentId: AGENT_ID, agent: MANAGED });
    await stack.keep({ gateway, agentId: AGENT_ID }, RUN_MS);
    stack.secrets.putSecret(secrets.gateway, { schemaVersion: 1, url: "https://127.0.0.1:1" });
    const left = { gateway, agentId: AGENT_ID, ended: "failed", reason: "not-sent ECONNREFUSED" };
    expect(await ended({}, [gateway])).toEqual([left]);
    const log = stack.takeLog().join("");
    expect(log).toContain("not signed out");
    expect(log).toContain("ECONNREFUSED");
    expect(await ended({}, [gateway])).toEqual([left]);
  });

  it("are none for an event that asks for something else", async () => {
    await expect(stack.signOutAgents({ agents: ["main/102"] })).rejects.toThrow("unknown: agents");
  });
});

describe("an event that the gateway pushes", () => {
  it("is taken from whoever has the agent's token, and logged by its type", async () => {
    const { gateway } = stack.connect({ agentId: AGENT_ID, agent: MANAGED });
    const agent: AgentRoute = { route: "POST /v1/gateway-events", gateway, agentId: AGENT_ID };
    const eventList = [
      {
        eventType: "AgentEvent_Talking",
        workNo: AGENT_ID,
        content: { callid: "1-1", caller: CALLER, called: PHONE, feature: 1, type: 1, mediaAbility: 5 },
      },
      { eventType: "AgentEvent_New", workNo: AGENT_ID, content: CALLER },
    ];
    const body = JSON.stringify({ workNo: AGENT_ID, eventList });
    const taken = await stack.callFor(agent, { headers: { service_token: tokenOf(gateway) }, body });
    expect(taken).toMatchObject({ status: 200, text: '{"message":"success","retcode":"0"}' });
    const refused = await stack.callFor(agent, { headers: { service_token: CANARIES.wrongKey }, body: CANARIES.brokenBody });
    expect(refused.status).toBe(401);

    const log = stack.takeLog().join("");
    expect(log).toContain('"eventType":"AgentEvent_Talking"');
    expect(log).toContain('"eventType":"other"');
    expect(findCanaries(log, { phone: PHONE, token: tokenOf(gateway) })).toEqual([]);
  });
});
