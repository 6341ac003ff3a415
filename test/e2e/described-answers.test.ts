/** What the functions answer, held against what api/openapi.yaml says of it: status, headers, media type and body, and that the code has an example. */
import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { FAILURES, type FailureCode } from "../../lib/errors.ts";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { toForgotten } from "../../lib/records/forgotten-item.ts";
import { findLies } from "../support/api-descriptions.ts";
import { FAILURE_CASES, type Provoke } from "../support/failure-cases.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { AGENT_ID, CALL, OBSERVED, putObservedAgent } from "../support/observed-agent.ts";
import { type Answer, EVENTS_KEY, exampleRequest, KEY, toResult } from "../support/stack.ts";
import { startStatusRoute } from "../support/status-route.ts";
import { askUnrouted } from "../support/unrouted-request.ts";
import { useStack } from "../support/use-stack.ts";

const HANDED_OVER = { agentId: AGENT_ID, agent: { session: "handed-over", verification: { secrets: [{ id: "desk", value: KEY }] } } };
const SIGNAL = new AbortController().signal;
const CALL_OF_101 = "1552524689-16797284";
const BEARER = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };

const stack = useStack();
beforeEach(() => putObservedAgent(stack.gateway));

function follow(url: unknown): Promise<Answer> {
  const { pathname, search } = new URL(String(url));
  const [, connection = "", transferId = ""] = /\/v1\/transfers\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  return stack.status(connection, transferId, { headers: {}, query: search.slice(1) });
}

describe("a failure is described as it is answered", () => {
  it.each(Object.keys(FAILURES) as FailureCode[])("%s", async (code) => {
    const [provoke] = Object.values<Provoke>(FAILURE_CASES[code]);
    const [answer] = (await provoke?.(stack)) ?? [];
    if (answer === undefined) throw new Error("no answer");
    expect(answer.body.code).toBe(code);
    expect(findLies(code === "not-found" ? "GetTransfer" : "TransferSession", answer)).toEqual([]);
  });

  it("also where it may have been sent, where a repeat is of no use, and to whoever asks for plain JSON", async () => {
    const [sent] = (await FAILURE_CASES.internal["a send that throws"]?.()) ?? [];
    const [busy] = await FAILURE_CASES["call-busy"]["a call that another delivery may have moved"](stack);
    const { connection } = stack.connect();
    const plain = await stack.transfer(connection, {}, { headers: { ...BEARER, accept: "application/json" } });
    expect([sent?.status, busy?.status, plain.headers["content-type"]]).toEqual([500, 409, "application/json"]);
    for (const answer of [sent, busy, plain]) expect(answer && findLies("TransferSession", answer)).toEqual([]);
  });
});

