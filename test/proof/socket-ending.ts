/** How schedules over sockets end: long after the last of them somebody looks after all that is due, and what is kept then is read. */
import { randomUUID } from "node:crypto";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import pMap from "p-map";
import { vi } from "vitest";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import type { RecordItem } from "../../lib/records/record-item.ts";
import { createRecords } from "../../lib/records/records.ts";
import { collect } from "../support/collect.ts";
import { RETENTION_SECONDS } from "../support/memory-records.ts";
import { tellUnread } from "../support/tell-unread.ts";
import { HASHES_OF, type SocketWorld, type Told } from "./socket-world.ts";
import type { Judged } from "./verdict.ts";

/** A busy machine answers late: whoever looks at what is left waits for it. */
const STORE_PATIENCE_MS = 20_000;

/** Longer than any lease, and than any outcome is waited for. */
const LONG_AFTER_MS = 60 * 60 * 1_000;
const ROUNDS_MAX = 10;
const AT_A_TIME = 10;

interface Ended {
  /** What is due for ever. */
  readonly due: readonly string[];
  toJudged(world: SocketWorld): Judged;
}

export async function endWorlds(
  worlds: readonly SocketWorld[],
  { url, table }: { readonly url: string; readonly table: string },
): Promise<Ended> {
  const endsAtMs = Math.max(...worlds.map(({ clock }) => clock.wallMs())) + LONG_AFTER_MS;
  const wallMs = () => endsAtMs;
  const { signal } = new AbortController();
  const told: Told[] = [];
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", url);
  const store = createDynamoDbStore(table, { wallMs, requestTimeoutMs: STORE_PATIENCE_MS });
  const clock = { wallMs, sleep: async () => {} };
  const records = createRecords({ store, hashesOf: HASHES_OF, clock, newId: randomUUID, retentionSeconds: RETENTION_SECONDS });
  const sweep = records.sweep({
    tell: async (outcome) => void told.push({ ...outcome, toldAtMs: endsAtMs }),
    inquire: async () => undefined,
    tellUnknown() {},
  });
  let due = await collect(sweep.due(signal, tellUnread));
  for (let round = 0; due.length > 0 && round < ROUNDS_MAX; round += 1) {
    await pMap(due, (id) => sweep.settle(id, signal), { concurrency: AT_A_TIME });
    due = await collect(sweep.due(signal, tellUnread));
  }
  const items = await readItems(table);
  return {
    due,
    toJudged: ({ seed, attempts, gateway, told: toldBefore }) => ({
      // Who knew what when is not seen from here.
      gateway: { ...gateway, unsure: new Set(gateway.ledger.map(({ transferId }) => transferId)) },
      // Of who was not let in nothing was read: that speaks of this request alone.
      attempts: attempts.filter(({ answer }) => !(answer !== undefined && "error" in answer && answer.error.code === "unauthenticated")),
      told: [...toldBefore, ...told.filter(({ result }) => result.callId.startsWith(`call-${seed}-`))],
      clock: { wallMs },
      store: { items: () => items.filter((item) => item.kind === "delivery" && item.pending?.callId.startsWith(`call-${seed}-`)) },
    }),
  };
}

async function readItems(table: string): Promise<readonly RecordItem[]> {
  const items: RecordItem[] = [];
  const client = new DynamoDBClient({});
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table }))
    items.push(...Items.map((item) => unmarshall(item) as RecordItem));
  client.destroy();
  return items;
}
