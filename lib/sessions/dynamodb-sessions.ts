/**
 * What is known of agents, in a DynamoDB table whose key is `agent`: the one file of sessions that knows the SDK. One item an agent, and one an agent and
 * minute that counts. Every other write is conditional on what makes it right, so that one that the SDK repeats, or that arrives late, does no harm.
 */
import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { TransferError } from "../errors.ts";
import { NewerVersion, SCHEMA_VERSIONS } from "../transfer/schema-version.ts";
import type { AgentKey, AgentRecord, HandedOverSessions, LiveSession, SessionRecords } from "./agent-record.ts";
import { type ItemUpdate, toUpdateExpressions } from "./item-update.ts";
import {
  expiresAtOf,
  type Item,
  isKnownItem,
  NO_LEASE,
  NO_SESSION,
  NOTHING,
  renewedAtOf,
  toRecord,
  toRecordChanges,
  toSessionChanges,
} from "./session-item.ts";

/** A call takes some ten milliseconds. With two repeats and the SDK's pauses, the worst case is some five seconds. */
const CONNECTION_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 1_000;
const ATTEMPTS_MAX = 3;
/** Of what nobody has written since. After it a password that was refused is as one that was never tried. */
const KEPT_SECONDS = 30 * 24 * 60 * 60;
/** Nobody asks for the count of an earlier minute: long enough for clocks that differ. */
const COUNT_KEPT_SECONDS = 5 * 60;
const COUNT = "count";

/** DynamoDB deletes what has expired up to days later: until then it is there, and is not to be seen. */
const LIVE =
  // What a newer version has written meanwhile is not made ours again. The other value is the one that is written.
  "#expiresAt > :now AND (attribute_not_exists(#schemaVersion) OR #schemaVersion <= :new_schemaVersion)";
const NOT_LIVE = "attribute_not_exists(#expiresAt) OR #expiresAt <= :now";
const HELD = `${LIVE} AND #leaseOwner = :owner AND #fence = :fence`;

