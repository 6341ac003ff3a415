import { describe, expect, it } from "vitest";
import { createMemoryRecords } from "../../lib/records/memory-records.ts";
import { claimed, PENDING } from "../support/claims.ts";
import { toDeadline } from "../support/transfer-service.ts";
import { describeRecords } from "./records-contract.ts";

describeRecords("those in memory", () => {
  let nowMs = 5;
  const records = createMemoryRecords({ now: () => nowMs });
  return {
    records,
    others: records,
    advance(ms) {
      nowMs += ms;
    },
  };
});

const LEASE_MS = 35_000;
const RECORDS_MAX = 10_000;

describe("records in memory", () => {
  it.each([
    [LEASE_MS - 1, "in-progress"],
    [LEASE_MS, "settled"],
  ])("after %i ms of a claim are %s", async (ageMs, kind) => {
    let nowMs = 0;
    const records = createMemoryRecords({ now: () => nowMs });
    await claimed(records, { explicit: true, key: "k", fingerprint: "f" });
    nowMs = ageMs;
    expect(await records.read("k", toDeadline(0))).toMatchObject({ kind });
  });

  it("are bounded: the oldest is forgotten, and no other", async () => {
    const records = createMemoryRecords({ now: () => 0 });
    for (let at = 0; at <= RECORDS_MAX; at += 1) await records.claim({ explicit: true, key: `k-${at}`, fingerprint: "f" }, PENDING);
    expect(await records.read("k-0", toDeadline(0))).toBeUndefined();
    expect(await records.read("k-1", toDeadline(0))).toMatchObject({ kind: "in-progress" });
    expect(await records.read(`k-${RECORDS_MAX}`, toDeadline(0))).toMatchObject({ kind: "in-progress" });
  });

  it("are kept to themselves", async () => {
    const [one, two] = [createMemoryRecords({ now: () => 0 }), createMemoryRecords({ now: () => 0 })];
    await claimed(one, { explicit: true, key: "k", fingerprint: "f" });
    expect(await two.read("k", toDeadline(0))).toBeUndefined();
  });
});
