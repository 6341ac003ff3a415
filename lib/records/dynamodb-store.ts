/**
 * Records in a DynamoDB table whose key is `id`: the one file of records that knows the SDK. Indexes: `due` (dueShard, dueAt), `reference` (reference, firstSeenAt)
 * and `call` (call, firstSeenAt), each of the items alone that have the attribute.
 */
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { TransferError } from "../errors.ts";
import { SCHEMA_VERSIONS } from "../transfer/schema-version.ts";
import type { RecordItem } from "./record-item.ts";
import type { Counters, DueRecords, RecordBatches, RecordLists, RecordStore } from "./record-store.ts";

/** A call takes some ten milliseconds. With a repeat and the SDK's pause, the worst case is some three seconds. */
const CONNECTION_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 1_000;
const ATTEMPTS_MAX = 2;
/** One partition of an index takes 1000 writes a second: enough for four times as many. */
const SHARDS = 4;
/** Of each shard, or of a list, at a time. */
const PAGE_MAX = 200;

/** DynamoDB deletes what has expired up to days later: until then it is there, and is not to be seen. */
const NOT_LIVE = "attribute_not_exists(#id) OR #expiresAt <= :now";
const AS_SEEN = "#revision = :seen AND #expiresAt > :now";

export interface DynamoDbStore extends RecordStore, DueRecords, RecordBatches, RecordLists, Counters {}

interface StoreOptions {
  readonly wallMs: () => number;
  /** How long one answer may take. Longer for who has no caller that waits: an operator's command, perhaps over a slow line. */
  readonly requestTimeoutMs?: number;
}

/** Throws `store-unavailable`, also where the signal has ended it. `wallMs` is in ms since 1970. Endpoint, region and credentials come from the environment, as the SDK reads them. */
export function createDynamoDbStore(table: string, { wallMs, requestTimeoutMs = REQUEST_TIMEOUT_MS }: StoreOptions): DynamoDbStore {
  const client = new DynamoDBClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
  });
  const nowSeconds = () => Math.floor(wallMs() / 1_000);

  const isLive = ({ expiresAt }: RecordItem) => expiresAt > nowSeconds();

  /** False where its condition does not hold. */
  async function conditionally(command: PutItemCommand | UpdateItemCommand, abortSignal: AbortSignal): Promise<boolean> {
    try {
      await (command instanceof PutItemCommand ? client.send(command, { abortSignal }) : client.send(command, { abortSignal }));
      return true;
    } catch (cause) {
      if (cause instanceof ConditionalCheckFailedException) return false;
      return toFailure(abortSignal)(cause);
    }
  }

  function queryDue(dueShard: string, nowMs: number, how: Pick<QueryCommandInput, "ExclusiveStartKey" | "Select">): QueryCommand {
    return new QueryCommand({
      TableName: table,
      IndexName: "due",
      KeyConditionExpression: "#dueShard = :shard AND #dueAt <= :now",
      ExpressionAttributeNames: { "#dueShard": "dueShard", "#dueAt": "dueAt" },
      ExpressionAttributeValues: marshall({ ":shard": dueShard, ":now": nowMs }),
      Limit: PAGE_MAX,
      ...how,
    });
  }

  async function pageOf({ shard, after }: Unread, nowMs: number, abortSignal: AbortSignal) {
    const command = queryDue(shard, nowMs, { ExclusiveStartKey: after });
    const { Items = [], LastEvaluatedKey } = await client.send(command, { abortSignal }).catch(toFailure(abortSignal));
    const unread: readonly Unread[] = LastEvaluatedKey === undefined ? [] : [{ shard, after: LastEvaluatedKey }];
    return { keys: Items.map(parseDueKey), unread };
  }

  return {
    async get(id, abortSignal) {
      const command = new GetItemCommand({ TableName: table, Key: marshall({ id }), ConsistentRead: true });
      const { Item } = await client.send(command, { abortSignal }).catch(toFailure(abortSignal));
      const item = Item && parseItem(Item);
      return item !== undefined && isLive(item) ? item : undefined;
    },

    async getEach(ids, abortSignal) {
      let Keys = ids.map((id) => marshall({ id }));
      const items: RecordItem[] = [];
      for (let attempts = 0; Keys.length > 0; attempts += 1) {
        // A throttled batch answers for a part of it.
        if (attempts === ATTEMPTS_MAX) throw new TransferError("store-unavailable", { reason: "a part of a batch was not read" });
        const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
        const { Responses, UnprocessedKeys } = await client.send(command, { abortSignal }).catch(toFailure(abortSignal));
        items.push(...(Responses?.[table] ?? []).map(parseItem));
        Keys = UnprocessedKeys?.[table]?.Keys ?? [];
      }
      return items.filter(isLive);
    },

    async *listed(reference, order, abortSignal) {
      let after: QueryCommandInput["ExclusiveStartKey"];
      do {
        const command = new QueryCommand({
          TableName: table,
          IndexName: "reference",
          KeyConditionExpression: "#reference = :reference",
          ExpressionAttributeNames: { "#reference": "reference" },
          ExpressionAttributeValues: marshall({ ":reference": reference }),
          ScanIndexForward: order === "oldest-first",
          Limit: PAGE_MAX,
          ExclusiveStartKey: after,
        });
        const { Items = [], LastEvaluatedKey } = await client.send(command, { abortSignal }).catch(toFailure(abortSignal));
        yield* Items.map((item) => parseItem(item).id);
        after = LastEvaluatedKey;
      } while (after !== undefined);
    },

    async count({ id, expiresAt }, limit, abortSignal) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: marshall({ id }),
        UpdateExpression: "ADD #count :one SET #kind = :kind, #expiresAt = :expiresAt, #schemaVersion = :one",
        ConditionExpression: "attribute_not_exists(#count) OR #count < :limit",
        ExpressionAttributeNames: { "#count": "count", "#kind": "kind", "#expiresAt": "expiresAt", "#schemaVersion": "schemaVersion" },
        ExpressionAttributeValues: marshall({ ":one": 1, ":kind": "count", ":expiresAt": expiresAt, ":limit": limit }),
      });
      return conditionally(command, abortSignal);
    },

    async put(item, seen, abortSignal) {
      const names = seen === undefined ? { "#id": "id" } : { "#revision": "revision" };
      const command = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...item, ...toShardOf(item) }, { removeUndefinedValues: true }),
        ConditionExpression: seen === undefined ? NOT_LIVE : AS_SEEN,
        ExpressionAttributeNames: { ...names, "#expiresAt": "expiresAt" },
        ExpressionAttributeValues: marshall({ ":now": nowSeconds(), ":seen": seen }, { removeUndefinedValues: true }),
      });
      return conditionally(command, abortSignal);
    },

    async *due(nowMs, signal, tellUnread) {
      let unread: readonly Unread[] = toShards(SCHEMA_VERSIONS.record).map((shard) => ({ shard }));
      for (let isFirst = true; unread.length > 0; isFirst = false) {
        const asked = await Promise.allSettled(unread.map((each) => pageOf(each, nowMs, signal)));
        const reasons = asked.flatMap((page): readonly unknown[] => (page.status === "rejected" ? [page.reason] : []));
        if (isFirst && reasons.length === asked.length) throw reasons[0];
        // What one shard did not tell is due the next time, too.
        for (const reason of reasons) tellUnread(reason);
        const pages = asked.flatMap((page) => (page.status === "fulfilled" ? page.value : []));
        const keys = pages.flatMap((page) => page.keys).sort((one, other) => one.dueAt - other.dueAt);
        yield* keys.map(({ id }) => id);
        unread = pages.flatMap((page) => page.unread);
      }
    },

    async newerDue(nowMs, abortSignal) {
      const counts = toShards(SCHEMA_VERSIONS.record + 1).map(async (shard) => {
        const command = queryDue(shard, nowMs, { Select: "COUNT" });
        const { Count = 0 } = await client.send(command, { abortSignal }).catch(toFailure(abortSignal));
        return Count;
      });
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
  };
}