describe("an answer is described as it is given", () => {
  it("accepted, replayed, and what became of it", async () => {
    const { connection } = stack.connect();
    const request = { ...exampleRequest(CALL_OF_101), reference: "ticket-1" };
    const accepted = await stack.transfer(connection, request);
    const replayed = await stack.transfer(connection, request);
    expect([accepted.body.state, replayed.body.replayed]).toEqual(["accepted", true]);
    for (const answer of [accepted, replayed]) expect(findLies("TransferSession", answer)).toEqual([]);
    expect(findLies("GetTransfer", await follow(accepted.body.statusUrl))).toEqual([]);
    expect(findLies("GetTransfer", await stack.status(connection, "none"))).toEqual([]);
    expect(findLies("GetTransfer", await stack.status(connection, "none", { query: "wait=99" }))).toEqual([]);
  });

  it("a transfer that was forgotten meanwhile, to its repeat and by its status", async () => {
    const { connection } = stack.connect();
    stack.gateway.addCall({ callid: "to-forget", agentId: "101" });
    const request = { ...exampleRequest("to-forget"), target: { type: "skill-queue", address: "31" }, deliveryId: "to-forget" };
    const { body } = await stack.transfer(connection, request);
    const store = createDynamoDbStore(String(process.env.CCGW_RECORDS_TABLE), { wallMs: Date.now });
    const item = await store.get(String(body.transferId).replace(/-1$/, ""), SIGNAL);
    if (item?.kind !== "delivery") throw new Error("no record");
    await store.put({ ...toForgotten(item, Date.now()), revision: "forgotten" }, item.revision, SIGNAL);
    const replayed = await stack.transfer(connection, request);
    expect(replayed.body).toMatchObject({ callId: "forgotten", agentId: "forgotten", target: { type: "agent", address: "forgotten" } });
    expect(findLies("TransferSession", replayed)).toEqual([]);
    expect(findLies("GetTransfer", await follow(body.statusUrl))).toEqual([]);
  });

  it("a dry run, with all that a request can have", async () => {
    const { connection } = stack.connect({ connection: { callDataOverflow: "truncate" } });
    const all = { deliveryId: "d-1", reference: "r-1", attempt: "2", callData: "x".repeat(3_000) };
    const answer = await stack.transfer(connection, { ...exampleRequest(CALL), ...all }, { query: "dryRun" });
    expect(answer.body).toMatchObject({ dryRun: true, request: { callDataTruncated: true } });
    expect(findLies("TransferSession", answer)).toEqual([]);
  });

  it("pending after respond-async, then and later", async () => {
    const { connection } = stack.connect(OBSERVED);
    const pending = await stack.transfer(connection, exampleRequest(CALL), { headers: { ...BEARER, prefer: "respond-async" } });
    expect([pending.status, pending.body.outcome]).toEqual([202, "pending"]);
    expect(findLies("TransferSession", pending)).toEqual([]);
    const status = await follow(pending.body.statusUrl);
    expect(status.status).toBe(202);
    expect(findLies("GetTransfer", status)).toEqual([]);
  });

  it("unknown, then and later", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "retcode", retcode: "106-005" });
    const unknown = await stack.transfer(connection, exampleRequest(CALL_OF_101));
    expect([unknown.status, unknown.body.state]).toEqual([202, "unknown"]);
    expect(findLies("TransferSession", unknown)).toEqual([]);
    expect(findLies("GetTransfer", await follow(unknown.body.statusUrl))).toEqual([]);
  });

  it("always 200: accepted, pending, unknown, a dry run, a refusal and a problem", async () => {
    const { connection } = stack.connect({ connection: { reply: "always-200" } });
    const observed = stack.connect({ ...OBSERVED, connection: { reply: "always-200" } });
    const headers = { ...BEARER, prefer: "respond-async" };
    const answers = [
      await stack.transfer(connection, exampleRequest(CALL_OF_101)),
      await stack.transfer(observed.connection, exampleRequest(CALL), { headers }),
      await stack.transfer(connection, { ...exampleRequest("c-1"), dryRun: true }),
      await stack.transfer(connection, exampleRequest("c-2")),
      await stack.transfer(connection, {}),
    ];
    stack.gateway.addFault({ kind: "retcode", retcode: "106-005" });
    answers.push(await stack.transfer(connection, exampleRequest("1552524689-16797285")));
    expect(answers.map(({ status, body }) => [status, body.ok])).toEqual([true, true, false, false, false, false].map((ok) => [200, ok]));
    expect(answers.at(-1)?.body.state).toBe("unknown");
    for (const answer of answers) expect(findLies("TransferSession", answer)).toEqual([]);
    expect(findLies("GetTransfer", await stack.status(connection, "none"))).toEqual([]);
  });

  it("a transfer that is being sent", async () => {
    const route = await startStatusRoute();
    const { transferId } = await route.claim();
    const answer = await route.ask(transferId);
    expect([answer.status, answer.body.code]).toEqual([202, "duplicate-in-progress"]);
    expect(findLies("GetTransfer", answer)).toEqual([]);
  });

  it("a connection, with and without all that it can have", async () => {
    const targets = { billing: { type: "skill-queue", address: "31" }, expert: { type: "agent", address: "205", skillId: 3 } };
    const documents = [
      {},
      { targets, defaults: { target: "billing", mode: "blind" }, allow: { agents: ["102"], modes: ["blind"] }, test: true },
      { agentId: undefined, defaults: { target: targets.expert } },
    ];
    for (const connection of documents) {
      const answer = await stack.describe(stack.connect({ connection }).connection);
      expect(answer.status).toBe(200);
      expect(findLies("GetConnection", answer)).toEqual([]);
    }
    expect(findLies("GetConnection", await stack.describe("nobody"))).toEqual([]);
  });

  it("a session that is handed over, and one that has ended", async () => {
    const { gateway } = stack.connect(HANDED_OVER);
    const agent = { gateway, agentId: AGENT_ID };
    const body = JSON.stringify({ guid: stack.gateway.renewGuid(AGENT_ID), renewedAt: new Date().toISOString() });
    const put = (options: object) => stack.callFor({ ...agent, route: "PUT /v1/agent-sessions" }, options);
    const taken = await put({ headers: BEARER, body });
    expect(taken.status).toBe(204);
    for (const answer of [taken, await put({ headers: BEARER, body: "{}" }), await put({ headers: BEARER, body: "" }), await put({})])
      expect(findLies("HandOverSession", answer)).toEqual([]);
    const ended = await stack.callFor({ ...agent, route: "DELETE /v1/agent-sessions" }, { headers: BEARER });
    expect(ended.status).toBe(204);
    expect(findLies("EndSession", ended)).toEqual([]);
  });

  it("events that the gateway pushes", async () => {
    const { gateway } = stack.connect(OBSERVED);
    const name = JSON.stringify([gateway, AGENT_ID]);
    const token = createHmac("sha256", EVENTS_KEY).update(name).digest("hex").slice(0, 48);
    const push = (body: string, service_token: string) =>
      stack.callFor({ gateway, agentId: AGENT_ID, route: "POST /v1/gateway-events" }, { headers: { service_token }, body });
    const taken = await push('{"eventList":[]}', token);
    expect(taken.status).toBe(200);
    for (const answer of [taken, await push("{}", token), await push("", token), await push("{}", "wrong")])
      expect(findLies("PushEvents", answer)).toEqual([]);
  });

  it("the version, and that an address can be reached", async () => {
    const { handler } = await import("../../handlers/health.ts");
    const health = toResult(await handler(toEvent({ method: "GET", path: "/v1/health", route: "GET /v1/health" }), toContext()));
    expect(findLies("GetHealth", health)).toEqual([]);
    const [head] = await askUnrouted({ method: "HEAD", path: "/v1/transfers/demo" });
    expect(head && findLies("CheckReachability", head)).toEqual([]);
  });
});

describe("a lie", () => {
  it.each([
    ["a field by another name", { text: '{"status":"ok","release":"1"}' }],
    ["a field too many", { text: '{"status":"ok","version":"1","more":1}' }],
    ["another value", { text: '{"status":"fine","version":"1"}' }],
    ["another status", { status: 201 }],
    ["a header that is not named", { headers: { "content-type": "application/json", location: "https://a.example" } }],
    ["another media type", { headers: { "content-type": "text/html" } }],
  ])("is found: %s", (_what, over) => {
    const honest = { status: 200, headers: { "content-type": "application/json" }, text: '{"status":"ok","version":"1"}' };
    expect(findLies("GetHealth", honest)).toEqual([]);
    expect(findLies("GetHealth", { ...honest, ...over })).not.toEqual([]);
  });
});
