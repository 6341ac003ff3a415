/** Records of transfers in a table of the local stack, as the functions write them, and the book by which `ccgw` reads them. */
import { vi } from "vitest";
import { openRecordBook, type RecordBook } from "../../cli/record-book.ts";
import { LOCAL_RECORDS_TABLE, RECORDS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { createDynamoDbStore, type DynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import type { TransferRecords } from "../../lib/records/records.ts";
import { type Delivery, toCall } from "../../lib/transfer/delivery.ts";
import type { Pending } from "../../lib/transfer/records.ts";
import type { GatewayAnswer, TransferResult } from "../../lib/transfer/result.ts";
import { claimed, PENDING } from "./claims.ts";
import { openLocalPlace } from "./local-place.ts";
import { createTestRecords } from "./memory-records.ts";
import { ACCEPTED } from "./transfer-service.ts";

const KEY = "key-of-the-records-for-tests-alone";

export interface KeptTransfers {
  readonly book: RecordBook;
  readonly records: TransferRecords;
  readonly store: DynamoDbStore;
  readonly secrets: SecretsManagerEmulator;
  /** Of the environment of `ccgw`. */
  readonly ports: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startKeptTransfers(): Promise<KeptTransfers> {
  const secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  secrets.putSecret("ccgw/local/keys/records", { schemaVersion: 1, value: KEY });
  const dynamoDb = await startLocalDynamoDb({ port: 0, tables: { [LOCAL_RECORDS_TABLE]: RECORDS_TABLE } });
  const ports = { SECRETS_MANAGER_PORT: new URL(secrets.url).port, DYNAMODB_PORT: String(dynamoDb.port) };
  const book = openRecordBook(await openLocalPlace(ports));
  const store = createDynamoDbStore(LOCAL_RECORDS_TABLE, { wallMs: Date.now });
  return {
    ...{ book, store, secrets, ports },
    records: createTestRecords({ store, keys: [KEY], wallMs: Date.now }),
    async stop() {
      book.close();
      vi.unstubAllEnvs();
      await dynamoDb.stop();
      await secrets.stop();
    },
  };
}

/** That its caller has named, of a call of its own. */
export function toDeliveryOf(callId: string): Delivery {
  return { explicit: true, key: `delivery of ${callId}`, fingerprint: "request", call: toCall(PENDING.gateway, callId) };
}

/** Received now, and answered so. */
export async function keepTransfer(
  records: TransferRecords,
  over: Partial<Pending> & Pick<Pending, "callId">,
  answer: GatewayAnswer = ACCEPTED,
): Promise<TransferResult> {
  return (await startTransfer(records, over)).settle(answer);
}

/** Claimed, and not answered yet. */
export function startTransfer(records: TransferRecords, over: Partial<Pending> & Pick<Pending, "callId">) {
  return claimed(records, toDeliveryOf(over.callId), { receivedAt: new Date().toISOString(), ...over });
}
