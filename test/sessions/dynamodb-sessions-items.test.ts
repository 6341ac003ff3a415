/** How items are spelled: those that are stored outlive a deployment, and DynamoDB deletes them by `expiresAt`. */
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type LocalDynamoDb, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";
import { SESSION, taken, UNTIL, writeAs } from "./sessions-under-test.ts";

const AGENT = "main/101";
const EXPIRES_AT = { N: String(INSTANT / 1_000 + 30 * 24 * 60 * 60) };

let dynamoDb: LocalDynamoDb;
beforeAll(async () => {
  dynamoDb = await startLocalDynamoDb({ port: 0, tables: { sessions: SESSIONS_TABLE } });
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

async function itemOf(agent: string): Promise<unknown> {
  const client = new DynamoDBClient({});
  try {
    return (await client.send(new GetItemCommand({ TableName: "sessions", Key: { agent: { S: agent } } }))).Item;
  } finally {
    client.destroy();
  }
}

describe("an item in DynamoDB", () => {
  it("has what is known of one agent, and when that is too old, in seconds", async () => {
    const sessions = createDynamoDbSessions("sessions", createManualClock());
    const { holder } = await taken(sessions, AGENT, "one");
    const attempt = { secretVersion: "v1", at: INSTANT, result: "refused", retcode: "100-001", failures: 2, proven: false } as const;
    const password = { mustChange: true, daysLeft: 3, at: INSTANT };
    await writeAs(sessions, AGENT, holder, { session: { ...SESSION, events: "push" }, attempt, password, until: UNTIL });
    await sessions.announce(AGENT, "two", holder);
    expect(await itemOf(AGENT)).toEqual({
      agent: { S: AGENT },
      guid: { S: "planted-guid" },
      cookies: { S: "lb=planted-cookie" },
      renewedAt: { N: String(INSTANT) },
      events: { S: "push" },
      leaseOwner: { S: "one" },
      leaseUntil: { N: String(UNTIL) },
      leaseBeat: { N: "2" },
      leaseSuccessor: { S: "two" },
      fence: { N: "1" },
      attemptSecretVersion: { S: "v1" },
      attemptAt: { N: String(INSTANT) },
      attemptResult: { S: "refused" },
      attemptRetcode: { S: "100-001" },
      attemptFailures: { N: "2" },
      attemptProven: { BOOL: false },
      passwordMustChange: { BOOL: true },
      passwordDaysLeft: { N: "3" },
      passwordAt: { N: String(INSTANT) },
      expiresAt: EXPIRES_AT,
      schemaVersion: { N: "1" },
    });
  });

  it("holds no Guid and no cookies of a session that has ended", async () => {
    const sessions = createDynamoDbSessions("sessions", createManualClock());
    await sessions.handOver("main/102", SESSION);
    await sessions.end("main/102");
    expect(await itemOf("main/102")).toEqual({
      agent: { S: "main/102" },
      renewedAt: { N: String(INSTANT) },
      expiresAt: EXPIRES_AT,
      schemaVersion: { N: "1" },
    });
  });

  it("counts one minute of an agent, and is too old some minutes later", async () => {
    const sessions = createDynamoDbSessions("sessions", createManualClock());
    await sessions.count(AGENT, INSTANT + 59_999);
    const [minute, key] = [INSTANT / 60_000, `count#${AGENT}#${INSTANT / 60_000}`];
    expect(await itemOf(key)).toEqual({
      agent: { S: key },
      count: { N: "1" },
      expiresAt: { N: String((minute + 6) * 60) },
      schemaVersion: { N: "1" },
    });
  });
});
