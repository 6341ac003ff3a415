/** What every store of claims and records has to do. Time is the caller's to move; a store of many processes passes it with one `Records` each. */
import { describe, expect, it } from "vitest";
import type { Delivery } from "../../lib/transfer/delivery.ts";
import type { Claim, RecordState, Records } from "../../lib/transfer/service.ts";
import { claimed, PENDING, toSettled } from "../support/claims.ts";
import { toDeadline } from "../support/transfer-service.ts";

/** No claim lives longer: the function's time-out (28 s) and a margin. */
const LEASE_MAX_MS = 60_000;
/** A claim lives at least as long as the function that made it. */
const LEASE_MIN_MS = 28_000;

export interface RecordsUnderTest {
  readonly records: Records;
  /** Another one over the same store, as another process would hold it. */
  readonly others: Records;
  advance(ms: number): void;
}

export function describeRecords(name: string, start: () => Promise<RecordsUnderTest> | RecordsUnderTest): void {
  let count = 0;
  function newDelivery(): Delivery {
    count += 1;
    return { explicit: true, key: `delivery-${count}`, fingerprint: `fingerprint-${count}` };
  }

  describe(`${name} as records`, () => {
    it("know nothing of a delivery that nobody claimed", async () => {
      const { records } = await start();
      expect(await records.read(newDelivery(), toDeadline())).toBeUndefined();
    });

    it("give one claim for a delivery, whoever asks", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const claims = await Promise.all([records, others, records, others].map((each) => each.claim(delivery, PENDING)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    });

    it("give each delivery a claim of its own", async () => {
      const { records } = await start();
      const [one, two] = [await claimed(records, newDelivery()), await claimed(records, newDelivery())];
      expect(one.transferId).not.toBe(two.transferId);
      expect(one.nonce).not.toBe(two.nonce);
    });

    it("tell that one is in progress as soon as it is claimed", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const { transferId } = await claimed(records, delivery);
      const state = { kind: "in-progress", transferId, fingerprint: delivery.fingerprint };
      expect(await others.read(delivery, toDeadline(0))).toEqual(state);
    });

    it.each(["accepted", "refused", "unknown"] as const)("keep the result of one that ended %s, whole", async (state) => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      await records.finish(claim, toSettled(claim, state));
      expect(await others.read(delivery, toDeadline(0))).toEqual({
        kind: "settled",
        fingerprint: delivery.fingerprint,
        result: toSettled(claim, state),
      });
      if (state !== "refused") expect(await others.claim(delivery, PENDING)).toBeUndefined();
    });

    describe("of deliveries that share an alias", () => {
      function newPair(): readonly [Delivery, Delivery] {
        const [one, two] = [newDelivery(), newDelivery()];
        const alias = `alias-of-${one.key}`;
        return [
          { ...one, alias },
          { ...two, fingerprint: one.fingerprint, alias },
        ];
      }

      it("give one claim, to the first", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        const { transferId } = await claimed(records, one);
        expect(await others.claim(two, PENDING)).toBeUndefined();
        expect(await others.read(two, toDeadline(0))).toMatchObject({ kind: "in-progress", transferId });
      });

      it("answer the second with what became of the first, from then on by its own name, too", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        const claim = await claimed(records, one);
        await records.finish(claim, toSettled(claim, "accepted"));
        const settled = { kind: "settled", result: { transferId: claim.transferId } };
        expect(await others.read(two, toDeadline(0))).toMatchObject(settled);
        expect(await others.read({ ...one, alias: undefined }, toDeadline(0))).toMatchObject(settled);
        expect(await others.read({ ...two, alias: undefined }, toDeadline(0))).toMatchObject(settled);
        expect(await others.claim({ ...two, alias: undefined }, PENDING)).toBeUndefined();
      });

      it("know an alias that came with a delivery that was only read: it was answered from its record", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        const claim = await claimed(records, { ...one, alias: undefined });
        await records.finish(claim, toSettled(claim, "accepted"));
        await records.read(one, toDeadline(0));
        expect(await others.read(two, toDeadline(0))).toMatchObject({ kind: "settled", result: { transferId: claim.transferId } });
        expect(await others.claim(two, PENDING)).toBeUndefined();
      });

      it("know an alias that came with a delivery that was read before anybody claimed it", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        expect(await records.read(one, toDeadline(0))).toBeUndefined();
        await claimed(records, { ...one, alias: undefined });
        expect(await others.claim(two, PENDING)).toBeUndefined();
      });

      it("know the first one's later aliases as the second's, whose id somebody made up", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        const claim = await claimed(records, two);
        await records.finish(claim, toSettled(claim, "accepted"));
        await records.read(one, toDeadline(0));
        expect(await others.claim({ ...one, alias: `later-${one.key}` }, PENDING)).toBeUndefined();
      });

      it("lead nobody away by a name under which the first was seen again: one that asks for something else has its own", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        const claim = await claimed(records, one);
        await records.finish(claim, toSettled(claim, "accepted"));
        // Somebody has captured the first, and sends it as if it were a third, with or without what a third asks for.
        const third = { ...newDelivery(), alias: `alias-of-another-${one.key}` };
        await records.read({ ...third, alias: one.alias }, toDeadline(0));
        expect(await records.claim({ ...third, alias: one.alias }, PENDING)).toBeUndefined();
        await records.read({ ...two, key: third.key }, toDeadline(0));
        expect(await others.read(third, toDeadline(0))).toBeUndefined();
        const own = await claimed(others, third);
        await records.read({ ...two, key: third.key }, toDeadline(0));
        expect(await records.read({ ...third, alias: `again-${one.key}` }, toDeadline(0))).toMatchObject({
          kind: "in-progress",
          transferId: own.transferId,
        });
      });

      it("know the second as the first, whatever else was sent by the second's name meanwhile", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        const [third] = newPair();
        for (const each of [one, third]) await claimed(records, each);
        await records.read({ ...third, key: two.key }, toDeadline(0));
        await records.read(two, toDeadline(0));
        await records.read({ ...third, key: two.key }, toDeadline(0));
        expect(await others.claim({ ...two, alias: `later-${two.key}` }, PENDING)).toBeUndefined();
      });

      it("open both where the effect was none, for one claim", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        await records.finish(await claimed(records, one), "open");
        await claimed(others, two);
        expect(await records.claim(one, PENDING)).toBeUndefined();
      });

      it("know a further alias of the same delivery, as of one that was signed anew", async () => {
        const { records, others } = await start();
        const [one, two] = newPair();
        await records.finish(await claimed(records, one), "open");
        const again = { ...one, alias: `again-${one.key}` };
        await claimed(records, again);
        expect(await others.claim({ ...two, alias: again.alias }, PENDING)).toBeUndefined();
        expect(await others.claim(two, PENDING)).toBeUndefined();
      });
    });

    it("open one whose effect was none: it can be claimed again, under another id", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const first = await claimed(records, delivery);
      await records.finish(first, "open");
      expect(await others.read(delivery, toDeadline(0))).toEqual({ kind: "open", fingerprint: delivery.fingerprint });
      const second = await claimed(others, delivery);
      expect(second.nonce).not.toBe(first.nonce);
      expect(second.transferId).not.toBe(first.transferId);
      expect(await records.claim(delivery, PENDING)).toBeUndefined();
    });

    it("give no claim of an open one for another request under the same name", async () => {
      const { records } = await start();
      const delivery = newDelivery();
      await records.finish(await claimed(records, delivery), "open");
      expect(await records.claim({ ...delivery, fingerprint: "another" }, PENDING)).toBeUndefined();
      expect(await records.read(delivery, toDeadline(0))).toMatchObject({ kind: "open", fingerprint: delivery.fingerprint });
    });

    it("give a claim of one that was refused, to whoever asks for it again", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      await records.finish(claim, toSettled(claim, "refused"));
      await claimed(others, delivery);
      expect(await records.claim(delivery, PENDING)).toBeUndefined();
    });

    it.each<[string, Partial<Claim>]>([
      ["another nonce", { nonce: "stale" }],
      ["another key", { key: "nobody's" }],
    ])("ignore the end of one that is told with %s", async (_what, over) => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      await others.finish({ ...claim, ...over }, "open");
      expect(await records.read(delivery, toDeadline(0))).toMatchObject({ kind: "in-progress", transferId: claim.transferId });
    });

    it("ignore the end that an earlier holder tells of one that was claimed again", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const first = await claimed(records, delivery);
      await records.finish(first, "open");
      const second = await claimed(others, delivery);
      await records.finish(first, toSettled(first, "accepted"));
      expect(await others.read(delivery, toDeadline(0))).toMatchObject({ kind: "in-progress", transferId: second.transferId });
    });

    it("ignore what is told of one that has ended", async () => {
      const { records } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      await records.finish(claim, toSettled(claim, "accepted"));
      await records.finish(claim, "open");
      expect(await records.read(delivery, toDeadline(0))).toMatchObject({ kind: "settled", result: { state: "accepted" } });
    });

    it("hold a claim for as long as the function may run", async () => {
      const { records, others, advance } = await start();
      const delivery = newDelivery();
      await claimed(records, delivery);
      advance(LEASE_MIN_MS);
      expect(await others.read(delivery, toDeadline(0))).toMatchObject({ kind: "in-progress" });
    });

    it("call one unknown whose claimant is gone, and give it to nobody", async () => {
      const { records, others, advance } = await start();
      const delivery = newDelivery();
      const { transferId } = await claimed(records, delivery);
      advance(LEASE_MAX_MS);
      expect(await others.read(delivery, toDeadline())).toEqual({
        kind: "settled",
        fingerprint: delivery.fingerprint,
        result: { ...PENDING, transferId, replayed: false, state: "unknown", code: "gateway-timeout" },
      });
      expect(await others.claim(delivery, PENDING)).toBeUndefined();
    });

    it("learn the truth from a claimant that comes late", async () => {
      const { records, others, advance } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      advance(LEASE_MAX_MS);
      await records.finish(claim, toSettled(claim, "accepted"));
      expect(await others.read(delivery, toDeadline(0))).toMatchObject({ kind: "settled", result: { state: "accepted" } });
    });

    it("wait for one that is in progress, and tell how it ended", async () => {
      const { records, others } = await start();
      const delivery = newDelivery();
      const claim = await claimed(records, delivery);
      const waiting = others.read(delivery, toDeadline());
      await records.finish(claim, toSettled(claim, "accepted"));
      expect(await waiting).toMatchObject({ kind: "settled", result: { state: "accepted" } });
    });

    it.each([
      ["when no time is left", () => toDeadline(0)],
      ["once aborted", () => toDeadline(60_000, AbortSignal.abort())],
    ])("stop waiting %s", async (_when, deadline) => {
      const { records } = await start();
      const delivery = newDelivery();
      await claimed(records, delivery);
      expect(await records.read(delivery, deadline())).toMatchObject({ kind: "in-progress" });
    });

    it("stop waiting when they are aborted meanwhile", async () => {
      const { records } = await start();
      const delivery = newDelivery();
      await claimed(records, delivery);
      const controller = new AbortController();
      const waiting: Promise<RecordState | undefined> = records.read(delivery, toDeadline(60_000, controller.signal));
      controller.abort();
      expect(await waiting).toMatchObject({ kind: "in-progress" });
    });
  });
}
