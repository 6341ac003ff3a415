/** What records learn from the gateway's events, over every store. */
import { describe, expect, it } from "vitest";
import type { TransferRecords } from "../../lib/records/records.ts";
import type { Delivery } from "../../lib/transfer/delivery.ts";
import { type CallEvent, UNCONFIRMED_AFTER_MS } from "../../lib/transfer/outcome.ts";
import type { Pending } from "../../lib/transfer/records.ts";
import { ANSWERS, claimed, PENDING } from "../support/claims.ts";
import { toDeadline } from "../support/transfer-service.ts";
import { newDelivery, type StartRecords } from "./records-contract.ts";

const SIGNAL = new AbortController().signal;

export function describeOutcomes(name: string, start: StartRecords): void {
  let calls = 0;
  function newCall(over: Partial<Pending> = {}) {
    calls += 1;
    const callId = `told-${calls}`;
    const delivery: Delivery = { ...newDelivery(), explicit: false, call: JSON.stringify(["call", "main", callId]) };
    return { callId, delivery, pending: { ...PENDING, ...over, callId } };
  }
  const event = (callId: string, kind: CallEvent["kind"], over: Partial<CallEvent> = {}): CallEvent => ({
    ...{ kind, gateway: "main", agentId: "101", callId },
    ...over,
  });
  const read = (records: TransferRecords, delivery: Delivery) => records.read(delivery, toDeadline(0));

  describe(`${name} told of a call`, () => {
    it("know the outcome of its transfer from then on", async () => {
      const { records, others } = await start();
      const { callId, delivery, pending } = newCall();
      await (await claimed(records, delivery, pending)).settle(ANSWERS.accepted);
      expect(await read(others, delivery)).toMatchObject({ result: { outcome: "pending" } });
      expect(await others.events.take(event(callId, "transfer-result", { succeeded: true }), SIGNAL)).toBeDefined();
      const result = { state: "accepted", outcome: "completed", outcomeReason: "transferred" };
      expect(await read(records, delivery)).toMatchObject({ kind: "settled", result });
    });

    it("tell it with the gateway's answer where it came before that", async () => {
      const { records, others } = await start();
      const { callId, delivery, pending } = newCall();
      const claim = await claimed(records, delivery, pending);
      expect(await others.events.take(event(callId, "transfer-result", { succeeded: true }), SIGNAL)).toBeUndefined();
      expect(await read(others, delivery)).toMatchObject({ kind: "in-progress" });
      expect(await claim.settle(ANSWERS.accepted)).toMatchObject({ state: "accepted", outcome: "completed" });
    });

    it.each([
      ["transfer-result", { succeeded: true }, { state: "accepted", outcome: "completed" }],
      ["transfer-result", { succeeded: false }, { state: "accepted", outcome: "failed", outcomeReason: "not-transferred" }],
      ["customer-released", {}, { state: "unknown", outcome: "failed", outcomeReason: "customer-left" }],
    ] as const)("settle with %s (%j) one whose answer was lost", async (kind, over, result) => {
      const { records, others } = await start();
      const { callId, delivery, pending } = newCall();
      await (await claimed(records, delivery, pending)).settle(ANSWERS.unknown);
      await others.events.take(event(callId, kind, over), SIGNAL);
      expect(await read(records, delivery)).toMatchObject({ kind: "settled", result });
    });

    it("settle one whose claimant died", async () => {
      const { records, others, advance } = await start();
      const { callId, delivery, pending } = newCall();
      await claimed(records, delivery, pending);
      await others.events.take(event(callId, "transfer-result", { succeeded: true }), SIGNAL);
      advance(35_000);
      expect(await read(records, delivery)).toMatchObject({ result: { state: "accepted", outcome: "completed" } });
    });

    it("are as they were after the same event again", async () => {
      const { records, others } = await start();
      const { callId, delivery, pending } = newCall();
      await (await claimed(records, delivery, pending)).settle(ANSWERS.accepted);
      const failed = event(callId, "transfer-result", { succeeded: false });
      expect(await others.events.take(failed, SIGNAL)).toBeDefined();
      expect(await others.events.take(failed, SIGNAL)).toBeUndefined();
    });

    it("keep both of two events that come at once", async () => {
      const { records, others } = await start();
      const { callId, delivery, pending } = newCall();
      await (await claimed(records, delivery, pending)).settle(ANSWERS.accepted);
      const events = [
        event(callId, "released"),
        event(callId, "customer-released"),
        event(callId, "transfer-result", { succeeded: false }),
      ];
      await Promise.all(events.map((each, index) => (index % 2 === 0 ? records : others).events.take(each, SIGNAL)));
      expect(await read(records, delivery)).toMatchObject({ result: { outcome: "failed", outcomeReason: "customer-left" } });
    });

    it.each([
      ["of another call", { callId: "another" }],
      ["at another gateway", { gateway: "second" }],
      ["of another agent", { agentId: "102" }],
    ] as const)("ignore what is told %s", async (_what, over) => {
      const { records, others } = await start();
      const { callId, delivery, pending } = newCall();
      await (await claimed(records, delivery, pending)).settle(ANSWERS.accepted);
      expect(await others.events.take({ ...event(callId, "transfer-result", { succeeded: true }), ...over }, SIGNAL)).toBeUndefined();
      expect(await read(records, delivery)).toMatchObject({ result: { outcome: "pending" } });
    });

    it.each([
      [true, UNCONFIRMED_AFTER_MS - 1, "pending"],
      [true, UNCONFIRMED_AFTER_MS, "unconfirmed"],
      [false, UNCONFIRMED_AFTER_MS, "not-observed"],
    ] as const)("where somebody listens (%s) call one of which nothing was heard for %i ms %s", async (observed, ms, outcome) => {
      const { records, advance } = await start();
      const { delivery, pending } = newCall({ observed });
      await (await claimed(records, delivery, pending)).settle(ANSWERS.accepted);
      advance(ms);
      expect(await read(records, delivery)).toMatchObject({ result: { outcome } });
    });

    it("tell it with the conversation that asked for it, as it was given", async () => {
      const { records, others } = await start();
      const conversation = { serviceUrl: "https://a.example/", conversationId: "c;1", botId: "b", userId: "u" };
      const { delivery, pending } = newCall({ conversation });
      const { transferId, settle } = await claimed(records, delivery, pending);
      await settle(ANSWERS.accepted);
      const told: unknown[] = [];
      const outbox = others.outbox(async (outcome) => void told.push(outcome.conversation));
      expect(await outbox.tell(transferId.replace(/-\d+$/, ""), SIGNAL)).toBe(true);
      expect(told).toEqual([conversation]);
    });

    it("learn from an event that comes after they had given up", async () => {
      const { records, others, advance } = await start();
      const { callId, delivery, pending } = newCall();
      await (await claimed(records, delivery, pending)).settle(ANSWERS.accepted);
      advance(2 * UNCONFIRMED_AFTER_MS);
      await others.events.take(event(callId, "transfer-result", { succeeded: true }), SIGNAL);
      expect(await read(records, delivery)).toMatchObject({ result: { outcome: "completed" } });
    });

    describe("that is transferred again after it failed", () => {
      async function startAgain(over: Partial<CallEvent> = {}) {
        const { records, others, advance } = await start();
        const { callId, delivery, pending } = newCall();
        await (await claimed(records, delivery, pending)).settle(ANSWERS.accepted);
        const failed = event(callId, "transfer-result", { succeeded: false, ...over });
        await others.events.take(failed, SIGNAL);
        const seen = await (await read(records, delivery)).claim(pending);
        if (seen.kind !== "claimed") throw new Error("the claim was lost");
        await seen.claim.settle(ANSWERS.accepted);
        return { failed, take: (told: CallEvent) => others.events.take(told, SIGNAL), advance, now: () => read(records, delivery) };
      }

      it("take what ended the first for no news of the second when it is told once more", async () => {
        const { failed, take, now } = await startAgain();
        await take(failed);
        expect(await now()).toMatchObject({ result: { outcome: "pending" } });
      });

      it("take the same for news a minute later", async () => {
        const { failed, take, now, advance } = await startAgain();
        advance(60_000);
        await take(failed);
        expect(await now()).toMatchObject({ result: { outcome: "failed" } });
      });

      it("take another end for news at once", async () => {
        const { failed, take, now } = await startAgain();
        await take({ ...failed, succeeded: true });
        expect(await now()).toMatchObject({ result: { outcome: "completed" } });
      });

      it.each([
        [1_000, "pending"],
        [1_001, "failed"],
      ])("go by the gateway's time where it gives one: the first at 1000, told at %i", async (generatedAt, outcome) => {
        const { failed, take, now } = await startAgain({ generatedAt: 1_000 });
        await take({ ...failed, generatedAt });
        expect(await now()).toMatchObject({ result: { outcome } });
      });
    });
  });
}
