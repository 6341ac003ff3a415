/** A DynamoDB that is gone: before anything was sent nothing is, afterwards the answer tells the truth all the same, and the record learns it. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type BreakableProxy, startBreakableProxy } from "../support/breakable-proxy.ts";
import { AGENT_ID, CALL, OBSERVED, putObservedAgent } from "../support/observed-agent.ts";
import { EVENTS_KEY, exampleRequest, type Stack, startStack } from "../support/stack.ts";

const LEASE_MS = 35_000;

let dynamoDb: BreakableProxy;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    async before(url) {
      dynamoDb = await startBreakableProxy(url);
      return dynamoDb.url;
    },
  });
});
afterAll(async () => {
  await stack.stop();
  await dynamoDb.stop();
});
beforeEach(() => {
  stack.gateway.reset();
  putObservedAgent(stack.gateway);
});

it("gone before: nothing is sent, and whether an earlier attempt was is not denied", async () => {
  const { connection } = stack.connect();
  dynamoDb.setDown(true);
  const answer = await stack.transfer(connection, exampleRequest(CALL));
  dynamoDb.setDown(false);
  expect(answer).toMatchObject({
    status: 503,
    headers: { "retry-after": "5" },
    body: { code: "store-unavailable", effect: "unknown", retryable: true },
  });
  expect(stack.gateway.transfers()).toEqual([]);
  expect((await stack.transfer(connection, exampleRequest("1552524689-16797284"))).body).toMatchObject({ state: "accepted" });
});

async function transferWithoutKeeping() {
  const connected = stack.connect(OBSERVED);
  // The agent is signed in first, which is kept, too.
  await stack.transfer(connected.connection, { ...exampleRequest("nobodys-call") });
  // The guard of the call, and the claim.
  dynamoDb.setDownAfter(2, "PutItem");
  const answer = await stack.transfer(connected.connection, exampleRequest(CALL));
  dynamoDb.setDown(false);
  return { ...connected, answer };
}

it("gone after the send: the answer tells what the gateway said, and the log that it was not kept", async () => {
  const { connection, answer } = await transferWithoutKeeping();
  expect(answer).toMatchObject({ status: 200, body: { state: "accepted", outcome: "pending" } });
  expect(stack.takeLog().join("")).toContain("result not kept");
  const again = await stack.transfer(connection, exampleRequest(CALL), { remainingMs: 2_000 });
  expect(again.body).toMatchObject({ code: "duplicate-in-progress", effect: "unknown", transferId: answer.body.transferId });
});

it("gone after the send: the record is unknown once its lease is over, until an event tells", async () => {
  const { connection, gateway, answer } = await transferWithoutKeeping();
  const token = createHmac("sha256", EVENTS_KEY)
    .update(JSON.stringify([gateway, AGENT_ID]))
    .digest("hex");
  await stack.later(LEASE_MS, async () => {
    await stack.sweep();
    expect((await stack.status(connection, String(answer.body.transferId))).body).toMatchObject({ state: "unknown", outcome: "pending" });
    const body = JSON.stringify({ eventList: [{ eventType: "AgentEvent_SuccTransResult", content: { result: 0, callId: CALL } }] });
    const headers = { service_token: token.slice(0, 48) };
    await stack.callFor({ route: "POST /v1/gateway-events", gateway, agentId: AGENT_ID }, { headers, body });
    const again = await stack.transfer(connection, exampleRequest(CALL));
    expect(again.body).toMatchObject({ state: "accepted", outcome: "completed", replayed: true });
  });
  expect(stack.gateway.transfers().filter(({ acted }) => acted)).toHaveLength(1);
});
