/** What records do with deliveries that ask for the same call, over every store: one transfer of it at a time, whichever asks. */
import { describe, expect, it } from "vitest";
import type { TransferRecords } from "../../lib/records/records.ts";
import type { Delivery } from "../../lib/transfer/delivery.ts";
import type { CallEvent } from "../../lib/transfer/outcome.ts";
import { ANSWERS, claimed, PENDING } from "../support/claims.ts";
import { toDeadline } from "../support/transfer-service.ts";
import { newDelivery, type StartRecords } from "./records-contract.ts";

const SIGNAL = new AbortController().signal;

export function describeGuards(name: string, start: StartRecords): void {
  let calls = 0;
  /** Two of one call, and what names that at the gateway. */
  function newPair(): { readonly one: Delivery; readonly two: Delivery; readonly callId: string } {
    calls += 1;
    const callId = `guarded-${calls}`;
    const call = JSON.stringify(["call", "main", callId]);
    return { one: { ...newDelivery(), call }, two: { ...newDelivery(), call }, callId };
  }
  const claim = async (records: TransferRecords, delivery: Delivery) => (await records.read(delivery, toDeadline(0))).claim(PENDING);
  const result = (callId: string, succeeded: boolean): CallEvent => ({
    kind: "transfer-result",
    gateway: "main",
    agentId: "101",
    callId,
    succeeded,
  });

  describe(`${name} of one call`, () => {
    it("give no claim to another delivery while one is in flight, and say when to come again", async () => {
      const { records, others } = await start();
      const { one, two } = newPair();
      await claimed(records, one);
      expect(await claim(others, two)).toEqual({ kind: "busy", inFlight: true, retryAfterSeconds: 5 });
    });

    it("give one claim to one of two deliveries that were seen at the same time", async () => {
      const { records, others } = await start();
      const { one, two } = newPair();
      const seen = await Promise.all([records.read(one, toDeadline(0)), others.read(two, toDeadline(0))]);
      const answers = await Promise.all(seen.map((each) => each.claim(PENDING)));
      expect(answers.map(({ kind }) => kind).sort()).toEqual(["busy", "claimed"]);
    });

    it.each(["accepted", "unknown"] as const)("of which one is %s wait a minute for its outcome", async (state) => {
      const { records, others, advance } = await start();
      const { one, two } = newPair();
      await (await claimed(records, one)).settle(ANSWERS[state]);
      expect(await claim(others, two)).toEqual({ kind: "busy", inFlight: false, retryAfterSeconds: 60 });
      advance(59_999);
      expect(await claim(others, two)).toMatchObject({ kind: "busy", inFlight: false });
      advance(1);
      expect(await claim(others, two)).toMatchObject({ kind: "claimed" });
    });

    it("of which one's claimant is gone wait for its lease, and a minute more", async () => {
      const { records, others, advance } = await start();
      const { one, two } = newPair();
      await claimed(records, one);
      advance(35_000);
      expect(await claim(others, two)).toMatchObject({ kind: "busy", inFlight: false });
      advance(60_000);
      expect(await claim(others, two)).toMatchObject({ kind: "claimed" });
    });

    it.each(["reopened", "refused for good"])("of which one was %s are free at once", async (how) => {
      const { records, others } = await start();
      const { one, two } = newPair();
      const first = await claimed(records, one);
      await (how === "reopened" ? first.reopen() : first.settle(ANSWERS.refused));
      expect(await claim(others, two)).toMatchObject({ kind: "claimed" });
    });

    it.each([true, false])("of which one has ended (well: %s) are free at once", async (succeeded) => {
      const { records, others } = await start();
      const { one, two, callId } = newPair();
      const first = await records.read(one, toDeadline(0));
      const answer = await first.claim({ ...PENDING, callId });
      if (answer.kind !== "claimed") throw new Error("the claim was lost");
      await answer.claim.settle(ANSWERS.accepted);
      await others.events.take(result(callId, succeeded), SIGNAL);
      expect(await claim(others, two)).toMatchObject({ kind: "claimed" });
    });

    it("stay with who has them, whatever an earlier claimant of another delivery tells late", async () => {
      const { records, others, advance } = await start();
      const { one, two } = newPair();
      const first = await claimed(records, one);
      advance(95_000);
      await claimed(others, two);
      await first.reopen();
      expect(await claim(records, one)).toMatchObject({ kind: "busy", inFlight: true });
    });

    it("do not hinder another call, nor the same number at another gateway", async () => {
      const { records, others } = await start();
      const { one } = newPair();
      await claimed(records, one);
      expect(await claim(others, newPair().one)).toMatchObject({ kind: "claimed" });
    });

    it("are held by a copy of the delivery as by itself", async () => {
      const { records, others } = await start();
      const { one } = newPair();
      const [seen, copy] = await Promise.all([records.read(one, toDeadline(0)), others.read(one, toDeadline(0))]);
      const first = await seen.claim(PENDING);
      expect(await copy.claim(PENDING)).toEqual({ kind: "lost" });
      if (first.kind !== "claimed") throw new Error("the claim was lost");
      await first.claim.reopen();
      expect(await claim(others, one)).toMatchObject({ kind: "claimed" });
    });
  });
}
