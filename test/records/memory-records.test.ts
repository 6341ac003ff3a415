import { describe, expect, it } from "vitest";
import { createMemoryRecords } from "../../lib/records/memory-records.ts";
import type { Delivery } from "../../lib/transfer/delivery.ts";
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

function named(key: string): Delivery {
  return { explicit: true, key, fingerprint: "f" };
}

describe("records in memory", () => {
  it.each([
    [LEASE_MS - 1, "in-progress"],
    [LEASE_MS, "settled"],
  ])("after %i ms of a claim are %s", async (ageMs, kind) => {
    let nowMs = 0;
    const records = createMemoryRecords({ now: () => nowMs });
    await claimed(records, named("k"));
    nowMs = ageMs;
    expect(await records.read(named("k"), toDeadline(0))).toMatchObject({ kind });
  });

  it("are bounded: the oldest is forgotten, and no other", async () => {
    const records = createMemoryRecords({ now: () => 0 });
    for (let at = 0; at <= RECORDS_MAX; at += 1) await records.claim(named(`k-${at}`), PENDING);
    expect(await records.read(named("k-0"), toDeadline(0))).toBeUndefined();
    expect(await records.read(named("k-1"), toDeadline(0))).toMatchObject({ kind: "in-progress" });
    expect(await records.read(named(`k-${RECORDS_MAX}`), toDeadline(0))).toMatchObject({ kind: "in-progress" });
  });

  it("forget one that is in use last", async () => {
    const records = createMemoryRecords({ now: () => 0 });
    await records.finish(await claimed(records, named("k-first")), "open");
    for (let at = 1; at < RECORDS_MAX; at += 1) await records.claim(named(`k-${at}`), PENDING);
    await claimed(records, named("k-first"));
    await claimed(records, named("k-last"));
    expect(await records.read(named("k-first"), toDeadline(0))).toMatchObject({ kind: "in-progress" });
    expect(await records.read(named("k-1"), toDeadline(0))).toBeUndefined();
  });

  it("are kept to themselves", async () => {
    const [one, two] = [createMemoryRecords({ now: () => 0 }), createMemoryRecords({ now: () => 0 })];
    await claimed(one, named("k"));
    expect(await two.read(named("k"), toDeadline(0))).toBeUndefined();
  });
});
