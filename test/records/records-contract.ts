/** What records do with a delivery, over every store. Time is the caller's to move; a store of many processes passes it with one `TransferRecords` each. */
import { describe, expect, it } from "vitest";
import type { TransferRecords } from "../../lib/records/records.ts";
import type { Delivery } from "../../lib/transfer/delivery.ts";
import { ANSWERS, claimed, claimOnce, PENDING, toSettled } from "../support/claims.ts";
import { toDeadline } from "../support/transfer-service.ts";

/** No claim lives longer: the function's time-out (28 s) and a margin. */
const LEASE_MAX_MS = 60_000;
/** A claim lives at least as long as the function that made it. */
const LEASE_MIN_MS = 28_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

export interface RecordsUnderTest {
  readonly records: TransferRecords;
  /** Another one over the same store, as another process would hold it. */
  readonly others: TransferRecords;
  advance(ms: number): void;
}

export type StartRecords = () => Promise<RecordsUnderTest> | RecordsUnderTest;

let count = 0;
export function newDelivery(): Delivery {
  count += 1;
  return { explicit: true, key: `delivery-${count}`, fingerprint: `fingerprint-${count}`, call: `call-${count}` };
}

export function describeRecords(name: string, start: StartRecords): void {
  const read = (records: TransferRecords, delivery: Delivery) => records.read(delivery, toDeadline(0));

  describe(`${name} as records`, () => {
    it("know nothing of a delivery that nobody claimed", async () => {
      const { records } = await start();
      expect(await read(records, newDelivery())).toMatchObject({ kind: "open", firstSeenAt: undefined, isSameRequest: true });
    });

    it("give one claim of a delivery, whoever saw it", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const seen = await Promise.all([records, others, records, others].map((each) => read(each, delivery)));
      const answers = await Promise.all(seen.map((each) => each.claim(PENDING)));
      expect(answers.map(({ kind }) => kind).sort()).toEqual(["claimed", "lost", "lost", "lost"]);
    });

    it("give each delivery a claim of its own", async () => {
      const { records } = await start();
      const [one, two] = [await claimed(records, newDelivery()), await claimed(records, newDelivery())];
      expect(one.transferId).not.toBe(two.transferId);
    });

    it("tell that one is in progress as soon as it is claimed", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const { transferId } = await claimed(records, delivery);
      expect(await read(others, delivery)).toMatchObject({ kind: "in-progress", transferId, isSameRequest: true });
    });

    it.each(["accepted", "refused", "unknown"] as const)("keep the result of one that ended %s, whole", async (state) => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      const result = toSettled(claim, ANSWERS[state]);
      expect(await claim.settle(ANSWERS[state])).toEqual(result);
      expect(await read(others, delivery)).toMatchObject({ kind: "settled", result, isSameRequest: true });
    });

    it("tell that a request is not the one that was made first by this name", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      await claimed(records, delivery);
      expect(await read(others, { ...delivery, fingerprint: "another" })).toMatchObject({ isSameRequest: false });
    });

    it("open one whose effect was none: it can be claimed again, under another id", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const first = await claimed(records, delivery);
      await first.reopen(ANSWERS.refused);
      expect(await read(others, delivery)).toMatchObject({ kind: "open", firstSeenAt: PENDING.receivedAt });
      const second = await claimed(others, delivery);
      expect(second.transferId).not.toBe(first.transferId);
      expect(await claimOnce(records, delivery)).toBeUndefined();
    });

    it("give no claim to who saw it before it was claimed and opened again", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const seen = await read(others, delivery);
      await (await claimed(records, delivery)).reopen();
      expect(await seen.claim(PENDING)).toEqual({ kind: "lost" });
    });

    it("keep when one was seen first, through claims and until it has ended", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const firstSeenAt = "2026-11-23T06:00:00.000Z";
      await (await read(records, delivery)).remember(firstSeenAt);
      await (await read(others, delivery)).remember(PENDING.receivedAt);
      expect(await read(others, delivery)).toMatchObject({ kind: "open", firstSeenAt });
      await (await claimed(records, delivery)).reopen();
      expect(await read(others, delivery)).toMatchObject({ kind: "open", firstSeenAt });
      await (await claimed(records, delivery)).settle(ANSWERS.accepted);
      const again = await (await read(others, delivery)).claim(PENDING);
      if (again.kind !== "claimed") throw new Error("the claim was lost");
      await again.claim.reopen();
      expect(await read(others, delivery)).toMatchObject({ kind: "open", firstSeenAt: PENDING.receivedAt });
    });

    it("ignore the end that an earlier holder tells of one that was claimed again", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const first = await claimed(records, delivery);
      await first.reopen();
      const second = await claimed(others, delivery);
      await expect(first.settle(ANSWERS.accepted)).rejects.toMatchObject({ code: "internal" });
      await expect(first.reopen()).rejects.toMatchObject({ code: "internal" });
      expect(await read(others, delivery)).toMatchObject({ kind: "in-progress", transferId: second.transferId });
    });

    it("hold a claim for as long as the function may run", async () => {
      const { records, others, advance } = await start();
      const delivery = newDelivery();
      await claimed(records, delivery);
      advance(LEASE_MIN_MS);
      expect(await read(others, delivery)).toMatchObject({ kind: "in-progress" });
    });

    it("call one unknown whose claimant is gone", async () => {
      const { records, others, advance } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      advance(LEASE_MAX_MS);
      const result = toSettled(claim, { state: "unknown", code: "gateway-timeout" });
      expect(await others.read(delivery, toDeadline())).toMatchObject({ kind: "settled", result });
    });

    it.each([
      ["accepted", "settled"],
      ["refused", "open"],
    ] as const)("learn from a claimant that comes late that it was %s", async (state, kind) => {
      const { records, others, advance } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      advance(LEASE_MAX_MS);
      await (state === "refused" ? claim.reopen() : claim.settle(ANSWERS[state]));
      expect(await read(others, delivery)).toMatchObject({ kind });
    });

    it("wait for one that is in progress, and tell how it ended", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      const waiting = others.read(delivery, toDeadline());
      await claim.settle(ANSWERS.accepted);
      expect(await waiting).toMatchObject({ kind: "settled", result: { state: "accepted" } });
    });

    it.each([
      ["when no time is left", () => toDeadline(0)],
      ["where less is left than a look and an answer take", () => toDeadline(549)],
    ])("stop waiting %s", async (_when, deadline) => {
      const { records } = await start();
      const delivery = newDelivery();
      await claimed(records, delivery);
      expect(await records.read(delivery, deadline())).toMatchObject({ kind: "in-progress" });
    });

    it("forget one that nobody wrote for as long as records are kept, whether the store has deleted it or not", async () => {
      const { records, others, advance } = await start();
      const delivery = newDelivery();
      await (await claimed(records, delivery)).settle(ANSWERS.accepted);
      advance(30 * DAY_MS - 1_000);
      expect(await read(others, delivery)).toMatchObject({ kind: "settled" });
      advance(1_000);
      expect(await read(others, delivery)).toMatchObject({ kind: "open", firstSeenAt: undefined });
      await claimed(records, delivery);
      expect(await claimOnce(others, delivery)).toBeUndefined();
    });
  });
}
