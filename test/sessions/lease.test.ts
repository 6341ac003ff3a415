/** Who keeps a session, one at a time. Each works on one stepped clock; whose wall clock is wrong sees it skewed. */
import { describe, expect, it } from "vitest";
import { LeaseLost } from "../../lib/sessions/lease.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { AGENT, LEASE_MS, startLeases } from "./leases-under-test.ts";

const HOUR_MS = 3_600_000;
const WATCH_MS = 500;

describe("a lease that nobody has", () => {
  it("is taken at once, and is clean", async () => {
    const { taken, records } = startLeases();
    const lease = await taken("one");
    expect(lease).toMatchObject({ isClean: true, record: { fence: 1, lease: { owner: "one", until: INSTANT + LEASE_MS, beat: 1 } } });
    expect(lease.isWanted()).toBe(false);
    expect(await records.read(AGENT)).toEqual(lease.record);
  });

  it("is taken at once where somebody let it go, with the next fence", async () => {
    const { taken, clock } = startLeases();
    await (await taken("one")).release();
    await clock.pass(5_000);
    expect(await taken("two")).toMatchObject({ isClean: true, record: { fence: 2 } });
  });

  it("is taken by one alone of those who ask at the same time; the last who asks for it is next", async () => {
    const { take, clock, records } = startLeases();
    const [one, two, three] = [take("one"), take("two"), take("three")];
    await clock.pass(2 * WATCH_MS);
    expect([one.lease().record.fence, two.ended(), three.ended()]).toEqual([1, { lease: undefined, atMs: 2 * WATCH_MS }, undefined]);
    expect((await records.read(AGENT))?.lease).toMatchObject({ owner: "one", successor: "three" });
  });
});

describe("an owner that lives", () => {
  it("is asked, hears of it when it writes, and is waited for", async () => {
    const { taken, take, clock } = startLeases();
    const one = await taken("one");
    const two = take("two");
    await clock.pass(20_000);
    expect(one.isWanted()).toBe(false);
    await one.write({});
    expect(one.isWanted()).toBe(true);
    await clock.pass(20_000);
    expect(two.ended()).toBeUndefined();
    await one.release();
    await clock.pass(WATCH_MS);
    expect(two.lease()).toMatchObject({ isClean: true, record: { fence: 2, lease: { owner: "two" } } });
    expect(two.lease().isWanted()).toBe(false);
  });

  it("that writes and does not let go keeps it: after a lease and a half, whoever waits has nothing to do", async () => {
    const { taken, take, clock } = startLeases();
    const one = await taken("one");
    for (let count = 1; count <= 20; count += 1) clock.at(count * 5_000, () => void one.write({}));
    const two = take("two");
    await clock.pass(100_000);
    expect(two.ended()).toEqual({ lease: undefined, atMs: 45_000 });
  });

  it("is not waited for past the deadline", async () => {
    const { taken, take, clock } = startLeases();
    await taken("one");
    const two = take("two", { ms: 3_000 });
    await clock.pass(HOUR_MS);
    expect(two.ended()).toEqual({ lease: undefined, atMs: 3_000 });
  });

  it("is not waited for once the invocation ends", async () => {
    const { taken, take, clock, abort } = startLeases();
    await taken("one");
    const two = take("two");
    clock.at(1_250, abort);
    await clock.pass(HOUR_MS);
    expect(two.ended()).toEqual({ lease: undefined, atMs: 1_250 });
  });

  it("has the last who asked as its successor: the first goes", async () => {
    const { taken, take, clock } = startLeases();
    const one = await taken("one");
    const two = take("two");
    await clock.pass(10_000);
    const three = take("three");
    await clock.pass(WATCH_MS);
    expect([two.ended(), three.ended()]).toEqual([{ lease: undefined, atMs: 10_000 + WATCH_MS }, undefined]);
    await one.release();
    await clock.pass(WATCH_MS);
    expect(three.lease()).toMatchObject({ isClean: true, record: { fence: 2 } });
  });
});

describe("an owner that died", () => {
  it.each([
    ["as all others", 0, 0],
    ["behind", -HOUR_MS, 0],
    ["ahead", HOUR_MS, 0],
    ["right, and the watcher's an hour behind", 0, -HOUR_MS],
    ["right, and the watcher's an hour ahead", 0, HOUR_MS],
  ])("is replaced 30 s after it was first looked at, and not before, its clock being %s", async (_how, ownerMs, watcherMs) => {
    const { taken, take, clock } = startLeases();
    await taken("one", { as: clock.skewed(ownerMs) });
    await clock.pass(7_000);
    const two = take("two", { as: clock.skewed(watcherMs) });
    await clock.pass(LEASE_MS - 1);
    expect(two.ended()).toBeUndefined();
    await clock.pass(1);
    expect(two.ended()).toMatchObject({ atMs: 7_000 + LEASE_MS, lease: { isClean: false, record: { fence: 2 } } });
  });

  it("is replaced 30 s after its last sign of life, which asking is not", async () => {
    const { taken, take, clock } = startLeases();
    const one = await taken("one");
    const two = take("two");
    clock.at(12_000, () => void one.write({}));
    await clock.pass(12_000 + LEASE_MS - 1);
    expect(two.ended()).toBeUndefined();
    await clock.pass(1);
    expect(two.lease().isClean).toBe(false);
    await expect(one.write({ session: null })).rejects.toBeInstanceOf(LeaseLost);
  });
});
