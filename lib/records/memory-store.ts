/** Records within one process, for tests: what another process would not know, and a restart forgets. */
import type { RecordItem } from "./record-item.ts";
import type { Counters, DueRecords, RecordBatches, RecordLists, RecordStore } from "./record-store.ts";

export interface MemoryStore extends RecordStore, DueRecords, RecordBatches, RecordLists, Counters {
  /** All that is kept, expired or not. */
  items(): readonly RecordItem[];
}

export function createMemoryStore({ wallMs }: { readonly wallMs: () => number }): MemoryStore {
  const kept = new Map<string, RecordItem>();
  const counted = new Map<string, number>();

  function live(id: string): RecordItem | undefined {
    const item = kept.get(id);
    return item !== undefined && item.expiresAt > Math.floor(wallMs() / 1_000) ? item : undefined;
  }

  return {
    get: async (id) => live(id),
    async put(item, seenRevision) {
      if (live(item.id)?.revision !== seenRevision) return false;
      kept.set(item.id, item);
      return true;
    },
    async *due(nowMs) {
      const due = [...kept.values()].flatMap((item) => {
        const dueAt = item.kind === "delivery" ? item.dueAt : undefined;
        return dueAt === undefined || dueAt > nowMs ? [] : [{ id: item.id, dueAt }];
      });
      yield* due.sort((one, other) => one.dueAt - other.dueAt).map(({ id }) => id);
    },
    // One process is of one version.
    newerDue: async () => 0,
    getEach: async (ids) => ids.flatMap((id) => live(id) ?? []),
    async *listed(reference, order) {
      const found = [...kept.values()].flatMap((item) =>
        "reference" in item && "firstSeenAt" in item && item.reference === reference ? [item] : [],
      );
      const sorted = found.sort((one, other) => one.firstSeenAt.localeCompare(other.firstSeenAt)).map(({ id }) => id);
      yield* order === "oldest-first" ? sorted : sorted.toReversed();
    },
    async count({ id }, limit) {
      const before = counted.get(id) ?? 0;
      if (before >= limit) return false;
      counted.set(id, before + 1);
      return true;
    },
    items: () => [...kept.values()],
  };
}