/** `wallMs` is in ms since 1970. Endpoint, region and credentials come from the environment, as the SDK reads them. */
export function createDynamoDbSessions(table: string, { wallMs }: { readonly wallMs: () => number }): SessionRecords & HandedOverSessions {
  const client = new DynamoDBClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });

  /** Undefined also of what has expired. Throws `NewerVersion` for what this version does not know. */
  async function get(agent: AgentKey): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: table, Key: { agent: { S: agent } }, ConsistentRead: true });
    const { Item: item } = await client.send(command).catch(unavailable);
    if (item === undefined || (expiresAtOf(item) ?? 0) <= toSeconds(wallMs())) return undefined;
    if (!isKnownItem(item)) throw new NewerVersion("session", { effect: "none" });
    return item;
  }

  /** The item as it is then; undefined, and nothing written, where the condition does not hold. */
  async function update(key: string, { condition, values, ...update }: ItemUpdate): Promise<Item | undefined> {
    const now = toSeconds(wallMs());
    const expressions = toUpdateExpressions({
      ...update,
      condition,
      values: condition === undefined ? values : { ...values, now },
      changes: { expiresAt: now + KEPT_SECONDS, schemaVersion: SCHEMA_VERSIONS.session, ...update.changes },
    });
    const command = new UpdateItemCommand({ TableName: table, Key: { agent: { S: key } }, ...expressions, ReturnValues: "ALL_NEW" });
    try {
      return (await client.send(command)).Attributes;
    } catch (cause) {
      if (cause instanceof ConditionalCheckFailedException) return undefined;
      return unavailable(cause);
    }
  }

  async function read(agent: AgentKey): Promise<AgentRecord | undefined> {
    const item = await get(agent);
    return item && toRecord(item);
  }

  async function handOver(agent: AgentKey, session: LiveSession): Promise<boolean> {
    const known = await get(agent);
    if (known !== undefined && (renewedAtOf(known) ?? Number.NEGATIVE_INFINITY) >= session.renewedAt) return false;
    const changes = toSessionChanges(session);
    const written =
      known === undefined
        ? await update(agent, { condition: NOT_LIVE, changes: { ...NOTHING, ...changes } })
        : await update(agent, {
            condition: `${LIVE} AND (attribute_not_exists(#renewedAt) OR #renewedAt < :renewedAt)`,
            values: { renewedAt: session.renewedAt },
            changes,
          });
    if (written !== undefined) return true;
    // Lost to an earlier attempt of our own, whose answer did not arrive, or to somebody else. That can happen a few times at most: what
    // is known is newer each time.
    return isSame((await read(agent))?.session, session) || handOver(agent, session);
  }

  return {
    read,

    async takeLease(agent, wanted, seen) {
      const fence = (seen?.fence ?? 0) + 1;
      const lease = { ...NO_LEASE, leaseOwner: wanted.owner, leaseUntil: wanted.until, leaseBeat: 1, fence };
      const taken = await update(
        agent,
        seen === undefined
          ? { condition: NOT_LIVE, changes: { ...NOTHING, ...lease } }
          : { condition: `${LIVE} AND ${toSight(seen)}`, values: toSightValues(seen), changes: lease },
      );
      if (taken !== undefined) return toRecord(taken);
      // An earlier attempt of our own may have got it, without its answer having arrived.
      const record = await read(agent);
      return record?.lease?.owner === wanted.owner && record.fence === fence ? record : undefined;
    },

    async announce(agent, successor, { owner, fence }) {
      const changes = { leaseSuccessor: successor };
      return (await update(agent, { condition: HELD, values: { owner, fence }, changes })) !== undefined;
    },

    async write(agent, { owner, fence, beat }, { until, ...change }) {
      const changes = { ...toRecordChanges(change), leaseUntil: until };
      const condition = `${HELD} AND #leaseBeat = :beat`;
      const item = await update(agent, { condition, values: { owner, fence, beat }, changes, increment: "leaseBeat" });
      return item && toRecord(item);
    },

    async release(agent, { owner, fence }) {
      await update(agent, { condition: HELD, values: { owner, fence }, changes: NO_LEASE });
    },

    handOver,

    async end(agent) {
      const known = await get(agent);
      const renewedAt = known && renewedAtOf(known);
      if (renewedAt === undefined) return;
      // Only the session that was seen: a newer one came after this end, however late the write arrives.
      await update(agent, { condition: `${LIVE} AND #renewedAt = :renewedAt`, values: { renewedAt }, changes: NO_SESSION });
    },

    async count(agent, nowMs) {
      const minute = Math.floor(nowMs / 60_000);
      const changes = { expiresAt: (minute + 1) * 60 + COUNT_KEPT_SECONDS };
      const item = await update(`count#${agent}#${minute}`, { changes, increment: COUNT });
      return Number(item?.[COUNT]?.N);
    },
  };
}

/** The record is as it was seen. */
function toSight({ fence, lease }: AgentRecord): string {
  const sameFence = fence === 0 ? "attribute_not_exists(#fence)" : "#fence = :fence";
  return `${sameFence} AND ${lease === undefined ? "attribute_not_exists(#leaseOwner)" : "#leaseOwner = :owner AND #leaseBeat = :beat"}`;
}

/** DynamoDB refuses a value that no expression uses. */
function toSightValues({ fence, lease }: AgentRecord): NonNullable<ItemUpdate["values"]> {
  return { fence: fence === 0 ? undefined : fence, owner: lease?.owner, beat: lease?.beat };
}

function isSame(one: LiveSession | undefined, other: LiveSession): boolean {
  return one?.guid === other.guid && one.cookies === other.cookies && one.renewedAt === other.renewedAt;
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

/** The SDK's message can hold the request: the error's name, or its system code, is all that is for the log. */
function unavailable(cause: unknown): never {
  throw new TransferError("store-unavailable", { reason: nameOf(cause), effect: "none", cause });
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
