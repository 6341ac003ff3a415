import { describe, expect, it } from "vitest";
import { ANSWERS, claimed, PENDING } from "../support/claims.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { newDelivery } from "./records-contract.ts";

const SIGNAL = new AbortController().signal;

function start() {
  const clock = createManualClock();
  const records = createTestRecords(clock);
  const find = (transferId: string, connection = "crm") => records.find(connection, transferId, SIGNAL);
  return { records, clock, find };
}

describe("a transfer that is asked after by its id", () => {
  it("is in progress until its lease is over, and then unknown", async () => {
    const { records, clock, find } = start();
    const { transferId } = await claimed(records, newDelivery());
    expect(await find(transferId)).toEqual({ kind: "in-progress", transferId });
    clock.pass(35_000);
    expect(await find(transferId)).toMatchObject({ kind: "ended", result: { transferId, state: "unknown" } });
  });

  it("is told as it ended, and whether its caller wants to be told later", async () => {
    const { records, find } = start();
    const one = await claimed(records, newDelivery());
    await one.settle(ANSWERS.accepted);
    expect(await find(one.transferId)).toMatchObject({ kind: "ended", respondAsync: false, result: { state: "accepted" } });
    const two = await claimed(records, newDelivery(), { respondAsync: true });
    await two.settle(ANSWERS.accepted);
    expect(await find(two.transferId)).toMatchObject({ kind: "ended", respondAsync: true });
  });

  it("is nobody else's", async () => {
    const { records, find } = start();
    const { transferId } = await claimed(records, newDelivery());
    expect(await find(transferId, "bot")).toBeUndefined();
  });

  it("is not there where its effect was none, nor under the id of a claim that is to come", async () => {
    const { records, find } = start();
    const delivery = newDelivery();
    const first = await claimed(records, delivery);
    await first.reopen(ANSWERS.refused);
    expect(await find(first.transferId)).toBeUndefined();
    const second = await claimed(records, delivery);
    expect(await find(first.transferId)).toBeUndefined();
    expect(await find(second.transferId)).toMatchObject({ kind: "in-progress" });
    expect(await find(second.transferId.replace(/-2$/, "-3"))).toBeUndefined();
  });

  it.each([
    "",
    "-",
    "x-1",
    `${"a".repeat(24)}-0`,
    `${"a".repeat(24)}-01`,
    `${"a".repeat(24)}-1`,
    `${"a".repeat(24)}-9999999999`,
    "é".repeat(24),
  ])("is not there under %j", async (transferId) => {
    expect(await start().find(transferId)).toBeUndefined();
  });

  it("is not found by the id of a guard", async () => {
    const { records, find } = start();
    const { transferId } = await claimed(records, newDelivery(), { ...PENDING, callId: "guarded" });
    expect(transferId).toMatch(/^[A-Za-z0-9_-]{24}-1$/);
    expect(await find(transferId)).toBeDefined();
  });
});
