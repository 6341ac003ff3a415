/** Who is told of an outcome: in a real queue. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import { composeOutcomeQueue } from "../../lib/composition/outcome-queue.ts";
import { composeTellOutcome } from "../../lib/composition/tell-outcome.ts";
import { parseMessage } from "../../lib/queue/outcome-message.ts";
import type { GatewayAnswer, Moved } from "../../lib/transfer/result.ts";
import { toSettled } from "../support/claims.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { receiveAll, startSqs, stubAws } from "../support/sqs.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";

const AT = "2026-11-23T07:00:42.000Z";
const CONVERSATION = { serviceUrl: "https://a.example/", conversationId: "c", activityId: "a", botId: "b", userId: "u" };

let sqs: LocalSqs;
beforeAll(async () => {
  sqs = await startSqs();
});
beforeEach(() => stubAws({ SQS: sqs.url }));
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => sqs.stop());

function tell(answer: GatewayAnswer, outcome: Moved["outcome"], conversation?: typeof CONVERSATION, signal = new AbortController().signal) {
  const result = { ...toSettled({ transferId: "t-1" }, answer), outcome };
  const queue = composeOutcomeQueue({ callbackQueue: sqs.queueUrl, eventBus: "default" });
  return composeTellOutcome(queue, createKeptLog())({ connection: "crm", gateway: "main", result, conversation, at: AT }, signal);
}

async function toldTo() {
  const messages = (await receiveAll(sqs, sqs.queueUrl)).map(({ Body = "" }) => parseMessage(Body));
  return messages.flatMap((parsed) => ("message" in parsed ? parsed.message : [])).toSorted((one, other) => one.to.localeCompare(other.to));
}

describe("an outcome", () => {
  it("is measured by how long it took to know, once all can be told", async () => {
    const log = createKeptLog();
    const tellOutcome = composeTellOutcome(composeOutcomeQueue({ callbackQueue: sqs.queueUrl, eventBus: "default" }), log);
    const result = { ...toSettled({ transferId: "t-1" }, ACCEPTED), outcome: "completed" } as const;
    const told = { connection: "crm", gateway: "main", result, at: AT, tookMs: 1_234 };
    await expect(tellOutcome(told, AbortSignal.abort())).rejects.toMatchObject({ code: "store-unavailable" });
    expect(log.measures).toEqual([]);
    await tellOutcome(told, new AbortController().signal);
    await tellOutcome({ ...told, tookMs: undefined }, new AbortController().signal);
    await toldTo();
    expect(log.measures).toEqual([{ metric: "OutcomeMs", value: 1_234, dimensions: { outcome: "completed" } }]);
  });

  it.each([
    ["completed", ACCEPTED, "completed"],
    ["failed", UNKNOWN, "failed"],
  ] as const)("%s is told to all, and to the conversation that asked for it", async (outcome, answer, state) => {
    await tell(answer, outcome, CONVERSATION);
    const told = await toldTo();
    expect(told.map(({ to }) => to)).toEqual(["callback", "conversation", "event-bus"]);
    expect(told[1]).toEqual({
      to: "conversation",
      notice: {
        schemaVersion: 1,
        connection: "crm",
        conversation: CONVERSATION,
        status: expect.objectContaining({ state, ccgw_outcome: outcome, ccgw_transfer_id: "t-1", ccgw_reference: "ticket" }),
        at: AT,
      },
    });
  });

  it.each(["pending", "not-observed"] as const)("%s is told to the conversation alone", async (outcome) => {
    await tell(ACCEPTED, outcome, CONVERSATION);
    expect(await toldTo()).toMatchObject([{ to: "conversation", notice: { status: { state: "accepted" } } }]);
  });

  it("that nothing was heard of is told to all others: a conversation knows as much", async () => {
    await tell(ACCEPTED, "unconfirmed", CONVERSATION);
    expect((await toldTo()).map(({ to }) => to)).toEqual(["callback", "event-bus"]);
  });

  it("of who did not ask in a conversation is told to the others", async () => {
    await tell(ACCEPTED, "completed");
    expect((await toldTo()).map(({ to }) => to)).toEqual(["callback", "event-bus"]);
  });

  it("of what was refused is told to nobody", async () => {
    await tell(REFUSED, "not-observed", CONVERSATION);
    expect(await toldTo()).toEqual([]);
  });

  it("is told later where there is no time left", async () => {
    const telling = tell(ACCEPTED, "pending", CONVERSATION, AbortSignal.abort());
    await expect(telling).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await toldTo()).toEqual([]);
  });
});
