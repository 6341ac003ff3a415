/** What every store of records promises of pauses, of what is written down of them, and of counts. */
import { randomUUID } from "node:crypto";
import pMap from "p-map";
import { describe, expect, it } from "vitest";
import { createPauseBook } from "../../lib/records/pause-book.ts";
import { createPauseWatch } from "../../lib/records/pause-watch.ts";
import { createPauses, toPauseId } from "../../lib/records/pauses.ts";
import { createRateLimits } from "../../lib/records/rate-limits.ts";
import type { PauseItem } from "../../lib/records/record-item.ts";
import type { Counters, RecordBatches, RecordLists, RecordStore } from "../../lib/records/record-store.ts";
import { type PauseScope, toScopes } from "../../lib/transfer/pause.ts";
import { collect } from "../support/collect.ts";
import { RETENTION_SECONDS } from "../support/memory-records.ts";

type Store = RecordStore & RecordBatches & RecordLists & Counters;

export interface StoreUnderTest {
  readonly store: Store;
  readonly wallMs: () => number;
  advance(ms: number): void;
}

const { signal } = new AbortController();
const DAY_MS = 24 * 60 * 60 * 1_000;
const WHO = { by: "ann", reason: "the site is being moved" } as const;

function open(start: () => StoreUnderTest) {
  const { store, wallMs, advance } = start();
  const id = randomUUID().slice(0, 8);
  const names = { connection: `crm-${id}`, gateway: `site-${id}` };
  const scopes = toScopes(names.connection, names.gateway, "101");
  const book = createPauseBook({ store, wallMs, newId: randomUUID, retentionSeconds: RETENTION_SECONDS });
  const gatewayScope: PauseScope = `gateway/${names.gateway}`;
  let reads = 0;
  const counting: RecordBatches = {
    getEach(ids, given) {
      reads += 1;
      return store.getEach(ids, given);
    },
  };
  /** Each is an instance. */
  const newInstance = (batches: RecordBatches = counting) => {
    const pauses = createPauses({ store: batches, wallMs, tell() {} });
    return async (given: readonly PauseScope[] = scopes) => (await pauses.holding(given, signal)).map(({ scope }) => scope);
  };
  const entriesOf = async () => (await book.list(signal)).entries.filter(({ scope }) => scope === gatewayScope);
  return { ...names, store, wallMs, advance, book, gatewayScope, scopes, newInstance, entriesOf, reads: () => reads };
}

/** The table may have those of others. */
function listing(store: Store, isListed: (id: string) => boolean): Store["listed"] {
  return async function* (...given) {
    for await (const id of store.listed(...given)) if (isListed(id)) yield id;
  };
}

function toPauseItem(scope: PauseScope, nowMs: number, expiresAt: number): PauseItem {
  const firstSeenAt = new Date(nowMs).toISOString();
  const until = new Date(expiresAt * 1_000).toISOString();
  return {
    ...{ kind: "pause", id: toPauseId(scope), revision: randomUUID(), schemaVersion: 1, expiresAt, reference: "paused" },
    ...{ scope, ...WHO, firstSeenAt, until },
  };
}

