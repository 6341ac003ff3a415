/** Records in memory, with the ids, the keys and the clock of tests. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { createHashes } from "../../lib/records/hashes.ts";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import type { DueRecords, RecordStore } from "../../lib/records/record-store.ts";
import { createRecords, type TransferRecords } from "../../lib/records/records.ts";
import { INSTANT } from "./manual-clock.ts";

export const RETENTION_SECONDS = 30 * 24 * 60 * 60;
const KEYS = ["key-of-the-records-for-tests-alone"] as const;

interface TestRecordsOptions {
  /** Stands still unless given. */
  readonly wallMs?: () => number;
  readonly store?: RecordStore & DueRecords;
  readonly keys?: readonly [string, ...string[]];
}

export function createTestRecords({
  wallMs = () => INSTANT,
  store = createMemoryStore({ wallMs }),
  keys = KEYS,
}: TestRecordsOptions = {}): TransferRecords {
  const sleep = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }).catch(() => undefined);
  return createRecords({
    store,
    hashesOf: createHashes(keys),
    clock: { wallMs, sleep },
    newId: randomUUID,
    retentionSeconds: RETENTION_SECONDS,
  });
}
