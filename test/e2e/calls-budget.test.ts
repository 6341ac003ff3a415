/** How often a transfer asks AWS, counted at the emulators: what it costs, waits for, and meets quotas by. The times between are simulated. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TRANSFER_CALLS } from "../../bench/growth/fleet.ts";
import { signLikeZendesk } from "../../dev/sign/zendesk.ts";
import { GATEWAYS_TTL_MS } from "../../lib/composition/agents.ts";
import { CONNECTIONS_TTL_MS } from "../../lib/composition/connections.ts";
import { RECORDS_KEY_TTL_MS } from "../../lib/composition/records.ts";
import { STATUS_KEY_TTL_MS } from "../../lib/composition/status-tokens.ts";
import { ACCESS_TTL_MS } from "../../lib/composition/transfers.ts";
import { AGENT_ID, OBSERVED, CALL as OBSERVED_CALL, putObservedAgent } from "../support/observed-agent.ts";
import { type RecordingDynamoDb, startRecordingDynamoDb } from "../support/recording-dynamodb.ts";
import { exampleRequest, type Stack, startStack } from "../support/stack.ts";

const CALL = "1552524689-16797284";

let dynamoDb: RecordingDynamoDb;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    async before(url) {
      dynamoDb = await startRecordingDynamoDb(url);
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
  dynamoDb.take();
});

/** How many calls there were since the last time, by what they were about. */
function counted(): Readonly<Record<string, number>> {
  const calls = dynamoDb
    .take()
    .map(({ operation, about }) => `${/^(?:Get|BatchGet|Query)/.test(operation) ? "reads" : "writes"} of ${about}`);
  return Object.fromEntries([...Map.groupBy(calls, (call) => call)].map(([call, all]) => [call, all.length]));
}

/** Read once in 5 s, whatever is transferred meanwhile (lib/records/pauses.ts). */
const PAUSES = { "reads of pauses": 1 };

describe("DynamoDB is asked", () => {
  it("by a new transfer to read its delivery and its call, and to write both, before and after", async () => {
    const { connection } = stack.connect();
    expect((await stack.transfer(connection, exampleRequest(CALL))).body).toMatchObject({ state: "accepted" });
    expect(counted()).toEqual({ "reads of records": 2, "writes of records": 4, ...PAUSES });
    expect(TRANSFER_CALLS).toEqual({ reads: 2, writes: 4 });
  });

  it("by a repeat for its delivery and its call, and writes nothing", async () => {
    const { connection } = stack.connect();
    await stack.transfer(connection, exampleRequest(CALL));
    counted();
    expect((await stack.transfer(connection, exampleRequest(CALL))).body).toMatchObject({ replayed: true });
    expect(counted()).toEqual({ "reads of records": 2 });
  });

  it("by one that the gateway refused as well to read whether it is open again", async () => {
    const { connection } = stack.connect();
    const refused = await stack.transfer(connection, exampleRequest("nobodys-call"));
    expect(refused.body).toMatchObject({ code: "gateway-refused" });
    expect(counted()).toEqual({ "reads of records": 3, "writes of records": 4, ...PAUSES });
  });

  it("once for the session of a managed agent", async () => {
    putObservedAgent(stack.gateway);
    const { connection } = stack.connect(OBSERVED);
    await stack.transfer(connection, { ...exampleRequest("nobodys-call"), agentId: AGENT_ID });
    counted();
    const answer = await stack.transfer(connection, exampleRequest(OBSERVED_CALL));
    expect(answer.body).toMatchObject({ state: "accepted", outcome: "pending" });
    expect(counted()).toEqual({ "reads of records": 2, "writes of records": 4, "reads of sessions": 1 });
  });

  it("to count, once a request, where the connection has a rate limit", async () => {
    const { connection } = stack.connect({ connection: { rateLimit: { requests: 100, perSeconds: 60 } } });
    await stack.transfer(connection, exampleRequest(CALL));
    expect(counted()).toEqual({ "reads of records": 2, "writes of records": 4, "writes of rate limits": 1, ...PAUSES });
  });

  it("by a vendor whose delivery id is not signed for two names more, which a new one writes", async () => {
    const secret = "secret-of-a-help-desk";
    const { connection } = stack.connect({
      connection: { source: "zendesk", verification: { scheme: "zendesk", secrets: [{ id: "current", value: secret }] } },
    });
    const body = JSON.stringify({ ccgw_call_id: CALL, ccgw_target: "agent:205" });
    const invocation = { "content-type": "application/json", "x-zendesk-webhook-invocation-id": "01H0000000000000000000000A" };
    const settings = { verification: { scheme: "zendesk" }, secret, now: new Date() };
    const { headers } = await signLikeZendesk({ url: "", headers: invocation, body }, settings);
    expect((await stack.transfer(connection, body, { headers })).body).toMatchObject({ state: "accepted" });
    expect(counted()).toEqual({ "reads of records": 4, "writes of records": 5, ...PAUSES });
    expect((await stack.transfer(connection, body, { headers })).body).toMatchObject({ state: "accepted" });
    expect(counted()).toEqual({ "reads of records": 4 });
  });
});

describe("Secrets Manager is asked", () => {
  it("once for each secret, however many transfers come at once", async () => {
    const { connection, secrets } = stack.connect();
    const before = stack.secrets.requests.length;
    const calls = Array.from({ length: 20 }, (_, at) => stack.transfer(connection, exampleRequest(`call-${at}`)));
    for (const { body } of await Promise.all(calls)) expect(body).toMatchObject({ code: "gateway-refused" });
    const asked = stack.secrets.requests.slice(before).map(({ secretId }) => secretId);
    for (const secret of Object.values(secrets)) expect(asked.filter((name) => name === secret)).toHaveLength(1);
    expect(asked).toHaveLength(new Set(asked).size);
  });

  it("once for each secret in the time that it is kept", async () => {
    const { connection, secrets } = stack.connect();
    // Whole, as the times that are counted from it.
    const start = Math.ceil(performance.now());
    let atMs = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => start + atMs);
    const kept = [
      [secrets.connection, CONNECTIONS_TTL_MS],
      [secrets.gateway, GATEWAYS_TTL_MS],
      [secrets.agent, ACCESS_TTL_MS],
      ["ccgw/test/keys/records", RECORDS_KEY_TTL_MS],
      ["ccgw/test/keys/status", STATUS_KEY_TTL_MS],
    ] as const;
    // A moment before each one's time is over, and then.
    const instants = new Set([0, ...kept.flatMap(([, ttlMs]) => [ttlMs - 1, ttlMs, 2 * RECORDS_KEY_TTL_MS + ttlMs])]);
    const asked: { readonly secretId: string | undefined; readonly atMs: number }[] = [];
    try {
      for (atMs of [...instants].toSorted((one, other) => one - other)) {
        const before = stack.secrets.requests.length;
        await stack.transfer(connection, { ...exampleRequest("nobodys-call"), deliveryId: `at-${atMs}` });
        asked.push(...stack.secrets.requests.slice(before).map(({ secretId }) => ({ secretId, atMs })));
      }
    } finally {
      clock.mockRestore();
    }
    for (const [secret, ttlMs] of kept) {
      const times = asked.filter(({ secretId }) => secretId === secret).map((read) => read.atMs);
      expect(times.length).toBeGreaterThan(1);
      for (const [at, time] of times.entries()) expect(time - (times[at - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(ttlMs);
    }
  });
});
