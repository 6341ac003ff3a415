/**
 * The port to where records are kept: whole items under an id, each write conditional on what was seen. Two drivers, DynamoDB and memory, under one contract.
 * `createSureStore` settles what a driver alone cannot tell: whether a write whose answer is missing was carried out, and whether an item is one that we know.
 */

import { NewerVersion } from "../transfer/schema-version.ts";
import { isKnownItem } from "./known-item.ts";
import type { RecordItem } from "./record-item.ts";

export interface RecordStore {
  /** Consistent. Undefined for what is not there, and for what has expired. Throws `store-unavailable`, also where the signal has ended it. */
  get(id: string, signal: AbortSignal): Promise<RecordItem | undefined>;
  /**
   * The item as a whole, where it is there with this revision; without one, where it is not there or has expired. False where it is otherwise. Throws
   * as `get` does, also where it may have been written.
   */
  put(item: RecordItem, seenRevision: string | undefined, signal: AbortSignal): Promise<boolean>;
}

/** Why what is due behind it is not known. */
export type TellUnread = (thrown: unknown) => void;

/** Lists deliveries that are due. Eventually consistent: read each before anything is done. */
export interface DueRecords {
  /**
   * Ids of those whose `dueAt` has come, page by page, the oldest of each first, as far as they can be read: a page is read once it is asked for. `tellUnread`
   * is told of each part of one that cannot. Throws `store-unavailable` where nothing of the first can.
   */
  due(nowMs: number, signal: AbortSignal, tellUnread: TellUnread): AsyncIterable<string>;
  /** How many of the next `schemaVersion` are due, as far as one page tells: `due` has none of them. Throws `store-unavailable`. */
  newerDue(nowMs: number, signal: AbortSignal): Promise<number>;
}

/** Reads several at once. */
export interface RecordBatches {
  /** Those that are there, as `get` sees them, in any order; at most 100 ids. Throws as `get` does. */
  getEach(ids: readonly string[], signal: AbortSignal): Promise<readonly RecordItem[]>;
}

/** Finds items by what they are kept under. Eventually consistent: read each before anything is said of it. */
export interface RecordLists {
  /** Ids, by when each was first seen, for as long as they are asked for. Throws `store-unavailable`. */
  listed(reference: string, order: "newest-first" | "oldest-first", signal: AbortSignal): AsyncIterable<string>;
}

export interface Counter {
  readonly id: string;
  /** Seconds since 1970. It is of no use then; nobody asks whether it is still there. */
  readonly expiresAt: number;
}

export interface Counters {
  /** Adds one unless that would be more than `limit`: then false. Atomic. Throws `store-unavailable`, also where it may have been counted. */
  count(counter: Counter, limit: number, signal: AbortSignal): Promise<boolean>;
}

/**
 * What was written carries a revision of its own: whoever finds it has written it, however often it was sent. Throws `NewerVersion` for an item that this version
 * does not know: nobody can write over it, then, since nobody has seen it.
 */
export function createSureStore({ get: getAny, put }: RecordStore): RecordStore {
  async function get(id: string, signal: AbortSignal): Promise<RecordItem | undefined> {
    const item = await getAny(id, signal);
    if (item !== undefined && !isKnownItem(item)) throw new NewerVersion("record");
    return item;
  }

  async function isWritten({ id, revision }: RecordItem, signal: AbortSignal): Promise<RecordItem | undefined | "ours"> {
    const found = await get(id, signal);
    return found?.revision === revision ? "ours" : found;
  }

  return {
    get,
    async put(item, seenRevision, signal) {
      try {
        if (await put(item, seenRevision, signal)) return true;
        // A driver may have repeated it, and met its own first one.
        return (await isWritten(item, signal)) === "ours";
      } catch (error) {
        const found = await isWritten(item, signal);
        if (found === "ours") return true;
        // Somebody else's is there: ours can come no more, however late it arrives.
        if (found !== undefined && found.revision !== seenRevision) return false;
        throw error;
      }
    },
  };
}