/** What is left of a shard, behind the last key that was read of it. */
interface Unread {
  readonly shard: string;
  readonly after?: QueryCommandInput["ExclusiveStartKey"];
}

interface DueKey {
  readonly id: string;
  readonly dueAt: number;
}

/** What stands in an item was written here, so it is trusted. */
function parseItem(item: Parameters<typeof unmarshall>[0]): RecordItem {
  return unmarshall(item) as RecordItem;
}

function parseDueKey(item: Parameters<typeof unmarshall>[0]): DueKey {
  return unmarshall(item) as DueKey;
}

/** Each schemaVersion has its own: what an older version cannot read would stay due there, before all that it can. It counts the next one's. */
function toShards(schemaVersion: number): readonly string[] {
  const prefix = schemaVersion === 1 ? "due" : `due-v${schemaVersion}`;
  return Array.from({ length: SHARDS }, (_each, index) => `${prefix}-${index}`);
}

function toShardOf(item: RecordItem): { readonly dueShard?: string } {
  if (item.kind !== "delivery" || item.dueAt === undefined) return {};
  const dueShard = toShards(item.schemaVersion)[item.id.charCodeAt(0) % SHARDS];
  return dueShard === undefined ? {} : { dueShard };
}

/** The SDK's message can hold the request: the error's name, or its system code, is all that is for the log. */
function toFailure(signal: AbortSignal): (cause: unknown) => never {
  return (cause) => {
    // Nobody knows then what an earlier attempt did, or what was written: `deadline-exceeded` would say that nothing was.
    if (signal.aborted) throw new TransferError("store-unavailable", { reason: "the time was spent while the records were asked", cause });
    throw new TransferError("store-unavailable", { reason: nameOf(cause), cause });
  };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
