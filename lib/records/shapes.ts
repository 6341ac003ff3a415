/** The shapes of a connection's webhooks, in the table of records: one item a connection, which ends a day after its time. */
import { isSameShape, mergeShapes, type Shapes } from "../transfer/shape.ts";
import type { CaptureItem } from "./record-item.ts";
import { createSureStore, type RecordStore } from "./record-store.ts";

const KEPT_SECONDS = 24 * 60 * 60;
/** Deliveries come at the same time. What is lost is seen with the next one. */
const ATTEMPTS_MAX = 3;

interface ShapesOptions {
  readonly store: RecordStore;
  readonly newRevision: () => string;
}

/** What has been seen already writes nothing. */
export function createShapes({ store, newRevision }: ShapesOptions): Shapes {
  const { get, put } = createSureStore(store);
  return {
    async add(connectionName, { until, shape }, signal) {
      const id = toCaptureId(connectionName);
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
        const seen = await get(id, signal);
        const before = seen?.kind === "capture" && seen.until === until ? seen.shape : {};
        const merged = mergeShapes(before, shape);
        if (isSameShape(before, merged)) return;
        const expiresAt = Math.floor(Date.parse(until) / 1_000) + KEPT_SECONDS;
        const item: CaptureItem = { kind: "capture", id, revision: newRevision(), expiresAt, schemaVersion: 1, until, shape: merged };
        if (await put(item, seen?.revision, signal)) return;
      }
    },
  };
}

/** Not hashed: an operator reads it without the keys, and a connection's name names no customer. */
export function toCaptureId(connectionName: string): string {
  return `capture:${connectionName}`;
}
