/** A lease where the store does not answer, where somebody is faster, and where there is no time to wait. */
import { describe, expect, it } from "vitest";
import type { SessionRecords } from "../../lib/sessions/agent-record.ts";
import { isLeaseLive, LeaseLost, takeDead } from "../../lib/sessions/lease.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { AGENT, failing, LEASE_MS, type Leases, startLeases } from "./leases-under-test.ts";

const HOUR_MS = 3_600_000;
const SKEW_MS = 10_000;
const UNAVAILABLE = expect.objectContaining({ code: "store-unavailable" });

/** Somebody else takes it just before the first call of `takeLease` arrives. */
function overtaken(records: SessionRecords): SessionRecords {
  let isFirst = true;
  return {
    ...records,
    async takeLease(agent, wanted, seen) {
      if (isFirst) await records.takeLease(agent, { ...wanted, owner: "faster" }, seen);
      isFirst = false;
      return records.takeLease(agent, wanted, seen);
    },
  };
}

describe("where the store does not answer", () => {
  it.each(["read", "takeLease"] as const)("a lease is taken once it does: %s", async (method) => {
    const { take, clock, records } = startLeases();
    const one = take("one", { by: failing(records, method, { times: 10 }) });
    await clock.pass(4_999);
    expect(one.ended()).toBeUndefined();
    await clock.pass(1);
    expect(one.lease()).toMatchObject({ isClean: true, record: { fence: 1 } });
  });

  it("the owner is asked once it does", async () => {
    const { taken, take, clock, records } = startLeases();
    const one = await taken("one");
    const two = take("two", { by: failing(records, "announce", { times: 3 }) });
    await clock.pass(2_000);
    await one.write({});
    expect(one.isWanted()).toBe(true);
    await one.release();
    await clock.pass(500);
    expect(two.lease()).toMatchObject({ isClean: true, record: { fence: 2 } });
  });

  it("a lease whose taking was not heard of is found to be one's own, and taken once", async () => {
    const { take, clock, records } = startLeases();
    const one = take("one", { by: failing(records, "takeLease", { times: 1, late: true }) });
    await clock.pass(500);
    expect(one.lease()).toMatchObject({ isClean: true, record: { fence: 1, lease: { owner: "one", beat: 1 } } });
  });

  it("a lease that is found to be one's own may be wanted by then", async () => {
    const { take, clock, records } = startLeases();
    const one = take("one", { by: failing(records, "takeLease", { times: 1, late: true }) });
    await clock.pass(100);
    take("two");
    await clock.pass(400);
    expect(one.lease().isWanted()).toBe(true);
  });

  it.each([
    ["asked for", undefined],
    ["that could not be asked for", "announce"],
  ] as const)("a dead owner's %s, whose taking was not heard of, is not clean", async (_what, method) => {
    const { taken, take, clock, records } = startLeases();
    await taken("one");
    const lost = failing(records, "takeLease", { times: 1, late: true });
    const two = take("two", { by: method === undefined ? lost : failing(lost, method) });
    await clock.pass(LEASE_MS + 500);
    expect(two.lease()).toMatchObject({ isClean: false, record: { fence: 2 } });
  });

  it("to the end, that is what is thrown", async () => {
    const { take, clock, records } = startLeases();
    const one = take("one", { ms: 5_000, by: failing(records, "read") });
    await clock.pass(HOUR_MS);
    expect(one.ended()).toEqual({ error: UNAVAILABLE, atMs: 5_000 });
  });

  it("for a while, and somebody keeps it at the end, nothing is thrown", async () => {
    const { taken, take, clock, records } = startLeases();
    await taken("one");
    const two = take("two", { ms: 5_000, by: failing(records, "read", { times: 5 }) });
    await clock.pass(HOUR_MS);
    expect(two.ended()).toEqual({ lease: undefined, atMs: 5_000 });
  });

  it("but throws what nobody expects, that is thrown at once", async () => {
    const { take, clock, records } = startLeases();
    const bug = new Error("a bug");
    const one = take("one", { by: { ...records, read: () => Promise.reject(bug) } });
    await clock.pass(0);
    expect(one.ended()).toEqual({ error: bug, atMs: 0 });
  });
});

