/** Rasa's action server: https://rasa.com/docs/rasa/pages/action-server-api */
import { describe, expect, it } from "vitest";
import { readFixture } from "../support/fixture.ts";
import { DRY_RUN, failureOf, openSource, resultOf } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";
import { describeSource, type SourceContract } from "./source-contract.ts";

const CALL = new TextDecoder().decode(readFixture("rasa/action-call.json"));
const TEXTS = { accepted: { default: "Sie werden verbunden." }, failed: { default: "Das hat leider nicht geklappt." } };
const EVENTS = ["action_hand_over"];
const REQUEST = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  callData: "Rückfrage zur Rechnung, Jörg Müller",
};
/** Every slot that an answer settles, so that none of an earlier one is left. */
const NO_SLOTS = {
  ccgw_state: null,
  ccgw_outcome: null,
  ccgw_outcome_reason: null,
  ccgw_code: null,
  ccgw_reason: null,
  ccgw_retryable: null,
  ccgw_effect: null,
  ccgw_transfer_id: null,
  ccgw_call_data_truncated: null,
};

function slots(values: Readonly<Record<string, unknown>>) {
  return Object.entries(values).map(([name, value]) => ({ event: "slot", timestamp: null, name: `ccgw_${name}`, value }));
}

function settled(values: Readonly<Record<string, unknown>>) {
  const body = { events: expect.arrayContaining(slots(values)) };
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

const CONTRACT: SourceContract = {
  id: "rasa",
  verification: {},
  secrets: { current: "key-current-1", next: "key-next-22", expired: "key-expired-333", wrong: "key-wrong-4444" },
  connection: { texts: TEXTS, events: EVENTS },
  headers: { "content-type": "application/json" },
  sign: (_unsigned, secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
  signsBody: false,
  body: readFixture("rasa/action-call.json"),
  requests: [REQUEST],
  answers: {
    accepted: settled({ state: "accepted", code: null }),
    replayed: settled({ state: "accepted", code: null }),
    unknown: settled({ state: "unknown", code: "gateway-error", effect: "unknown" }),
    refused: { status: 400, body: { action_name: "action_hand_over", error: "gateway-refused: invalid-target" } },
    busy: settled({ state: "failed", code: "gateway-busy", effect: "none", retryable: true }),
    inProgress: settled({ state: "unknown", code: "duplicate-in-progress" }),
    dryRun: settled({ state: "dry-run", transfer_id: null }),
    misconfigured: settled({ state: "failed", code: "misconfigured" }),
    malformed: settled({ state: "failed", code: "invalid-json" }),
    empty: settled({ state: "failed", code: "invalid-json" }),
    notAnObject: settled({ state: "failed", code: "invalid-request" }),
    otherType: settled({ state: "failed", code: "unsupported-media-type" }),
  },
};

describeSource(CONTRACT);
describeSource({
  ...CONTRACT,
  variant: "token of its endpoint",
  verification: { in: ["query"] },
  sign: (_unsigned, secret) => ({ headers: {}, query: new URLSearchParams({ token: secret }).toString() }),
});

function open(over: Readonly<Record<string, unknown>> = {}, body = CALL) {
  return openSource({ connection: { source: "rasa", texts: TEXTS, events: EVENTS, ...over }, body });
}

describe("source rasa", () => {
  it("sets the slots and speaks once the transfer is accepted", async () => {
    const { body } = (await open()).reply(resultOf(ACCEPTED, { reference: "r-1" }));
    const expected = {
      ...NO_SLOTS,
      ccgw_state: "accepted",
      ccgw_outcome: "not-observed",
      ccgw_retryable: false,
      ccgw_transfer_id: "transfer-1",
      ccgw_reference: "r-1",
    };
    expect(JSON.parse(body)).toEqual({
      events: Object.entries(expected).map(([name, value]) => ({ event: "slot", timestamp: null, name, value })),
      responses: [{ text: "Sie werden verbunden." }],
    });
  });

  it.each([
    ["refused by the gateway", resultOf(REFUSED), "gateway-refused: no-such-call"],
    ["not allowed", failureOf("forbidden"), "forbidden"],
  ])("rejects the action where the transfer is %s", async (_what, outcome, error) => {
    const { status, body, code } = (await open()).reply(outcome);
    expect({ status, body: JSON.parse(body) }).toEqual({ status: 400, body: { action_name: "action_hand_over", error } });
    expect(error).toContain(code);
  });

  it("tells a refusal in slots and words, too, where the connection wants it so", async () => {
    const { status, body } = (await open({ reply: "always-200" })).reply(resultOf(REFUSED));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      events: expect.arrayContaining(slots({ state: "failed", code: "gateway-refused", reason: "no-such-call" })),
      responses: [{ text: "Das hat leider nicht geklappt." }],
    });
  });

  it.each([
    ["unknown", resultOf(UNKNOWN)],
    ["a dry run", DRY_RUN],
    ["without time to send it", failureOf("deadline-exceeded")],
    ["invalid", failureOf("invalid-request")],
    ["misconfigured", failureOf("misconfigured")],
    ["a bug", failureOf("internal", "unknown")],
  ])("does not reject the action where the transfer is %s", async (_what, outcome) => {
    expect((await open()).reply(outcome).status).toBe(200);
  });

  it("says nothing on a dry run", async () => {
    expect(JSON.parse((await open()).reply(DRY_RUN).body).responses).toEqual([]);
  });

  it("has no other action than those that ask for a transfer, and says so as Rasa's own action server does", async () => {
    const { opened, reply } = await open({}, CALL.replace("action_hand_over", "action_check_order"));
    expect(opened).toEqual({ drafts: [] });
    const { status, body } = reply();
    expect({ status, body: JSON.parse(body) }).toEqual({
      status: 404,
      body: { action_name: "action_check_order", error: "not among the connection's events" },
    });
  });

  it("shows its mapping the whole call", async () => {
    const mapping =
      '{ "callId": body.tracker.slots.ccgw_call_id, "target": "t", "reference": body.sender_id, "callData": body.tracker.latest_message.text }';
    const { requests } = await open({ mapping, targets: { t: { type: "agent", address: "205" } } });
    expect(requests()).toMatchObject([{ reference: "2687378567977106", callData: "Ich möchte mit einem Menschen sprechen" }]);
  });

  it.each([
    ["no action", '{"tracker":{"slots":{}}}'],
    ["slots of another form", '{"next_action":"action_hand_over","tracker":{"slots":[1]}}'],
    ["no tracker", '{"next_action":"action_hand_over"}'],
  ])("is an invalid request with %s, told in slots", async (_what, body) => {
    const { requests, reply } = await open({}, body);
    expect(requests).toThrow(expect.objectContaining({ code: "invalid-request" }));
    expect(reply(failureOf("invalid-request"))).toMatchObject({ status: 200, code: "invalid-request" });
  });
});
