/** The store's DynamoDB calls of one new transfer, and nothing else of it: which they are, the records themselves say, once, over a store in memory. */
import { randomUUID } from "node:crypto";
import { RUNNING_CLOCK } from "../../lib/composition/running-clock.ts";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { createHashes } from "../../lib/records/hashes.ts";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import type { RecordStore } from "../../lib/records/record-store.ts";
import { createRecords } from "../../lib/records/records.ts";
import { toDelivery } from "../../lib/transfer/delivery.ts";

interface StoreCall {
  readonly operation: "GetItem" | "PutItem";
  readonly make: (store: RecordStore, signal: AbortSignal) => Promise<unknown>;
}

const RETENTION_SECONDS = 30 * 24 * 60 * 60;
const AGENT = { type: "agent", address: "205" } as const;

const store = createDynamoDbStore("bench-records", RUNNING_CLOCK);
const calls = await listCalls();

export const handler = async () => {
  const { signal } = new AbortController();
  for (const { make } of calls) await make(store, signal);
  return { statusCode: 200, headers: {}, body: JSON.stringify(calls.map(({ operation }) => operation)) };
};

async function listCalls(): Promise<readonly StoreCall[]> {
  const listed: StoreCall[] = [];
  const memory = createMemoryStore(RUNNING_CLOCK);
  const listing = {
    ...memory,
    get(id: string, signal: AbortSignal) {
      listed.push({ operation: "GetItem", make: (other, itsSignal) => other.get(id, itsSignal) });
      return memory.get(id, signal);
    },
    put(...[item, seen, signal]: Parameters<RecordStore["put"]>) {
      listed.push({ operation: "PutItem", make: (other, itsSignal) => other.put(item, seen, itsSignal) });
      return memory.put(item, seen, signal);
    },
  };
  const hashesOf = createHashes(["key-of-the-records-for-the-bench-alone"]);
  const records = createRecords({ store: listing, hashesOf, clock: RUNNING_CLOCK, newId: randomUUID, retentionSeconds: RETENTION_SECONDS });
  const asked = { callId: "1600000000-1", target: AGENT };
  const delivery = toDelivery("demo", { fields: asked, deliveryId: "bench-1" }, "main");
  if (delivery === undefined) throw new Error("no delivery");
  const seen = await records.read(delivery, { remainingMs: () => RETENTION_SECONDS, signal: new AbortController().signal });
  const receivedAt = new Date().toISOString();
  const moved = { ...asked, agentId: "101", mode: "release-after-transfer", reference: "ticket-4711", receivedAt } as const;
  const answer = await seen.claim({ connection: "demo", gateway: "main", observed: true, ...moved });
  if (answer.kind !== "claimed") throw new Error(`not claimed, but ${answer.kind}`);
  await answer.claim.settle({ state: "accepted", gateway: { retcode: "0", message: "success" } });
  return listed;
}