describe("where somebody is faster", () => {
  it("it is that one's, who is asked from then on", async () => {
    const { take, clock, records } = startLeases();
    const one = take("one", { by: overtaken(records) });
    await clock.pass(500);
    expect(one.ended()).toBeUndefined();
    expect((await records.read(AGENT))?.lease).toMatchObject({ owner: "faster", successor: "one" });
    await clock.pass(LEASE_MS);
    expect(one.lease()).toMatchObject({ isClean: false, record: { fence: 2 } });
  });

  it("to replace the dead owner, too, and not taken a moment later", async () => {
    const { taken, take, clock, records } = startLeases();
    await taken("dead");
    const one = take("one", { by: overtaken(records) });
    await clock.pass(HOUR_MS);
    expect(one.ended()).toEqual({ lease: undefined, atMs: LEASE_MS + 15_000 });
    expect(await records.read(AGENT)).toMatchObject({ fence: 2, lease: { owner: "faster", successor: "one" } });
  });
});

describe("whoever has the lease", () => {
  it("writes, and lives for as long again by its clock", async () => {
    const { taken, clock, records } = startLeases();
    const session = { guid: "guid", renewedAt: INSTANT, events: "poll" } as const;
    const one = await taken("one", { as: clock.skewed(-HOUR_MS) });
    await clock.pass(7_000);
    await one.write({ session });
    expect(await records.read(AGENT)).toMatchObject({ session, lease: { beat: 2, until: INSTANT + 7_000 - HOUR_MS + LEASE_MS } });
  });

  it("writes nothing and lets nothing go once somebody else has it", async () => {
    const { taken, take, clock, records } = startLeases();
    const one = await taken("one");
    const two = take("two");
    await clock.pass(LEASE_MS);
    await expect(one.write({ session: { guid: "late", renewedAt: INSTANT } })).rejects.toBeInstanceOf(LeaseLost);
    await one.release();
    expect(await records.read(AGENT)).toEqual(two.lease().record);
  });

  it("goes on after a write of its own that was carried out, and whose answer it did not hear", async () => {
    const { taken, records } = startLeases();
    const one = await taken("one", { by: failing(records, "write", { times: 1, late: true }) });
    await expect(one.write({ session: { guid: "first", renewedAt: INSTANT } })).rejects.toEqual(UNAVAILABLE);
    await one.write({ session: { guid: "second", renewedAt: INSTANT } });
    await one.write({});
    expect(await records.read(AGENT)).toMatchObject({ session: { guid: "second" }, lease: { owner: "one", beat: 4 } });
  });

  it("hears of a store that does not answer when it writes, and not when it lets go", async () => {
    const { taken, records } = startLeases();
    const writing = await taken("one", { by: failing(records, "write", { times: 1 }) });
    await expect(writing.write({})).rejects.toEqual(UNAVAILABLE);
    await writing.write({});
    await writing.release();
    const releasing = await taken("two", { by: failing(records, "release") });
    await releasing.release();
    expect((await records.read(AGENT))?.lease).toMatchObject({ owner: "two" });
  });
});

describe("whoever cannot wait", () => {
  async function takeAt(msAfterEnd: number, { clock, records }: Leases, by = records) {
    const seen = await records.read(AGENT);
    await clock.pass((seen?.lease?.until ?? INSTANT) - clock.wallMs() + msAfterEnd);
    expect(isLeaseLive(seen, clock.wallMs())).toBe(msAfterEnd < SKEW_MS);
    return takeDead({ records: by, clock, agent: AGENT, owner: "quick" }, seen);
  }

  it("takes what nobody has, and that is clean", async () => {
    const { clock, records } = startLeases();
    expect(isLeaseLive(undefined, INSTANT)).toBe(false);
    const lease = await takeDead({ records, clock, agent: AGENT, owner: "quick" }, undefined);
    expect(lease).toMatchObject({ isClean: true, record: { fence: 1, lease: { owner: "quick", until: INSTANT + LEASE_MS } } });
  });

  it.each([
    [-1, false],
    [0, false],
    [SKEW_MS - 1, false],
    [SKEW_MS, true],
    [HOUR_MS, true],
  ])("takes a lease that ended %i ms ago, by clocks that may differ by ten seconds: %s", async (ms, isTaken) => {
    const leases = startLeases();
    await leases.taken("one");
    const lease = await takeAt(ms, leases);
    expect(lease).toEqual(isTaken ? expect.objectContaining({ isClean: false, record: expect.objectContaining({ fence: 2 }) }) : undefined);
    expect((await leases.records.read(AGENT))?.lease?.owner).toBe(isTaken ? "quick" : "one");
  });

  it("has nothing where somebody was faster", async () => {
    const leases = startLeases();
    await leases.taken("one");
    expect(await takeAt(HOUR_MS, leases, overtaken(leases.records))).toBeUndefined();
    expect((await leases.records.read(AGENT))?.lease?.owner).toBe("faster");
  });

  it("hears of a store that does not answer", async () => {
    const leases = startLeases();
    await expect(takeAt(HOUR_MS, leases, failing(leases.records, "takeLease"))).rejects.toEqual(UNAVAILABLE);
  });
});
