/** What is kept of a delivery, where others write at the same moment or keys change. */
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import type { RecordItem } from "../../lib/records/record-item.ts";
import { ANSWERS, claimed, PENDING } from "../support/claims.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { DERIVED, named, SIGNAL, toCallEvent } from "../support/one-call.ts";
import { ACCEPTED, startService, toDeadline, UNKNOWN } from "../support/transfer-service.ts";

describe("an unknown transfer", () => {
  it("is repeated by nobody, also where the customer has left", async () => {
    const records = createTestRecords();
    const service = startService({ sends: [async () => UNKNOWN, async () => ACCEPTED], observed: true, records });
    await service.transfer();
    await records.events.take({ kind: "customer-released", gateway: "site-a", agentId: "101", callId: "1552524689-1" }, SIGNAL);
    expect(await service.transfer()).toMatchObject({ result: { state: "unknown", outcome: "failed", replayed: true } });
    expect(service.calls.filter((call) => call === "send")).toHaveLength(1);
  });
});

describe("a record that an older key's mark leads to", () => {
  const [OLD, NEW] = ["old-key-of-the-records-for-tests-alone", "new-key-of-the-records-for-tests-alone"];
  const DAY_MS = 24 * 60 * 60 * 1_000;

  it("is found for as long as it is kept", async () => {
    const clock = createManualClock();
    const store = createMemoryStore(clock);
    const make = (keys: readonly [string, ...string[]]) => createTestRecords({ wallMs: clock.wallMs, store, keys });
    const both = make([OLD, NEW]);
    await (await claimed(both, DERIVED)).settle(ANSWERS.accepted);
    await both.events.take(toCallEvent("connect-failed"), SIGNAL);
    clock.pass(30 * DAY_MS - 60_000);
    const now = make([NEW]);
    // Pressed once more.
    const again = await (await now.read(DERIVED, toDeadline(0))).claim(PENDING);
    if (again.kind !== "claimed") throw new Error(`the claim is ${again.kind}`);
    await again.claim.settle(ANSWERS.accepted);
    clock.pass(3 * DAY_MS);
    expect(await now.read(DERIVED, toDeadline(0))).toMatchObject({ kind: "settled" });
  });
});

describe("an event that loses every write", () => {
  it("is to be brought again, and is given to no other delivery", async () => {
    const clock = createManualClock();
    const memory = createMemoryStore(clock);
    let loses = 0;
    const put: typeof memory.put = async (item, seen, signal) =>
      item.kind === "delivery" && loses-- > 0 ? false : memory.put(item, seen, signal);
    const records = createTestRecords({ wallMs: clock.wallMs, store: { ...memory, put } });
    await (await claimed(records, named("a"))).settle(ANSWERS.accepted);
    clock.pass(60_000);
    await (await claimed(records, named("b"))).settle(ANSWERS.accepted);
    loses = 8;
    const taken = records.events.take(toCallEvent("transfer-result", { succeeded: true }), SIGNAL);
    await expect(taken).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await records.read(named("a"), toDeadline(0))).toMatchObject({ result: { outcome: "pending" } });
  });
});

describe("a refusal", () => {
  it("is not told where a copy was accepted before it could be: that one's answer is", async () => {
    const memory = createMemoryStore({ wallMs: Date.now });
    const copyIsAccepted = Promise.withResolvers<void>();
    const isLetGo = (item: RecordItem) => item.kind === "guard" && item.inFlightUntil === 0;
    let held = false;
    const put: typeof memory.put = async (item, seen, signal) => {
      if (isLetGo(item) && !held) {
        held = true;
        await copyIsAccepted.promise;
      }
      return memory.put(item, seen, signal);
    };
    const records = createTestRecords({ wallMs: Date.now, store: { ...memory, put } });
    const service = startService({ records, sends: [async () => ANSWERS.refused, async () => ACCEPTED] });
    const first = service.transfer({ deliveryId: "d" });
    const copy = service.transfer({ deliveryId: "d" }).finally(copyIsAccepted.resolve);
    expect(await copy).toMatchObject({ result: { state: "accepted", replayed: false } });
    expect(await first).toMatchObject({ result: { state: "accepted", replayed: true } });
  });
});
