import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { type LocalDynamoDb, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { describeSessions } from "./sessions-contract.ts";

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

describeSessions("those in DynamoDB", () => {
  const clock = createManualClock();
  const [sessions, others] = [createDynamoDbSessions("sessions", clock), createDynamoDbSessions("sessions", clock)];
  return { sessions, others, advance: clock.pass };
});
