/** When a conversation is told what became of its transfer, and that it holds up nobody: with records and a queue that do what the test says. */
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { type Conversations, createTellConversation } from "../../lib/http/tell-conversation.ts";
import type { Outcome } from "../../lib/sources/source.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { DRY_RUN, failureOf, resultOf } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, toDeadline, UNKNOWN } from "../support/transfer-service.ts";

const CONVERSATION = { serviceUrl: "https://a.example/", conversationId: "canary-conversation", botId: "b", userId: "canary-user" };
const TELL_MAX_MS = 1_000;

async function tell(outcomes: readonly Outcome[], over: Partial<Conversations> = {}, deadline = toDeadline()) {
  const told: unknown[] = [];
  const log = createKeptLog();
  const conversations: Conversations = {
    tellRecorded: async (transferId) => void told.push(transferId),
    tell: async ({ connection, conversation, status }) => void told.push([connection, conversation, status.state, status.ccgw_code]),
    ...over,
  };
  const begunMs = performance.now();
  await createTellConversation({ conversations, log })({
    ...{ connection: "bot", conversation: CONVERSATION, requestId: "r-1" },
    ...{ outcomes, deadline },
  });
  expect(JSON.stringify(log)).not.toContain("canary");
  return { told, problems: log.problems, tookMs: performance.now() - begunMs };
}

/** Until it is given up. */
function wait(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(new TransferError("store-unavailable", { reason: "queue: AbortError" }));
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
  });
}

describe("a conversation", () => {
  it.each([
    ["accepted", resultOf(ACCEPTED)],
    ["unknown: its record knows whether there is something to tell", resultOf(UNKNOWN)],
  ])("is told what the record of its transfer says where that is %s", async (_what, outcome) => {
    expect(await tell([outcome])).toMatchObject({ told: ["transfer-1"], problems: [] });
  });

  it.each([
    ["refused", resultOf(REFUSED), "gateway-refused"],
    ["no valid request", failureOf("invalid-request"), "invalid-request"],
    ["too old", failureOf("expired"), "expired"],
  ])("is told that it has failed where its transfer has no record, and no repeat can mend it: %s", async (_what, outcome, code) => {
    expect((await tell([outcome])).told).toEqual([["bot", CONVERSATION, "failed", code]]);
  });

  it.each([
    ["a repeat", resultOf(ACCEPTED, { replayed: true })],
    ["worth a repeat", failureOf("gateway-unreachable")],
    ["perhaps done", failureOf("gateway-timeout")],
    ["another's call", failureOf("call-busy")],
    ["a dry run", DRY_RUN],
  ])("is told nothing of what is %s", async (_what, outcome) => {
    expect(await tell([outcome])).toMatchObject({ told: [], problems: [] });
  });
});

describe("telling", () => {
  it("is given up after a second, and the log says why", async () => {
    const { problems, tookMs } = await tell([resultOf(ACCEPTED)], { tellRecorded: (_id, signal) => wait(signal) });
    expect(tookMs).toBeGreaterThan(TELL_MAX_MS - 50);
    expect(tookMs).toBeLessThan(TELL_MAX_MS + 500);
    expect(problems).toEqual([
      {
        what: "conversation not told",
        fields: { requestId: "r-1", connection: "bot", code: "store-unavailable", reason: "queue: AbortError" },
      },
    ]);
  });

  it("is given up with the caller's deadline", async () => {
    const { problems, tookMs } = await tell(
      [failureOf("forbidden")],
      { tell: (_told, signal) => wait(signal) },
      toDeadline(0, AbortSignal.abort()),
    );
    expect(tookMs).toBeLessThan(500);
    expect(problems).toHaveLength(1);
  });

  it("fails nobody, whatever it throws", async () => {
    const tellRecorded = () => Promise.reject(new RangeError("canary"));
    expect((await tell([resultOf(ACCEPTED)], { tellRecorded })).problems).toMatchObject([{ fields: { reason: "unexpected RangeError" } }]);
  });
});
