/** Amazon Lex V2's events and answers: https://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html, held against @types/aws-lambda. */
import type { LexV2Event, LexV2Result, LexV2Slots } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { LexEvent, lexConnectionName } from "../../lib/sources/lex-v2.ts";
import type { Outcome } from "../../lib/sources/source.ts";
import { lexEvent } from "../support/lex.ts";
import { DRY_RUN, failureOf, openSource, resultOf } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";

const CONNECTION = {
  source: "lex-v2",
  verification: { scheme: "invoked-by-lambda" },
  targets: { accounting: { type: "skill-queue", address: "31" } },
};
const TEXTS = { accepted: { default: "A person is on the way.", de: "Ein Mensch kommt.", "de-CH": "Öpper chunnt." } };
const EVENT = lexEvent("BOT");
const { sessionState } = EVENT;
const { intent } = sessionState;

function open(event: unknown, connection: Readonly<Record<string, unknown>> = {}) {
  return openSource({ connection: { ...CONNECTION, ...connection }, body: JSON.stringify(event) });
}

function withAttributes(attributes: Record<string, string>): LexV2Event {
  return { ...EVENT, sessionState: { ...sessionState, sessionAttributes: attributes } };
}

async function answerTo(event: unknown, ...outcomes: readonly Outcome[]): Promise<LexV2Result> {
  return JSON.parse((await open(event)).reply(...outcomes).body);
}

describe("source lex-v2", () => {
  it("reads the request from slots, session and request attributes", async () => {
    expect((await open(EVENT)).requests()).toEqual([
      {
        callId: "1552524689-16797292",
        agentId: "101",
        target: { type: "skill-queue", address: "31" },
        mode: "release-after-transfer",
        caller: "88880021",
        callData: "Invoice 2026-117: the customer was charged twice",
        reference: "lex-379813274450116",
      },
    ]);
  });

  it("lets the channel's word go before the session's, and that before the customer's", async () => {
    const slot: LexV2Slots[string] = { shape: "Scalar", value: { originalValue: "x", interpretedValue: "by-slot", resolvedValues: [] } };
    const slots: LexV2Slots = { ccgw_call_id: slot, ccgw_caller: slot, ccgw_reference: slot };
    const event: LexV2Event = {
      ...EVENT,
      requestAttributes: { ccgw_call_id: "by-request" },
      sessionState: {
        ...sessionState,
        intent: { ...intent, slots },
        sessionAttributes: { ccgw_call_id: "by-session", ccgw_caller: "by-session", ccgw_target: "accounting" },
      },
    };
    expect((await open(event)).requests()).toMatchObject([{ callId: "by-request", caller: "by-session", reference: "by-slot" }]);
  });

  it.each([
    ["emptied attributes", { ...EVENT, requestAttributes: { ...EVENT.requestAttributes, ccgw_caller: "" } }],
    ["fields of an earlier answer", withAttributes({ ...sessionState.sessionAttributes, ccgw_state: "failed", ccgw_code: "gateway-busy" })],
    [
      "slots without a value",
      { ...EVENT, sessionState: { ...sessionState, intent: { ...intent, slots: { ...intent.slots, ccgw_mode: null } } } },
    ],
    ["what is new in an event", { ...EVENT, somethingNew: { of: "the vendor" } }],
  ])("leaves out %s", async (_what, event) => {
    expect((await open(event)).requests()).toMatchObject([{ caller: "88880021", mode: "release-after-transfer" }]);
  });

  it("shows the whole event to a mapping", async () => {
    const mapping =
      '{ "callId": body.requestAttributes.ccgw_call_id, "target": "accounting", "callData": body.inputTranscript, "reference": source }';
    expect((await open(EVENT, { mapping })).requests()).toMatchObject([
      { callId: "1552524689-16797292", callData: "I would like to speak to a person", reference: "lex-v2" },
    ]);
  });

  it("leaves the lead to Lex while the dialogue goes on", async () => {
    const event: LexV2Event = { ...EVENT, invocationSource: "DialogCodeHook" };
    expect((await open(event)).opened).toMatchObject({ drafts: [] });
    const result = await answerTo(event);
    expect(result).toEqual({
      sessionState: { sessionAttributes: sessionState.sessionAttributes, dialogAction: { type: "Delegate" }, intent },
    });
  });

  it.each([
    ["accepted", "Fulfilled", "accepted", resultOf(ACCEPTED)],
    ["maybe transferred", "Fulfilled", "unknown", resultOf(UNKNOWN)],
    ["in progress", "Fulfilled", "unknown", failureOf("duplicate-in-progress")],
    ["refused", "Failed", "failed", resultOf(REFUSED)],
    ["not sent", "Failed", "failed", failureOf("gateway-unreachable")],
    ["a dry run", "Failed", "dry-run", DRY_RUN],
  ])("closes the intent of one that was %s as %s", async (_what, state, ccgw, outcome) => {
    const result = await answerTo(EVENT, outcome);
    expect(result.sessionState).toMatchObject({
      dialogAction: { type: "Close" },
      intent: { name: "SpeakToAgent", slots: intent.slots, confirmationState: "None", state },
      sessionAttributes: { customerName: "Zoë Müller", ccgw_caller: "88880021", ccgw_state: ccgw },
    });
  });

  it("has texts alone for attributes, and none of an earlier answer", async () => {
    const earlier = { customerName: "Zoë", ccgw_state: "failed", ccgw_outcome_reason: "connect-failed", ccgw_code: "gateway-busy" };
    const { sessionState: answered } = await answerTo(withAttributes(earlier), resultOf(ACCEPTED, { reference: "r-1" }));
    expect(answered.sessionAttributes).toEqual({
      customerName: "Zoë",
      ccgw_state: "accepted",
      ccgw_outcome: "not-observed",
      ccgw_retryable: "false",
      ccgw_transfer_id: "transfer-1",
      ccgw_reference: "r-1",
    });
  });

  it.each([
    ["de_CH", "Öpper chunnt."],
    ["de_DE", "Ein Mensch kommt."],
    ["en_US", "A person is on the way."],
  ])("says in %s what the connection has written", async (localeId, content) => {
    const { reply } = await open({ ...EVENT, bot: { ...EVENT.bot, localeId } }, { texts: TEXTS });
    expect(JSON.parse(reply(resultOf(ACCEPTED)).body).messages).toEqual([{ contentType: "PlainText", content }]);
    expect(JSON.parse(reply(resultOf(REFUSED)).body)).not.toHaveProperty("messages");
  });

  it.each([
    ["no session", { ...EVENT, sessionState: undefined }],
    ["attributes that are none", { ...EVENT, sessionState: { ...sessionState, sessionAttributes: [] } }],
    ["nothing", {}],
  ])("answers in Lex's form an event that has %s", async (_what, event) => {
    const { sessionState: answered } = await answerTo(event, failureOf("invalid-request"));
    expect(answered).toMatchObject({ dialogAction: { type: "Close" }, sessionAttributes: { ccgw_code: "invalid-request" } });
  });

  it.each([
    [{ id: "ABCDEFGHIJ", aliasId: "TSTALIASID" }, "lex-abcdefghij-tstaliasid"],
    [{ id: "ABCDEFGHIJ" }, undefined],
    [{ aliasId: "TSTALIASID" }, undefined],
  ])("names the connection of %j %s", (bot, name) => {
    expect(lexConnectionName(LexEvent.parse({ bot }))).toBe(name);
  });
});
