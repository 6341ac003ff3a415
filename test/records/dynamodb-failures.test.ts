import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import type { RecordItem } from "../../lib/records/record-item.ts";
import { collect } from "../support/collect.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import { startService, toDeadline } from "../support/transfer-service.ts";

const GUARD: RecordItem = {
  kind: "guard",
  id: "a-call",
  revision: "first",
  expiresAt: 1,
  schemaVersion: 1,
  holder: "a-delivery",
  claims: 1,
  inFlightUntil: 0,
  busyUntil: 0,
};

beforeEach(async () => {
  const silent = createServer(() => {});
  const connections = trackConnections(silent);
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${await listenOnLoopback(silent)}`);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await connections.stop();
  });
});

describe("a table that does not answer before the deadline", () => {
  const store = () => createDynamoDbStore("records", { wallMs: Date.now });

  it.each([
    ["a read", (signal: AbortSignal) => store().get("a-call", signal)],
    ["a write", (signal: AbortSignal) => store().put(GUARD, undefined, signal)],
    ["a batch", (signal: AbortSignal) => store().getEach(["a-call"], signal)],
    ["a count", (signal: AbortSignal) => store().count({ id: "a-count", expiresAt: 1 }, 1, signal)],
  ])("leaves open, for %s, what was done before", async (_what, ask) => {
    await expect(ask(AbortSignal.timeout(100))).rejects.toMatchObject({ code: "store-unavailable", effect: "unknown" });
  });

  it.each([
    ["began in time is not told that nothing was done", 100, { code: "store-unavailable", effect: "unknown" }],
    ["was too late before anything was asked has had no effect", -1, { code: "deadline-exceeded", effect: "none" }],
  ])("and a delivery that %s", async (_what, remainingMs, failure) => {
    const records = createTestRecords({ store: store() });
    const service = startService({ records });
    const deadline = toDeadline(remainingMs, AbortSignal.timeout(100));
    await expect(service.transfer({}, { deadline })).rejects.toMatchObject(failure);
    expect(service.calls).toEqual(["read"]);
  });
});

describe("a table that answers for a part of what is due", () => {
  const AT: Readonly<Record<string, number>> = { "due-0": 30, "due-1": 10, "due-2": 20, "due-3": 40 };

  async function dueWithout(failing: readonly string[]) {
    const table = createServer(async (request, response) => {
      const asked = (await json(request)) as { readonly ExpressionAttributeValues: { readonly ":shard": { readonly S: string } } };
      const shard = asked.ExpressionAttributeValues[":shard"].S;
      if (failing.includes(shard)) return void response.writeHead(400).end('{"__type":"AccessDeniedException"}');
      response.end(JSON.stringify({ Items: [{ id: { S: shard }, dueAt: { N: String(AT[shard]) } }] }));
    });
    const connections = trackConnections(table);
    onTestFinished(() => connections.stop());
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${await listenOnLoopback(table)}`);
    const unread: unknown[] = [];
    const store = createDynamoDbStore("records", { wallMs: Date.now });
    return { told: await collect(store.due(50, new AbortController().signal, (thrown) => void unread.push(thrown))), unread };
  }

  it.each([
    [[], ["due-1", "due-2", "due-0", "due-3"]],
    [["due-0"], ["due-1", "due-2", "due-3"]],
    [["due-0", "due-2", "due-3"], ["due-1"]],
  ])("tells the rest, and of each that failed, where %j fail", async (failing, told) => {
    const unread = failing.map(() => expect.objectContaining({ code: "store-unavailable", message: "AccessDeniedException" }));
    expect(await dueWithout(failing)).toEqual({ told, unread });
  });

  it("is unavailable where all fail", async () => {
    await expect(dueWithout(Object.keys(AT))).rejects.toMatchObject({ code: "store-unavailable", message: "AccessDeniedException" });
  });
});

describe("a table that answers for a part of a batch", () => {
  /** Answers for one id less than it is asked for, `times` times. */
  async function getThrottled(ids: readonly string[], times: number) {
    const asked: (readonly string[])[] = [];
    const table = createServer(async (request, response) => {
      const { records } = ((await json(request)) as { RequestItems: Record<string, { Keys: { id: { S: string } }[] }> }).RequestItems;
      const keys = records?.Keys ?? [];
      asked.push(keys.map(({ id }) => id.S));
      const left = asked.length <= times ? keys.slice(-1) : [];
      const read = keys
        .slice(0, keys.length - left.length)
        .map(({ id }) => ({ id, kind: { S: "pause" }, expiresAt: { N: "99999999999" } }));
      response.end(JSON.stringify({ Responses: { records: read }, UnprocessedKeys: left.length > 0 ? { records: { Keys: left } } : {} }));
    });
    const connections = trackConnections(table);
    onTestFinished(() => connections.stop());
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://127.0.0.1:${await listenOnLoopback(table)}`);
    const items = createDynamoDbStore("records", { wallMs: Date.now }).getEach(ids, new AbortController().signal);
    return { asked, items };
  }

  it("is asked for the rest", async () => {
    const { asked, items } = await getThrottled(["a", "b", "c"], 1);
    expect((await items).map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(asked).toEqual([["a", "b", "c"], ["c"]]);
  });

  it("is unavailable where it does not read the rest either: what is not known to be there may be", async () => {
    const { asked, items } = await getThrottled(["a"], 2);
    await expect(items).rejects.toMatchObject({ code: "store-unavailable" });
    expect(asked).toHaveLength(2);
  });
});
