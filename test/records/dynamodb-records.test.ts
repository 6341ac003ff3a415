import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { type LocalDynamoDb, RECORDS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { describeAliases } from "./aliases-contract.ts";
import { describeGuards } from "./guards-contract.ts";
import { describeOutcomes } from "./outcomes-contract.ts";
import { describePauses } from "./pauses-contract.ts";
import { describeRecords, type RecordsUnderTest } from "./records-contract.ts";

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

function start(): RecordsUnderTest {
  const clock = createManualClock();
  const { wallMs } = clock;
  const newRecords = () => createTestRecords({ wallMs, store: createDynamoDbStore("records", clock) });
  return { records: newRecords(), others: newRecords(), advance: clock.pass };
}

describeRecords("those in DynamoDB", start);
describeAliases("those in DynamoDB", start);
describeGuards("those in DynamoDB", start);
describeOutcomes("those in DynamoDB", start);
describePauses("those in DynamoDB", () => {
  const clock = createManualClock();
  return { store: createDynamoDbStore("records", clock), wallMs: clock.wallMs, advance: clock.pass };
});
