/** How long something has been held back without an end: an operator may have forgotten it. Reads alone; what ends by itself needs nobody. */
import pMap from "p-map";
import { TransferError } from "../errors.ts";
import { readFirst } from "./first-of.ts";
import type { RecordLists, RecordStore } from "./record-store.ts";

/** With those that have ended by themselves, which are listed until the table has deleted them. */
const PAUSES_MAX = 1_000;
/** Reads at a time: all of them take a second then. */
const CONCURRENT = 20;
const MINUTE_MS = 60_000;

/** The age of the oldest pause without an end, in whole minutes; 0 where there is none. Throws `store-unavailable`, also where there are too many to tell. */
export type WatchPauses = (signal: AbortSignal) => Promise<number>;

interface PauseWatchOptions {
  readonly store: Pick<RecordStore, "get"> & RecordLists;
  readonly wallMs: () => number;
}

export function createPauseWatch({ store, wallMs }: PauseWatchOptions): WatchPauses {
  return async (signal) => {
    // Of those that may be forgotten the oldest is the first.
    const { ids, isCut } = await readFirst(store.listed("paused", "oldest-first", signal), PAUSES_MAX);
    const items = await pMap(ids, (id) => store.get(id, signal), { concurrency: CONCURRENT });
    const ages = items.flatMap((item) =>
      item?.kind === "pause" && item.until === undefined ? [Math.floor((wallMs() - Date.parse(item.firstSeenAt)) / MINUTE_MS)] : [],
    );
    if (isCut && ages.length === 0) throw new TransferError("store-unavailable", { reason: "more pauses are listed than are read" });
    return Math.max(0, ...ages);
  };
}
