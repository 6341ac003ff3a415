/**
 * The records of transfers as an operator reads them: by transfer id, and by what the indexes have, a reference or a call. All else takes a scan, which is bounded.
 * The names are hashes under the secret `keys/records`, which is read for a call alone.
 */
import { DynamoDBClient, paginateScan, QueryCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { createDynamoDbStore } from "../lib/records/dynamodb-store.ts";
import { readFirst } from "../lib/records/first-of.ts";
import { createHashes } from "../lib/records/hashes.ts";
import { isKnownItem } from "../lib/records/known-item.ts";
import { type DeliveryItem, type GuardItem, parseTransferId, type RecordItem } from "../lib/records/record-item.ts";
import { createSureStore, type RecordStore } from "../lib/records/record-store.ts";
import { RecordsKey, toRecordsKeys } from "../lib/secrets/records-key.ts";
import { parseSecret } from "../lib/secrets/secret-document.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";
import { toCall } from "../lib/transfer/delivery.ts";
import { NewerVersion } from "../lib/transfer/schema-version.ts";
import type { Place } from "./place.ts";
import { CommandError, NotFound } from "./problem.ts";

/** Of the table, for what no index has: half a minute, and a few cents on AWS. */
const SCANNED_MAX = 50_000;
const SCAN_PAGE = 1_000;
/** What one read of several may ask for. */
const BATCH_MAX = 100;
/** Of what is asked at once. */
const TIMEOUT_MS = 60_000;
/** Of one answer: nobody's webhook waits for it, and a desk may be far away. */
const ANSWER_MAX_MS = 10_000;

export interface Scanned {
  readonly deliveries: readonly DeliveryItem[];
  readonly read: number;
  /** Not all of the table was read. */
  readonly isCut: boolean;
}

export interface Listed {
  readonly deliveries: readonly DeliveryItem[];
  /** There are more: of a reference, of one of the connections at least. */
  readonly isCut: boolean;
}

export interface RecordBook {
  /** The delivery of a transfer. Throws `NotFound`, and a `CommandError` for what is no transfer id. */
  require(transferId: string): Promise<DeliveryItem>;
  /** The last `max` of each connection, the newest first. */
  byReference(connections: readonly string[], reference: string, max: number): Promise<Listed>;
  /** The last `max`, the newest first. */
  byCall(gateway: string, callId: string, max: number): Promise<Listed>;
  /** Those that were asked for since then, in no order. */
  scan(connection: string | undefined, sinceMs: number): Promise<Scanned>;
  /** Of its call. */
  guardOf(item: DeliveryItem): Promise<GuardItem | undefined>;
  /** The item as a whole. False, and nothing written, where it has changed since it was read. */
  replace(item: DeliveryItem, seen: DeliveryItem): Promise<boolean>;
  close(): void;
}

export function openRecordBook({ config: { recordsTable, secretsPrefix } }: Place): RecordBook {
  const client = new DynamoDBClient({});
  const store = createDynamoDbStore(recordsTable, { wallMs: Date.now, requestTimeoutMs: ANSWER_MAX_MS });
  const sure: RecordStore = createSureStore(store);
  // Of each call: whoever is asked something between two of them may take their time.
  const newSignal = () => AbortSignal.timeout(TIMEOUT_MS);

  async function readEach(ids: readonly string[]): Promise<DeliveryItem[]> {
    const signal = newSignal();
    const items: RecordItem[] = [];
    for (let at = 0; at < ids.length; at += BATCH_MAX) items.push(...(await store.getEach(ids.slice(at, at + BATCH_MAX), signal)));
    if (!items.every(isKnownItem)) throw new NewerVersion("record");
    return newestFirst(items.filter(isDelivery));
  }

  /** Under each key: what is kept under an older one stays there. */
  async function hashesOf(name: string): Promise<readonly string[]> {
    const text = await createSecrets(secretsPrefix).read("keys/records");
    const key = text === undefined ? undefined : await parseSecret(text, `${secretsPrefix}/keys/records`, RecordsKey);
    return createHashes(toRecordsKeys(key))(name);
  }

  async function idsOfCall(call: string, max: number): Promise<readonly string[]> {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: recordsTable,
        IndexName: "call",
        KeyConditionExpression: "#call = :call",
        ExpressionAttributeNames: { "#call": "call" },
        ExpressionAttributeValues: marshall({ ":call": call }),
        ScanIndexForward: false,
        Limit: max,
      }),
    );
    return Items.flatMap(({ id }) => id?.S ?? []);
  }

  return {
    async require(transferId) {
      const named = parseTransferId(transferId);
      if (named === undefined)
        throw new CommandError("A transfer id is 24 letters, digits, - or _, and then a number: qRAzj_tmb1tQi3p_dl4EtDVy-1.");
      const item = await sure.get(named.id, newSignal());
      if (item?.kind !== "delivery" || item.pending === undefined || item.claims < named.claims)
        throw new NotFound(`There is no transfer ${transferId}: it is of another stage, or its record has expired.`);
      return item;
    },
    async byReference(connections, reference, max) {
      const signal = newSignal();
      const firstOf = (connection: string) => readFirst(store.listed(`${connection}#${reference}`, "newest-first", signal), max);
      const found = await Promise.all(connections.map(firstOf));
      return { deliveries: await readEach(found.flatMap(({ ids }) => ids)), isCut: found.some(({ isCut }) => isCut) };
    },
    async byCall(gateway, callId, max) {
      const calls = await hashesOf(toCall(gateway, callId));
      // One more than is wanted: that tells.
      const found = await Promise.all(calls.map((call) => idsOfCall(call, max + 1)));
      return { deliveries: await readEach(found.flatMap((ids) => ids.slice(0, max))), isCut: found.some(({ length }) => length > max) };
    },
    async scan(connection, sinceMs) {
      const ids: string[] = [];
      let read = 0;
      const pages = paginateScan({ client, pageSize: SCAN_PAGE }, toScan(recordsTable, connection, sinceMs));
      for await (const { Items = [], ScannedCount = 0, LastEvaluatedKey } of pages) {
        ids.push(...Items.flatMap(({ id }) => id?.S ?? []));
        read += ScannedCount;
        if (read >= SCANNED_MAX && LastEvaluatedKey !== undefined) return { deliveries: await readEach(ids), read, isCut: true };
      }
      return { deliveries: await readEach(ids), read, isCut: false };
    },
    async guardOf({ call }) {
      const item = call === undefined ? undefined : await sure.get(call, newSignal());
      return item?.kind === "guard" ? item : undefined;
    },
    replace: (item, seen) => sure.put(item, seen.revision, newSignal()),
    close: () => client.destroy(),
  };
}

function toScan(TableName: string, connection: string | undefined, sinceMs: number) {
  const names = { "#kind": "kind", "#pending": "pending", "#receivedAt": "receivedAt" };
  const values = { ":kind": "delivery", ":since": new Date(sinceMs).toISOString() };
  const since = "#kind = :kind AND #pending.#receivedAt >= :since";
  return {
    TableName,
    ProjectionExpression: "id",
    FilterExpression: connection === undefined ? since : `${since} AND #pending.#connection = :connection`,
    ExpressionAttributeNames: connection === undefined ? names : { ...names, "#connection": "connection" },
    ExpressionAttributeValues: marshall(connection === undefined ? values : { ...values, ":connection": connection }),
  };
}

function isDelivery(item: RecordItem): item is DeliveryItem {
  return item.kind === "delivery" && item.pending !== undefined;
}

function newestFirst(items: readonly DeliveryItem[]): DeliveryItem[] {
  return items.toSorted((one, other) => receivedAtOf(other).localeCompare(receivedAtOf(one)));
}

function receivedAtOf({ pending, firstSeenAt }: DeliveryItem): string {
  return pending?.receivedAt ?? firstSeenAt;
}
