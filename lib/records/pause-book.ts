/** An operator's side of pauses: sets one, ends one, lists them. Each change is written down first, and stays written down for as long as records are kept. */
import type { PauseScope } from "../transfer/pause.ts";
import { readFirst } from "./first-of.ts";
import { toPauseId } from "./pauses.ts";
import type { PauseEntryItem, PauseItem, RecordItem } from "./record-item.ts";
import { createSureStore, type RecordBatches, type RecordLists, type RecordStore } from "./record-store.ts";

/** 9999-12-31: an item has to have an end, and this pause has none. */
const NEVER_SECONDS = 253_402_214_400;
/** With those that have ended by themselves, which are listed until the table has deleted them. */
const PAUSES_MAX = 1_000;
const ENTRIES_MAX = 100;
/** Of one batch read. */
const BATCH_MAX = 100;

export interface PauseChange {
  readonly scope: PauseScope;
  /** Who does it. */
  readonly by: string;
  /** Why. Nothing of a customer. */
  readonly reason: string;
}

export interface NewPause extends PauseChange {
  readonly minutes?: number | undefined;
  /** Whatever is there, and however long that was to be. */
  readonly replaces?: boolean | undefined;
}

export interface PauseBook {
  /** In the place of one that is there, unless that would end later: this takes `replaces`. Throws `store-unavailable`. */
  pause(change: NewPause, signal: AbortSignal): Promise<ChangedPause>;
  resume(change: PauseChange, signal: AbortSignal): Promise<ChangedPause>;
  /** All pauses, and of entries the last hundred, the newest first. What was written a moment ago may not be among them yet. */
  list(signal: AbortSignal): Promise<PauseList>;
}

export interface PauseList {
  readonly pauses: readonly PauseItem[];
  /** There are more than were looked at: others may be paused, too. */
  readonly isCut: boolean;
  readonly entries: readonly PauseEntryItem[];
}

export type ChangedPause =
  | { readonly kind: "paused"; readonly pause: PauseItem; readonly before?: PauseItem | undefined }
  /** It is paused for longer. Nothing was written. */
  | { readonly kind: "longer"; readonly before: PauseItem }
  | { readonly kind: "resumed" }
  /** There is nothing to resume. Nothing was written. */
  | { readonly kind: "not-paused" }
  /** Somebody else was faster. That it was tried is written down. */
  | { readonly kind: "lost" };

interface PauseBookOptions {
  readonly store: RecordStore & RecordBatches & RecordLists;
  readonly wallMs: () => number;
  readonly newId: () => string;
  readonly retentionSeconds: number;
}

export function createPauseBook({ store, wallMs, newId, retentionSeconds }: PauseBookOptions): PauseBook {
  const { get, put } = createSureStore(store);
  const toIso = (ms: number) => new Date(ms).toISOString();

  async function find(scope: PauseScope, signal: AbortSignal): Promise<PauseItem | undefined> {
    const item = await get(toPauseId(scope), signal);
    return item?.kind === "pause" ? item : undefined;
  }

  /** Those that are there, in this order. */
  async function read(ids: readonly string[], signal: AbortSignal): Promise<readonly RecordItem[]> {
    const batches = Array.from({ length: Math.ceil(ids.length / BATCH_MAX) }, (_each, at) =>
      ids.slice(at * BATCH_MAX, (at + 1) * BATCH_MAX),
    );
    const items = (await Promise.all(batches.map((batch) => store.getEach(batch, signal)))).flat();
    return items.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  }

  async function writeDown(entry: Pick<PauseEntryItem, "action" | "until"> & PauseChange, signal: AbortSignal): Promise<void> {
    const nowMs = wallMs();
    const { action, scope, by, reason, until } = entry;
    const item: PauseEntryItem = {
      ...{ kind: "pause-entry", id: `pause-entry:${newId()}`, revision: newId(), schemaVersion: 1 },
      ...{ expiresAt: Math.floor(nowMs / 1_000) + retentionSeconds, firstSeenAt: toIso(nowMs), reference: "pauses" },
      ...{ action, scope, by, reason, until },
    };
    await put(item, undefined, signal);
  }

  return {
    async pause({ scope, by, reason, minutes, replaces = false }, signal) {
      const seen = await find(scope, signal);
      const nowMs = wallMs();
      const endsAt = minutes === undefined ? undefined : Math.ceil(nowMs / 1_000) + minutes * 60;
      const until = endsAt === undefined ? undefined : toIso(endsAt * 1_000);
      if (seen !== undefined && !replaces && (endsAt ?? NEVER_SECONDS) < seen.expiresAt) return { kind: "longer", before: seen };
      await writeDown({ action: "pause", scope, by, reason, until }, signal);
      const pause: PauseItem = {
        ...{ kind: "pause", id: toPauseId(scope), revision: newId(), schemaVersion: 1 },
        // It has been paused since the first of those that followed each other: this one does not make it forgotten less.
        ...{ expiresAt: endsAt ?? NEVER_SECONDS, firstSeenAt: seen?.firstSeenAt ?? toIso(nowMs), reference: "paused" },
        ...{ scope, by, reason, until },
      };
      return (await put(pause, seen?.revision, signal)) ? { kind: "paused", pause, before: seen } : { kind: "lost" };
    },

    async resume({ scope, by, reason }, signal) {
      const seen = await find(scope, signal);
      if (seen === undefined) return { kind: "not-paused" };
      await writeDown({ action: "resume", scope, by, reason }, signal);
      // From now on it is not there, nor in a list, whenever the store deletes it.
      const ended: PauseItem = { ...seen, revision: newId(), expiresAt: Math.floor(wallMs() / 1_000), reference: undefined };
      return (await put(ended, seen.revision, signal)) ? { kind: "resumed" } : { kind: "lost" };
    },

    async list(signal) {
      const [paused, written] = await Promise.all([
        // The oldest may be one that was forgotten.
        readFirst(store.listed("paused", "oldest-first", signal), PAUSES_MAX),
        readFirst(store.listed("pauses", "newest-first", signal), ENTRIES_MAX),
      ]);
      const [pauses, entries] = await Promise.all([read(paused.ids.toReversed(), signal), read(written.ids, signal)]);
      return {
        pauses: pauses.filter((item) => item.kind === "pause"),
        isCut: paused.isCut,
        entries: entries.filter((item) => item.kind === "pause-entry"),
      };
    },
  };
}
