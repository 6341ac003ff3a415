import { createServer } from "node:http";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type LocalDynamoDb, RECORDS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { ANSWERS, claimed } from "../support/claims.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import { newDelivery } from "./records-contract.ts";

const SIGNAL = new AbortController().signal;

let dynamoDb: LocalDynamoDb;
beforeAll(async () => {
  dynamoDb = await startLocalDynamoDb({ port: 0, tables: { records: RECORDS_TABLE } });
});
afterAll(() => dynamoDb.stop());
beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.url);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function start() {
  const clock = createManualClock();
  const store = createDynamoDbStore("records", clock);
  return { clock, store, records: createTestRecords({ wallMs: clock.wallMs, store }) };
}

describe("records in DynamoDB", () => {
  it("are listed as due when their time has come, the oldest first, and not once they are open", async () => {
    const { clock, store, records } = start();
    const claims = [];
    for (let each = 0; each < 12; each += 1) {
      claims.push(await claimed(records, newDelivery()));
      clock.pass(10);
    }
    const ids = claims.map(({ transferId }) => transferId.slice(0, 24));
    const dueOf = async () => (await store.due(clock.wallMs(), SIGNAL)).filter((id) => ids.includes(id));
    expect(await dueOf()).toEqual([]);
    clock.pass(35_000);
    expect(await dueOf()).toEqual(ids);
    await claims[0]?.reopen(ANSWERS.refused);
    expect(await dueOf()).toEqual(ids.slice(1));
  });

  it("hold nothing of what is said, and no name as it was given", async () => {
    const { records } = start();
    const delivery = { ...newDelivery(), key: "its-delivery-key", call: "its-call-key", fingerprint: "its-request" };
    await (await claimed(records, delivery)).settle(ANSWERS.accepted);
    const client = new DynamoDBClient({ endpoint: dynamoDb.url });
    const { Items = [] } = await client.send(new ScanCommand({ TableName: "records" }));
    const text = JSON.stringify(Items.map((item) => unmarshall(item)));
    expect(text).not.toMatch(/its-|caller|callData"/);
    client.destroy();
  });
});

describe("a DynamoDB that does not answer as it should", () => {
  it("is unavailable where nobody listens", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1");
    const { store } = start();
    const refusal = { code: "store-unavailable", effect: "unknown", message: "ECONNREFUSED" };
    await expect(store.get("id", SIGNAL)).rejects.toMatchObject(refusal);
    await expect(store.due(0, SIGNAL)).rejects.toMatchObject(refusal);
  });

  it("is unavailable where it has no such table, and its message is not repeated", async () => {
    const store = createDynamoDbStore("no-such-table", createManualClock());
    await expect(store.get("id", SIGNAL)).rejects.toMatchObject({ code: "store-unavailable", message: "ResourceNotFoundException" });
  });

  it("is not waited for once the caller's deadline has come", async () => {
    const server = createServer(() => {});
    const connections = trackConnections(server);
    const port = await listenOnLoopback(server);
    onTestFinished(() => connections.stop());
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${port}`);
    const { store } = start();
    const controller = new AbortController();
    const asked = store.get("id", controller.signal);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: "store-unavailable", effect: "unknown" });
  });
});