export function describePauses(name: string, start: () => StoreUnderTest): void {
  describe(`${name}: a pause`, () => {
    it.each([
      ["connection", (connection: string, _gateway: string) => `connection/${connection}` as const],
      ["gateway", (_connection: string, gateway: string) => `gateway/${gateway}` as const],
      ["agent", (_connection: string, gateway: string) => `agent/${gateway}/101` as const],
    ])("of a transfer's %s holds, and of no other", async (_kind, toScope) => {
      const { connection, gateway, book, newInstance } = open(start);
      const scope = toScope(connection, gateway);
      await book.pause({ scope, ...WHO }, signal);
      const holding = newInstance();
      expect(await holding()).toEqual([scope]);
      expect(await holding(toScopes("another", "elsewhere", "101"))).toEqual([]);
    });

    it("of all holds for everybody, until it is resumed", async () => {
      const { book, newInstance } = open(start);
      await book.pause({ scope: "all", ...WHO }, signal);
      expect(await newInstance()(toScopes("another", "elsewhere", "999"))).toEqual(["all"]);
      expect(await book.resume({ scope: "all", ...WHO }, signal)).toEqual({ kind: "resumed" });
      expect(await newInstance()()).toEqual([]);
    });

    it("is known to an instance that knew of none within 5 s, and its end as soon", async () => {
      const { book, gatewayScope: scope, newInstance, advance, reads } = open(start);
      const holding = newInstance();
      expect(await holding()).toEqual([]);
      await book.pause({ scope, ...WHO }, signal);
      advance(4_999);
      expect(await holding()).toEqual([]);
      advance(1);
      expect(await holding()).toEqual([scope]);
      await book.resume({ scope, ...WHO }, signal);
      advance(5_000);
      expect(await holding()).toEqual([]);
      expect(reads()).toBe(3);
    });

    it("without an end is still there after years", async () => {
      const { book, gatewayScope: scope, newInstance, advance } = open(start);
      await book.pause({ scope, ...WHO }, signal);
      advance(3_000 * DAY_MS);
      expect(await newInstance()()).toEqual([scope]);
      await book.resume({ scope, ...WHO }, signal);
    });

    it("of some minutes ends by itself, to the second, also where it was read before", async () => {
      const { book, gatewayScope: scope, newInstance, advance } = open(start);
      const set = await book.pause({ scope, ...WHO, minutes: 2 }, signal);
      expect(set).toMatchObject({ kind: "paused", pause: { by: "ann", reason: WHO.reason } });
      advance(116_000);
      const holding = newInstance();
      expect(await holding()).toEqual([scope]);
      advance(3_999);
      expect(await holding()).toEqual([scope]);
      advance(1);
      expect(await holding()).toEqual([]);
      expect(await book.resume({ scope, ...WHO }, signal)).toEqual({ kind: "not-paused" });
    });

    it("that is set again is the later one", async () => {
      const { book, gatewayScope: scope, newInstance, advance } = open(start);
      await book.pause({ scope, ...WHO, minutes: 1 }, signal);
      await book.pause({ scope, ...WHO, reason: "longer" }, signal);
      advance(3_600_000);
      expect(await newInstance()()).toEqual([scope]);
      const { pauses } = await book.list(signal);
      expect(pauses.filter((pause) => pause.scope === scope)).toEqual([expect.objectContaining({ reason: "longer" })]);
      await book.resume({ scope, ...WHO }, signal);
    });

    it.each<[string, number | undefined, number | undefined, string]>([
      ["without an end, by one with one", undefined, 10_080, "longer"],
      ["by a shorter one", 10, 9, "longer"],
      ["by one that ends with it", 10, 10, "paused"],
      ["by a longer one", 10, 11, "paused"],
      ["by one without an end", 10, undefined, "paused"],
    ])("is not shortened unawares: %s", async (_what, minutes, again, kind) => {
      const { book, gatewayScope: scope } = open(start);
      await book.pause({ scope, ...WHO, minutes, replaces: true }, signal);
      const pausesOf = async () => (await book.list(signal)).pauses.filter((pause) => pause.scope === scope);
      const [before] = await pausesOf();
      const changed = await book.pause({ scope, by: "bob", reason: "again", minutes: again }, signal);
      expect(changed).toMatchObject({ kind, before });
      expect(await pausesOf()).toMatchObject([{ by: kind === "paused" ? "bob" : WHO.by }]);
      const replaced = await book.pause({ scope, by: "eve", reason: "replaced", minutes: 1, replaces: true }, signal);
      expect(replaced).toMatchObject({ kind: "paused", pause: { by: "eve" }, before: { by: kind === "paused" ? "bob" : WHO.by } });
      await book.resume({ scope, ...WHO }, signal);
    });

    it("without an end has an age, until it is resumed or has one", async () => {
      const { store, wallMs, book, gatewayScope: scope, advance } = open(start);
      const watch = createPauseWatch({ store: { ...store, listed: listing(store, (id) => id === toPauseId(scope)) }, wallMs });
      expect(await watch(signal)).toBe(0);
      await book.pause({ scope, ...WHO }, signal);
      advance(90 * 60_000 + 59_000);
      expect(await watch(signal)).toBe(90);
      await book.pause({ scope, ...WHO, minutes: 5, replaces: true }, signal);
      advance(60_000);
      expect(await watch(signal)).toBe(0);
      await book.resume({ scope, ...WHO }, signal);
      await book.pause({ scope, ...WHO }, signal);
      advance(60_000);
      expect(await watch(signal)).toBe(1);
      await book.resume({ scope, ...WHO }, signal);
      expect(await watch(signal)).toBe(0);
    });

    it.each([
      ["still holds", [undefined, 60], 121],
      ["had an end, which has not come", [90, 60], 121],
      ["has ended", [60, 60], 61],
    ])("that is set anew is as old as the one before where that %s", async (_what, [minutes, laterMinutes = 0], ageMinutes) => {
      const { store, wallMs, book, gatewayScope: scope, newInstance, advance, entriesOf } = open(start);
      const watch = createPauseWatch({ store: { ...store, listed: listing(store, (id) => id === toPauseId(scope)) }, wallMs });
      await book.pause({ scope, ...WHO, minutes }, signal);
      advance(laterMinutes * 60_000);
      await book.pause({ scope, by: "bob", reason: "again" }, signal);
      advance(61 * 60_000);
      expect(await watch(signal)).toBe(ageMinutes);
      expect(await newInstance()()).toEqual([scope]);
      const [again, first] = await entriesOf();
      expect(Date.parse(again?.firstSeenAt ?? "") - Date.parse(first?.firstSeenAt ?? "")).toBe(laterMinutes * 60_000);
      await book.resume({ scope, ...WHO }, signal);
    });

    it("that was forgotten is found, however many there were since", async () => {
      const { store, wallMs, book, connection, gatewayScope: scope, advance } = open(start);
      await book.pause({ scope, ...WHO }, signal);
      advance(60_000);
      const expiresAt = Math.floor(wallMs() / 1_000) + 300;
      const later = Array.from({ length: 210 }, (_each, at) => toPauseItem(`connection/${connection}-${at}`, wallMs(), expiresAt));
      await pMap(later, (item) => store.put(item, undefined, signal), { concurrency: 5 });
      const isOfThese = (id: string) => id === toPauseId(scope) || id.startsWith(toPauseId(`connection/${connection}-`));
      const watch = createPauseWatch({ store: { ...store, listed: listing(store, isOfThese) }, wallMs });
      const listedScopes = async () => (await book.list(signal)).pauses.map((pause) => pause.scope);
      const [last, ...others] = (await listedScopes()).filter((each) => isOfThese(toPauseId(each))).toReversed();
      expect(last).toBe(scope);
      expect(others).toHaveLength(later.length);
      advance(59 * 60_000);
      expect(await listedScopes()).toContain(scope);
      expect(await watch(signal)).toBe(60);
      await book.resume({ scope, ...WHO }, signal);
    });

    it("that is resumed is listed no more, also before the table has deleted it", async () => {
      const { store, book, advance, gatewayScope: scope, entriesOf } = open(start);
      const isListed = async () => (await collect(store.listed("paused", "newest-first", signal))).includes(toPauseId(scope));
      await book.pause({ scope, ...WHO }, signal);
      expect(await isListed()).toBe(true);
      // What is of the same instant has no order.
      advance(1);
      await book.resume({ scope, ...WHO }, signal);
      expect(await isListed()).toBe(false);
      expect(await entriesOf()).toMatchObject([{ action: "resume" }, { action: "pause" }]);
      await book.pause({ scope, ...WHO }, signal);
      expect(await isListed()).toBe(true);
      await book.resume({ scope, ...WHO }, signal);
    });

    it("is not written where somebody else is faster", async () => {
      const { store, wallMs, book, gatewayScope: scope } = open(start);
      await book.pause({ scope, ...WHO }, signal);
      const late = createPauseBook({
        store: {
          ...store,
          async put(item, seen, given) {
            if (item.kind === "pause") await book.pause({ scope, ...WHO, reason: "faster" }, signal);
            return store.put(item, seen, given);
          },
        },
        ...{ wallMs, newId: randomUUID, retentionSeconds: RETENTION_SECONDS },
      });
      expect(await late.resume({ scope, ...WHO }, signal)).toEqual({ kind: "lost" });
      expect((await book.list(signal)).pauses).toEqual(expect.arrayContaining([expect.objectContaining({ scope, reason: "faster" })]));
      await book.resume({ scope, ...WHO }, signal);
    });

    it("is written down, and so is its end, for as long as records are kept", async () => {
      const { book, gatewayScope: scope, advance, entriesOf } = open(start);
      await book.pause({ scope, ...WHO, minutes: 10 }, signal);
      advance(60_000);
      await book.resume({ scope, by: "bob", reason: "moved" }, signal);
      const [resumed, paused, ...others] = await entriesOf();
      expect(resumed).toMatchObject({ action: "resume", scope, by: "bob", reason: "moved" });
      expect(paused).toMatchObject({ action: "pause", scope, ...WHO, until: expect.stringMatching(/Z$/) });
      expect(others).toEqual([]);
      advance(RETENTION_SECONDS * 1_000 - 60_000);
      expect(await entriesOf()).toMatchObject([{ action: "resume" }]);
      advance(60_000);
      expect(await entriesOf()).toEqual([]);
    });

    it("that is not there cannot be resumed, and nothing is written down", async () => {
      const { book, gatewayScope: scope, entriesOf } = open(start);
      expect(await book.resume({ scope, ...WHO }, signal)).toEqual({ kind: "not-paused" });
      expect(await entriesOf()).toEqual([]);
    });
  });

  describe(`${name}: a count`, () => {
    it("is one for all instances, and full with its limit", async () => {
      const { connection, store, wallMs } = open(start);
      const counts = [createRateLimits({ store, wallMs }), createRateLimits({ store, wallMs })];
      const limit = { requests: 5, perSeconds: 600 };
      const asked = await Promise.all(Array.from({ length: 12 }, (_each, at) => counts[at % 2]?.count(connection, limit, signal)));
      expect(asked.filter((leftSeconds) => leftSeconds === undefined)).toHaveLength(5);
      expect(await counts[0]?.count(`${connection}-2`, limit, signal)).toBeUndefined();
    });

    it("says when the next time begins, and begins anew then", async () => {
      const { connection, store, wallMs, advance } = open(start);
      const { count } = createRateLimits({ store, wallMs });
      const limit = { requests: 1, perSeconds: 10 };
      advance(10_000 - (wallMs() % 10_000) + 2_500);
      expect(await count(connection, limit, signal)).toBeUndefined();
      expect(await count(connection, limit, signal)).toBe(8);
      advance(7_499);
      expect(await count(connection, limit, signal)).toBe(1);
      advance(1);
      expect(await count(connection, limit, signal)).toBeUndefined();
    });

    it("begins anew where the limit's time is another", async () => {
      const { connection, store, wallMs } = open(start);
      const { count } = createRateLimits({ store, wallMs });
      expect(await count(connection, { requests: 1, perSeconds: 60 }, signal)).toBeUndefined();
      expect(await count(connection, { requests: 1, perSeconds: 30 }, signal)).toBeUndefined();
      expect(await count(connection, { requests: 2, perSeconds: 60 }, signal)).toBeUndefined();
      expect(await count(connection, { requests: 2, perSeconds: 60 }, signal)).toEqual(expect.any(Number));
    });
  });
}
