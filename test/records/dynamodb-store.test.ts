import { createServer } from "node:http";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import pMap from "p-map";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type LocalDynamoDb, RECORDS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { ANSWERS, claimed } from "../support/claims.ts";
import { collect } from "../support/collect.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import { tellUnread } from "../support/tell-unread.ts";
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
    const dueOf = async () => (await collect(store.due(clock.wallMs(), SIGNAL, tellUnread))).filter((id) => ids.includes(id));
    expect(await dueOf()).toEqual([]);
    clock.pass(35_000);
    expect(await dueOf()).toEqual(ids);
    await claims[0]?.reopen(ANSWERS.refused);
    expect(await dueOf()).toEqual(ids.slice(1));
  });

  it("are read on behind a page that is full, since a newer version's may fill it", async () => {
    const { clock, store } = start();
    const client = new DynamoDBClient({ endpoint: dynamoDb.url });
    const plant = (id: string, dueShard: string, dueAt: number) =>
      client.send(new PutItemCommand({ TableName: "records", Item: marshall({ id, dueShard, dueAt }) }));
    // Of one shard, before all others of this file.
    const ids = Array.from({ length: 201 }, (_, at) => `paged-${String(at).padStart(3, "0")}`);
    await pMap(ids, (id, at) => plant(id, "due-3", at), { concurrency: 20 });
    const due = await collect(store.due(clock.wallMs(), SIGNAL, tellUnread));
    expect(due.filter((id) => id.startsWith("paged-"))).toEqual(ids);
    client.destroy();
  });

  it("are counted where they are of the next schemaVersion, whose shards they are in, and listed by nobody who cannot read them", async () => {
    const { clock, store, records } = start();
    const { transferId } = await claimed(records, newDelivery());
    const item = await store.get(transferId.slice(0, 24), SIGNAL);
    if (item === undefined) return expect.fail("it is not there");
    const counted = await store.newerDue(clock.wallMs() + 60_000, SIGNAL);
    // As the version that has this number writes it.
    await store.put(Object.assign({ ...item }, { schemaVersion: 2, revision: "r-2" }), item.revision, SIGNAL);
    expect(await store.newerDue(clock.wallMs() + 60_000, SIGNAL)).toBe(counted + 1);
    expect(await store.newerDue(clock.wallMs(), SIGNAL)).toBe(counted);
    expect(await collect(store.due(clock.wallMs() + 60_000, SIGNAL, tellUnread))).not.toContain(item.id);
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
    await expect(store.newerDue(0, SIGNAL)).rejects.toMatchObject(refusal);
    await expect(collect(store.due(0, SIGNAL, tellUnread))).rejects.toMatchObject(refusal);
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
