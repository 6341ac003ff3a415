/** How long something has been held back without an end: an operator may have forgotten it. Reads alone; what ends by itself needs nobody. */
import type { RecordLists, RecordStore } from "./record-store.ts";

/** The newest of those that are set. */
const PAUSES_MAX = 100;
const MINUTE_MS = 60_000;

/** The age of the oldest pause without an end, in whole minutes; 0 where there is none. Throws `store-unavailable`. */
export type WatchPauses = (signal: AbortSignal) => Promise<number>;

interface PauseWatchOptions {
  readonly store: Pick<RecordStore, "get"> & RecordLists;
  readonly wallMs: () => number;
}

export function createPauseWatch({ store, wallMs }: PauseWatchOptions): WatchPauses {
  return async (signal) => {
    const ids = await store.listed("paused", PAUSES_MAX, signal);
    // What was resumed is listed until the table has deleted it, and is not there.
    const items = await Promise.all(ids.map((id) => store.get(id, signal)));
    const ages = items.map((item) =>
      item?.kind === "pause" && item.until === undefined ? Math.floor((wallMs() - Date.parse(item.firstSeenAt)) / MINUTE_MS) : 0,
    );
    return Math.max(0, ...ages);
  };
}
