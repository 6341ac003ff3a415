/**
 * Where the item of a name is. Names are kept as keyed hashes. While there are several keys, all agree on the oldest as the one whose place counts, and leave a
 * mark under each newer one: so whoever knows only the older or only the newer key finds the same item, and none is written twice.
 */
import { SCHEMA_VERSIONS } from "../transfer/schema-version.ts";
import type { Content, RecordItem } from "./record-item.ts";
import type { RecordStore } from "./record-store.ts";

/** The name's hash under each key, the oldest key first. */
export type HashesOf = (name: string) => readonly [string, ...string[]];

export interface Place {
  readonly id: string;
  readonly item?: RecordItem | undefined;
  /** Under newer keys, where nothing is known to be yet. */
  readonly marks: readonly string[];
}

export interface Places {
  find(name: string, signal: AbortSignal): Promise<Place>;
  /** As it is now. */
  look(id: string, signal: AbortSignal): Promise<Place>;
  /** An alias that is in use: it is to live as long as what it leads to. */
  renew(place: Place, signal: AbortSignal): Promise<void>;
  /** The content is all that it holds then: whoever changes an item names the rest of it, too, whether it knows that or not. The place as it is then; undefined, and nothing written, where it does not hold what was seen. */
  write(place: Place, content: Content, signal: AbortSignal): Promise<Place | undefined>;
}

const DAY_SECONDS = 24 * 60 * 60;

interface PlacesOptions {
  readonly store: RecordStore;
  readonly hashesOf: HashesOf;
  readonly wallMs: () => number;
  readonly newRevision: () => string;
  readonly retentionSeconds: number;
}

export function createPlaces({ store, hashesOf, wallMs, newRevision, retentionSeconds }: PlacesOptions): Places {
  function complete(id: string, content: Content): RecordItem {
    const expiresAt = Math.floor(wallMs() / 1_000) + lifeOf(content.kind);
    return { ...content, id, revision: newRevision(), expiresAt, schemaVersion: SCHEMA_VERSIONS.record };
  }

  /** What leads to an item outlives it: it is renewed when it has lost a day. */
  function lifeOf(kind: RecordItem["kind"]): number {
    return retentionSeconds + (kind === "alias" || kind === "moved" ? 2 * DAY_SECONDS : 0);
  }

  function isAging({ kind, expiresAt }: RecordItem): boolean {
    return expiresAt < Math.floor(wallMs() / 1_000) + lifeOf(kind) - DAY_SECONDS;
  }

  function isMissing(item: RecordItem | undefined): boolean {
    return item === undefined || (item.kind === "moved" && isAging(item));
  }

  async function look(id: string, signal: AbortSignal): Promise<Place> {
    const item = await store.get(id, signal);
    // One step: what a mark leads to is never a mark.
    return item?.kind === "moved" ? look(item.to, signal) : { id, item, marks: [] };
  }

  /** Undefined where an item stands under a newer key: it was written by somebody who knows no older one. */
  async function mark(to: string, ids: readonly string[], signal: AbortSignal): Promise<true | undefined> {
    for (const id of ids) {
      const found = await store.get(id, signal);
      const isThere = found?.kind === "moved" && found.to === to;
      if (isThere && isAging(found)) await store.put(complete(id, found), found.revision, signal);
      if (!isThere && !(await store.put(complete(id, { kind: "moved", to }), undefined, signal))) return undefined;
    }
    return true;
  }

  return {
    look,
    async renew({ id, item }, signal) {
      if (item?.kind === "alias" && isAging(item)) await store.put(complete(id, item), item.revision, signal);
    },
    async find(name, signal) {
      const ids = hashesOf(name);
      const items = await Promise.all(ids.map((id) => store.get(id, signal)));
      const index = Math.max(
        0,
        items.findIndex((item) => item !== undefined),
      );
      const item = items[index];
      // What leads there is to live as long as what is written there.
      if (item?.kind === "moved")
        return { ...(await look(item.to, signal)), marks: ids.filter((_id, at) => at >= index && isMissing(items[at])) };
      // Under a newer key alone, it was written by somebody who knows no older one.
      const marks = index === 0 ? ids.filter((_id, at) => at > 0 && isMissing(items[at])) : [];
      return { id: ids[index] ?? ids[0], item, marks };
    },
    async write({ id, item: seen, marks }, content, signal) {
      if ((await mark(id, marks, signal)) === undefined) return undefined;
      const item = complete(id, content);
      return (await store.put(item, seen?.revision, signal)) ? { id, item, marks: [] } : undefined;
    },
  };
}
