/** What records do with deliveries that carry a signature, over every store: one that was seen is the same delivery, under whatever id. */
import { describe, expect, it } from "vitest";
import type { Delivery } from "../../lib/transfer/delivery.ts";
import { ANSWERS, claimed, claimOnce } from "../support/claims.ts";
import { toDeadline } from "../support/transfer-service.ts";
import { newDelivery, type StartRecords } from "./records-contract.ts";

export function describeAliases(name: string, start: StartRecords): void {
  describe(`${name} of deliveries that share a signature`, () => {
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
      expect(await claimOnce(others, two)).toBeUndefined();
      expect(await others.read(two, toDeadline(0))).toMatchObject({ kind: "in-progress", transferId });
    });

    it("answer the second with what became of the first, from then on by its own name, too", async () => {
      const { records, others } = await start();
      const [one, two] = newPair();
      const claim = await claimed(records, one);
      await claim.settle(ANSWERS.accepted);
      const settled = { kind: "settled", result: { transferId: claim.transferId } };
      expect(await others.read(two, toDeadline(0))).toMatchObject(settled);
      expect(await others.read({ ...one, alias: undefined }, toDeadline(0))).toMatchObject(settled);
      expect(await others.read({ ...two, alias: `later-${two.key}` }, toDeadline(0))).toMatchObject(settled);
    });

    it("know an alias that came with a delivery that was only read: it was answered from its record", async () => {
      const { records, others } = await start();
      const [one, two] = newPair();
      const claim = await claimed(records, { ...one, alias: undefined });
      await claim.settle(ANSWERS.accepted);
      await records.read(one, toDeadline(0));
      expect(await others.read(two, toDeadline(0))).toMatchObject({ kind: "settled", result: { transferId: claim.transferId } });
      expect(await claimOnce(others, two)).toBeUndefined();
    });

    it("know an alias that came with a delivery that was read before anybody claimed it", async () => {
      const { records, others } = await start();
      const [one, two] = newPair();
      expect(await records.read(one, toDeadline(0))).toMatchObject({ kind: "open" });
      await claimed(records, { ...one, alias: undefined });
      expect(await claimOnce(others, two)).toBeUndefined();
    });

    it("know the first one's later aliases as the second's, whose id somebody made up", async () => {
      const { records, others } = await start();
      const [one, two] = newPair();
      const claim = await claimed(records, two);
      await claim.settle(ANSWERS.accepted);
      await records.read(one, toDeadline(0));
      expect(await claimOnce(others, { ...one, alias: `later-${one.key}` })).toBeUndefined();
    });

    it("lead nobody away by a name under which the first was seen again: one that asks for something else has its own", async () => {
      const { records, others } = await start();
      const [one, two] = newPair();
      const claim = await claimed(records, one);
      await claim.settle(ANSWERS.accepted);
      // Somebody has captured the first, and sends it as if it were a third, with or without what a third asks for.
      const third = { ...newDelivery(), alias: `alias-of-another-${one.key}` };
      await records.read({ ...third, alias: one.alias }, toDeadline(0));
      expect(await claimOnce(records, { ...third, alias: one.alias })).toBeUndefined();
      await records.read({ ...two, key: third.key }, toDeadline(0));
      expect(await others.read(third, toDeadline(0))).toMatchObject({ kind: "open", firstSeenAt: undefined });
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
      expect(await claimOnce(others, { ...two, alias: `later-${two.key}` })).toBeUndefined();
    });

    it("open both where the effect was none, for one claim", async () => {
      const { records, others } = await start();
      const [one, two] = newPair();
      await (await claimed(records, one)).reopen();
      await claimed(others, two);
      expect(await claimOnce(records, one)).toBeUndefined();
    });

    it("know a further alias of the same delivery, as of one that was signed anew", async () => {
      const { records, others } = await start();
      const [one, two] = newPair();
      await (await claimed(records, one)).reopen();
      const again = { ...one, alias: `again-${one.key}` };
      await claimed(records, again);
      expect(await claimOnce(others, { ...two, alias: again.alias })).toBeUndefined();
      expect(await claimOnce(others, two)).toBeUndefined();
    });
  });
}
