/** Which activities ask for a transfer, and where each is answered: https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human */
import { describe, expect, it } from "vitest";
import { readFixture } from "../support/fixture.ts";
import { DRY_RUN, failureOf, openSource, resultOf } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";

const SERVICE_URL = "https://europe.directline.botframework.com/";
const VERIFICATION = {
  scheme: "bot-framework-token",
  channels: ["directline"],
  accepted: [{ id: "current", value: "5a0e1f6c-8d0b-4c55-9d0f-9f1f5d1c7e21" }],
};
const ACTIVITY: Readonly<Record<string, unknown>> = JSON.parse(
  new TextDecoder().decode(readFixture("bot-framework/handoff-initiate.json")),
);
const TEXTS = { accepted: { default: "A person is on the way.", de: "Ein Mensch kommt." }, failed: { default: "Nobody is there." } };

function open(over: Readonly<Record<string, unknown>>, connection: Readonly<Record<string, unknown>> = {}) {
  const body = JSON.stringify({ ...ACTIVITY, ...over });
  return openSource({
    connection: { source: "bot-framework", verification: VERIFICATION, ...connection },
    body,
    claims: { serviceurl: SERVICE_URL, channels: ["directline"] },
  });
}

describe("source bot-framework", () => {
  it.each([
    ["a message", { type: "message", name: undefined }],
    ["a conversation's update", { type: "conversationUpdate", name: undefined }],
    ["typing", { type: "typing" }],
    ["another event", { name: "webchat/join" }],
    ["an event of another case", { name: "Handoff.Initiate" }],
  ])("acknowledges %s, which asks for no transfer", async (_what, over) => {
    const { opened, reply } = await open({ ...over, deliveryMode: "normal" });
    expect(opened).toMatchObject({ drafts: [] });
    expect(reply()).toEqual({ status: 200, headers: {}, body: "" });
  });

  it("replies nothing to a message that expects replies", async () => {
    const { reply } = await open({ type: "message", name: undefined });
    expect(JSON.parse(reply().body)).toEqual({ activities: [] });
  });

  it("does not take an invoke that nobody handles for one that succeeded", async () => {
    const { opened, reply } = await open({ type: "invoke", name: "signin/verifyState", deliveryMode: undefined });
    expect(opened).toMatchObject({ drafts: [] });
    expect(reply().status).toBe(501);
  });

  it("answers an invoke with the status in the body", async () => {
    const { requests, reply } = await open({ type: "invoke", deliveryMode: undefined });
    expect(requests()).toMatchObject([{ callId: "1552524689-16797291" }]);
    expect(JSON.parse(reply(resultOf(ACCEPTED)).body)).toMatchObject({ state: "accepted", ccgw_state: "accepted" });
  });

  it.each([
    ["normal", 200, resultOf(ACCEPTED)],
    ["normal", 202, resultOf(UNKNOWN)],
    [undefined, 422, resultOf(REFUSED)],
    ["notification", 503, failureOf("gateway-unreachable")],
  ])("tells who reads no replies (%s) by the status: %i", async (deliveryMode, expected, outcome) => {
    const { reply } = await open({ deliveryMode });
    expect(reply(outcome).status).toBe(expected);
  });

  it("has no delivery id where its activity has none", async () => {
    expect((await open({ id: undefined })).requests()).toEqual([expect.not.objectContaining({ deliveryId: expect.anything() })]);
  });

  it.each([
    ["none", "failed", "failed"],
    ["unknown", "accepted", "unknown"],
  ] as const)("says of a used delivery id whose first has effect %s: %s", async (effect, state, ccgw_state) => {
    const { reply } = await open({ type: "invoke", deliveryMode: undefined });
    expect(JSON.parse(reply(failureOf("idempotency-mismatch", effect)).body)).toMatchObject({ state, ccgw_state });
  });

  it("sends its replies back to where the activity came from", async () => {
    const { reply } = await open({ locale: "de-CH" }, { texts: TEXTS });
    const back = {
      channelId: "directline",
      serviceUrl: SERVICE_URL,
      locale: "de-CH",
      conversation: ACTIVITY.conversation,
      from: ACTIVITY.recipient,
      recipient: ACTIVITY.from,
      replyToId: "GTk5VYbXzDA9qfEVHtP8zN-eu|0000012",
    };
    const { activities } = JSON.parse(reply(resultOf(ACCEPTED, { reference: "r-1" })).body);
    expect(activities).toEqual([
      {
        ...back,
        type: "event",
        name: "handoff.status",
        value: {
          state: "accepted",
          ccgw_state: "accepted",
          ccgw_outcome: "not-observed",
          ccgw_retryable: false,
          ccgw_transfer_id: "transfer-1",
          ccgw_reference: "r-1",
        },
      },
      { ...back, type: "message", text: "Ein Mensch kommt." },
    ]);
  });

  it.each([
    ["conversation", "conversation"],
    ["from", "recipient"],
    ["recipient", "from"],
  ])("sends back what it knows of a %s, however deep the rest is", async (name, back) => {
    const deep = `${"[".repeat(20_000)}1${"]".repeat(20_000)}`;
    const body = JSON.stringify({ ...ACTIVITY, [name]: { id: "known", name: 1, other: "deep" } }).replace('"deep"', deep);
    const claims = { serviceurl: SERVICE_URL, channels: ["directline"] };
    const { requests, reply } = await openSource({ connection: { source: "bot-framework", verification: VERIFICATION }, body, claims });
    expect(requests()).toHaveLength(1);
    const { activities } = JSON.parse(reply(resultOf(ACCEPTED)).body);
    expect(activities).toMatchObject([{ value: { state: "accepted" } }]);
    expect(activities[0][back]).toEqual({ id: "known" });
  });

  it.each(["conversation", "from", "recipient"])("answers all the same where its %s is no object", async (name) => {
    const { reply } = await open({ [name]: "text" });
    expect(JSON.parse(reply(resultOf(ACCEPTED)).body).activities).toMatchObject([{ value: { state: "accepted" } }]);
  });

  it.each([
    ["accepted", resultOf(ACCEPTED), "A person is on the way."],
    ["refused", resultOf(REFUSED), "Nobody is there."],
    ["unknown, for which nothing is written", resultOf(UNKNOWN), undefined],
    ["a dry run", DRY_RUN, undefined],
  ])("says what the connection has written for it: %s", async (_what, outcome, text) => {
    const { reply } = await open({ locale: undefined }, { texts: TEXTS });
    const { activities } = JSON.parse(reply(outcome).body);
    expect(activities[1]?.text).toBe(text);
  });

  it("leaves what an earlier answer wrote, and a value that is no object", async () => {
    const value = { ccgw_state: "failed", ccgw_code: "gateway-busy", ccgw_call_id: "1552524689-16797291", ccgw_target: "agent:205" };
    expect((await open({ value })).requests()).toMatchObject([{ callId: "1552524689-16797291", target: { type: "agent" } }]);
    expect((await open({ value: "escalate" })).requests).toThrow(expect.objectContaining({ code: "invalid-request" }));
  });

  it("tells a bot in its own form that a field has a name that nobody knows", async () => {
    const { opened, reply } = await open({ value: { ccgw_cal_id: "1" } });
    expect(opened).toMatchObject({ error: { code: "invalid-request" } });
    const { activities } = JSON.parse(reply(failureOf("invalid-request")).body);
    expect(activities).toMatchObject([{ value: { state: "failed", ccgw_code: "invalid-request" } }]);
  });

  it("shows the whole activity to a mapping, its transcript included", async () => {
    const mapping =
      '{ "callId": body.value.ccgw_call_id, "target": "desk", "callData": body.attachments[name="Transcript"].content.activities[-1].text }';
    const { requests } = await open({}, { mapping, targets: { desk: { type: "agent", address: "205" } } });
    expect(requests()).toMatchObject([{ callData: "I would like to speak to a person", target: { type: "agent", address: "205" } }]);
  });
});
