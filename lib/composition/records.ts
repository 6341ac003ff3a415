/** The records of transfers, under the names that the secret `keys/records` makes. */
import { randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import { createDynamoDbStore, type DynamoDbStore } from "../records/dynamodb-store.ts";
import { createHashes } from "../records/hashes.ts";
import { createRecords, type TransferRecords } from "../records/records.ts";
import { createShapes } from "../records/shapes.ts";
import { RecordsKey, toRecordsKeys } from "../secrets/records-key.ts";
import { createSecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import type { FindTransfer } from "../transfer/records.ts";
import type { Shapes } from "../transfer/shape.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A new key stands beside the old one for weeks. */
export const RECORDS_KEY_TTL_MS = 5 * 60_000;

/** Throws `secrets-unavailable` or `misconfigured`. */
export type OpenRecords = (signal: AbortSignal) => Promise<TransferRecords>;

/** Where they are, for whoever needs more than the records of transfers. */
export function composeStore({ recordsTable }: Config): DynamoDbStore {
  return createDynamoDbStore(recordsTable, RUNNING_CLOCK);
}

/** Where the shapes of webhooks are kept. */
export function composeShapes(store: DynamoDbStore): Shapes {
  return createShapes({ store, newRevision: randomUUID });
}

export function composeRecords(config: Config, { read }: Secrets, store = composeStore(config)): OpenRecords {
  const keys = createSecretLookup({ read, folder: "keys", schema: RecordsKey, ttlMs: RECORDS_KEY_TTL_MS, now: RUNNING_CLOCK.monotonicMs });
  return async (signal) => {
    const hashesOf = createHashes(toRecordsKeys(await keys.get("records", signal)));
    return createRecords({
      store,
      hashesOf,
      clock: RUNNING_CLOCK,
      newId: randomUUID,
      retentionSeconds: config.retentionDays * 24 * 60 * 60,
    });
  };
}

/** For whoever asks what became of a transfer. */
export function composeFindTransfer(config: Config, secrets: Secrets): FindTransfer {
  const open = composeRecords(config, secrets);
  return async (connection, transferId, signal) => (await open(signal)).find(connection, transferId, signal);
}
