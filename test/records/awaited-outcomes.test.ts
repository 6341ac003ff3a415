/** What is told of a transfer to the conversation that asked for it, and when: in memory, at once and by the sweep. */
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import type { ToldOutcome } from "../../lib/records/sweep.ts";
import type { Delivery } from "../../lib/transfer/delivery.ts";
import { UNCONFIRMED_AFTER_MS } from "../../lib/transfer/outcome.ts";
import type { Pending } from "../../lib/transfer/records.ts";
import type { GatewayAnswer } from "../../lib/transfer/result.ts";
import { ANSWERS, claimed, PENDING } from "../support/claims.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { tellUnread } from "../support/tell-unread.ts";
import { toDeadline } from "../support/transfer-service.ts";

const SIGNAL = new AbortController().signal;
const CONVERSATION = {
  serviceUrl: "https://europe.directline.botframework.com/",
  conversationId: "c-1",
  activityId: "c-1|0000012",
  botId: "bot@1",
  userId: "dl_2",
};
const ASKED = { conversation: CONVERSATION } as const;
const DELIVERY: Delivery = { explicit: false, key: "d-1", fingerprint: "f-1", call: JSON.stringify(["call", "main", PENDING.callId]) };

async function startAnswered(pending: Partial<Pending>, answer: GatewayAnswer) {
  const clock = createManualClock();
  const { wallMs } = clock;
  const records = createTestRecords({ wallMs, store: createMemoryStore(clock) });
  const told: ToldOutcome[] = [];
  const tell = async (outcome: ToldOutcome) => void told.push(outcome);
  const sweep = records.sweep({ tell, inquire: async () => undefined, tellUnknown() {} });
  const claim = await claimed(records, DELIVERY, pending);
  await claim.settle(answer);
  return {
    records,
    claim,
    pass: clock.pass,
    tellNow: () => records.outbox(tell).tell(claim.transferId.replace(/-\d+$/, ""), SIGNAL),
    async sweepAll() {
      for await (const id of sweep.due(SIGNAL, tellUnread)) await sweep.settle(id, SIGNAL);
    },
    take: (succeeded: boolean) =>
      records.events.take({ kind: "transfer-result", gateway: "main", agentId: "101", callId: PENDING.callId, succeeded }, SIGNAL),
    /** Since the last time that it was asked. */
    toldNow: () => told.splice(0).map(({ result: { state, outcome }, conversation }) => ({ state, outcome, conversation })),
  };
}

describe("a conversation that asked for a transfer", () => {
  it.each([
    [true, "pending"],
    [false, "not-observed"],
  ] as const)("is told at once that it is accepted, and once: observed %s", async (observed, outcome) => {
    const { tellNow, toldNow, sweepAll } = await startAnswered({ ...ASKED, observed }, ANSWERS.accepted);
    expect(await tellNow()).toBe(true);
    expect(toldNow()).toEqual([{ state: "accepted", outcome, ...ASKED }]);
    expect(await tellNow()).toBe(false);
    await sweepAll();
    expect(toldNow()).toEqual([]);
  });

  it("is told by the sweep where that came to nothing", async () => {
    const { toldNow, sweepAll } = await startAnswered(ASKED, ANSWERS.accepted);
    await sweepAll();
    expect(toldNow()).toMatchObject([{ state: "accepted", outcome: "pending" }]);
  });

  it.each([
    [true, "completed"],
    [false, "failed"],
  ] as const)("is told how it ended after that: succeeded %s", async (succeeded, outcome) => {
    const { tellNow, toldNow, take, sweepAll } = await startAnswered(ASKED, ANSWERS.accepted);
    await tellNow();
    await take(succeeded);
    await sweepAll();
    expect(toldNow().map((told) => told.outcome)).toEqual(["pending", outcome]);
  });

  it("is told at once how it ended where that was faster", async () => {
    const { tellNow, toldNow, take } = await startAnswered(ASKED, ANSWERS.accepted);
    await take(true);
    await tellNow();
    expect(toldNow().map((told) => told.outcome)).toEqual(["completed"]);
  });

  it("is told nothing of one whose answer was lost, until an event proves something", async () => {
    const { tellNow, toldNow, take, sweepAll } = await startAnswered(ASKED, ANSWERS.unknown);
    expect(await tellNow()).toBe(false);
    await sweepAll();
    expect(toldNow()).toEqual([]);
    await take(true);
    await sweepAll();
    expect(toldNow()).toEqual([{ state: "accepted", outcome: "completed", ...ASKED }]);
  });

  it("has its transfer given up like any other, once it was told", async () => {
    const { tellNow, toldNow, sweepAll, pass } = await startAnswered(ASKED, ANSWERS.accepted);
    await tellNow();
    pass(UNCONFIRMED_AFTER_MS);
    await sweepAll();
    expect(toldNow().map((told) => told.outcome)).toEqual(["pending", "unconfirmed"]);
  });

  it("is not in the result that others are told", async () => {
    const { records } = await startAnswered(ASKED, ANSWERS.accepted);
    const seen = await records.read(DELIVERY, toDeadline(0));
    expect(JSON.stringify(seen)).toContain("accepted");
    expect(JSON.stringify(seen)).not.toContain(CONVERSATION.userId);
  });
});

it("is nobody where a record has none: nothing is told while the outcome is open", async () => {
  const { tellNow, toldNow, sweepAll } = await startAnswered({}, ANSWERS.accepted);
  expect(await tellNow()).toBe(false);
  await sweepAll();
  expect(toldNow()).toEqual([]);
});
