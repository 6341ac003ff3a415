/**
 * No bot is told that nothing happened where something may have, of a delivery id that was used for another request, too, nor that a person is on the way once
 * that has failed; and each is told what was cut.
 */
import { describe, expect, it } from "vitest";
import { FAILURES, type FailureCode, TransferError } from "../../lib/errors.ts";
import type { Outcome } from "../../lib/sources/source.ts";
import { PROOF, toWebhook } from "../support/connect-documents.ts";
import { configure, DRY_RUN, resultOf } from "../support/open-source.ts";
import { ACCEPTED, UNKNOWN } from "../support/transfer-service.ts";

const BOTS = ["bot-framework", "botpress", "dialogflow-cx", "lex-v2", "rasa"] as const;
const CODES = Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));
const TEXTS = { accepted: { default: "said of accepted" }, unknown: { default: "said of unknown" }, failed: { default: "said of failed" } };
/** Botpress shows no text. */
const CONNECTIONS: Readonly<Record<string, object>> = {
  "bot-framework": { verification: { accepted: [{ id: "k", value: "never-compared" }], channels: ["directline"] }, texts: TEXTS },
  botpress: {},
  rasa: { texts: TEXTS, events: ["action_hand_over"] },
};

const TOLD_CUT = member("ccgw_call_data_truncated", true);
const CUT_DRY_RUN: Outcome =
  DRY_RUN.kind === "dry-run" ? { ...DRY_RUN, request: { ...DRY_RUN.request, callDataTruncated: true } } : DRY_RUN;
const MISMATCH = "idempotency-mismatch";

/** As a member, or as a slot. */
function member(name: string, value: string | boolean): RegExp {
  return new RegExp(`"${name}"(:|,"value":)"?${value}\\b`);
}

async function answerOf(source: string, outcome: Outcome): Promise<string> {
  const verification = source === "lex-v2" ? { scheme: "invoked-by-lambda" } : { secrets: [{ id: "k", value: "never-compared" }] };
  const { open } = await configure({ source, verification, ...(CONNECTIONS[source] ?? { texts: TEXTS }) });
  const opened = await open(toWebhook(source), PROOF);
  return opened.reply([outcome], () => expect.unreachable()).body;
}

describe.each(BOTS)("%s", (source) => {
  it.each(CODES)("hears of %s with effect unknown that it may have happened", async (code) => {
    const error = new TransferError(code, { reason: "planted", effect: "unknown", transferId: "t-of-the-first" });
    const body = await answerOf(source, { kind: "failure", error });
    expect(body).toContain('"unknown"');
    expect(body).not.toMatch(/"(failed|Failed)"|said of failed/);
    expect(body.includes("t-of-the-first")).toBe(code !== MISMATCH);
  });

  it("hears of a used delivery id whose first did nothing that it failed", async () => {
    const error = new TransferError(MISMATCH, { reason: "planted", effect: "none", transferId: "t-of-the-first" });
    const body = await answerOf(source, { kind: "failure", error });
    expect(body).toContain('"failed"');
    expect(body).not.toContain("t-of-the-first");
  });

  it.each([
    ["is moving", true],
    ["has moved", false],
  ])("hears of a call that another delivery %s that the customer may be on the way", async (_what, retryable) => {
    const body = await answerOf(source, { kind: "failure", error: new TransferError("call-busy", { reason: "planted", retryable }) });
    expect(body).toContain('"unknown"');
    expect(body).not.toMatch(/"(failed|Failed)"|said of failed/);
    expect(body).toMatch(member("ccgw_retryable", retryable));
    expect(body).toMatch(member("ccgw_effect", "none"));
  });

  it.each(["connect-failed", "not-transferred", "customer-left"] as const)(
    "hears that nobody is on the way once an accepted transfer has failed: %s",
    async (outcomeReason) => {
      for (const answer of [ACCEPTED, { state: "accepted" } as const, UNKNOWN]) {
        const body = await answerOf(source, resultOf(answer, { outcome: "failed", outcomeReason, replayed: true }));
        expect(body).toMatch(member("ccgw_state", "failed"));
        expect(body).toMatch(member("ccgw_outcome", "failed"));
        expect(body).toMatch(member("ccgw_outcome_reason", outcomeReason));
        expect(body).toMatch(member("ccgw_effect", "unknown"));
        expect(body).toMatch(member("ccgw_retryable", false));
        expect(body).not.toMatch(/"(accepted|Fulfilled)"|said of (accepted|unknown)|liveAgentHandoff|conversationId/);
        if (source !== "botpress") expect(body).toContain("said of failed");
      }
    },
  );

  it.each([
    ["pending", undefined],
    ["completed", "answered"],
    ["unconfirmed", "let-go"],
    ["not-observed", undefined],
  ] as const)("hears of an accepted transfer that is %s that a person is on the way, or there", async (outcome, outcomeReason) => {
    const body = await answerOf(source, resultOf(ACCEPTED, { outcome, outcomeReason }));
    expect(body).toMatch(member("ccgw_state", "accepted"));
    expect(body).toMatch(member("ccgw_outcome", outcome));
    if (outcomeReason !== undefined) expect(body).toMatch(member("ccgw_outcome_reason", outcomeReason));
    else expect(body).not.toMatch(/ccgw_outcome_reason"(:|,"value":)"/);
    if (source !== "botpress") expect(body).toContain("said of accepted");
  });

  it.each([
    ["accepted", resultOf(ACCEPTED, { callDataTruncated: true })],
    ["unknown", resultOf(UNKNOWN, { callDataTruncated: true })],
    ["a dry run", CUT_DRY_RUN],
  ] as const)("hears that call data was cut of what is %s", async (_what, outcome) => {
    expect(await answerOf(source, outcome)).toMatch(TOLD_CUT);
  });

  it.each([resultOf(ACCEPTED), DRY_RUN])("hears of no cut where there was none (%#)", async (outcome) => {
    expect(await answerOf(source, outcome)).not.toMatch(TOLD_CUT);
  });
});
