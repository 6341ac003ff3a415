import { describe, expect, it } from "vitest";
import { signLikeChatwoot } from "../../dev/sign/chatwoot.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { openWith, replyWith } from "../support/opened.ts";
import { proofBy } from "../support/proof-by.ts";
import { CANONICAL_ANSWERS, describeSource, type Proof, type SourceContract, type Unsigned } from "./source-contract.ts";

const DELIVERY = "7b1f0c2e-5d0a-4b8e-9a53-6a0e4a7f5c11";
const REQUEST = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  caller: "88880021",
  callData: "Amélie bittet um einen Menschen 🙏",
  reference: "4711",
  deliveryId: DELIVERY,
};

const CONNECTION = { events: ["conversation_updated", "message_created"] };

const CONTRACT: SourceContract = {
  id: "chatwoot",
  verification: { scheme: "chatwoot" },
  connection: CONNECTION,
  secrets: SECRETS,
  headers: { ...JSON_HEADERS, accept: "application/json", "x-chatwoot-delivery": DELIVERY },
  sign,
  signsBody: true,
  toleranceSeconds: 300,
  body: readFixture("chatwoot/conversation-updated.json"),
  requests: [REQUEST],
  answers: {
    ...CANONICAL_ANSWERS,
    busy: { status: 429, headers: { "retry-after": "30" }, body: { status: 429, code: "gateway-busy", retryable: true } },
    inProgress: { status: 429, body: { code: "duplicate-in-progress", effect: "unknown" } },
    misconfigured: { status: 422, body: { status: 422, code: "misconfigured" } },
  },
  // chatwoot/chatwoot#13521 and #15920: agent bots on 429 and 500, webhooks of an account never.
  repeats: ({ status }) => status === 429 || status === 500,
};

describeSource(CONTRACT);
describeSource({
  ...CONTRACT,
  variant: "as an agent bot",
  body: readFixture("chatwoot/message-created.json"),
  requests: [
    {
      ...REQUEST,
      callId: "1552524689-16797285",
      target: { type: "skill-queue", address: "31" },
      callData: undefined,
      reference: undefined,
    },
  ],
});

/** The delivery id is no part of the proof: this delivery has its own. */
async function sign(unsigned: Unsigned, secret: string): Promise<Proof> {
  const { "x-chatwoot-delivery": _unsigned, ...headers } = (await proofBy(signLikeChatwoot)(unsigned, secret)).headers;
  return { headers };
}

describe("source chatwoot", () => {
  it.each([
    ["an event without attributes", { event: "message_created", contact: { id: 1 } }],
    ["a conversation without a call", { event: "conversation_updated", custom_attributes: {} }],
    ["a conversation whose attributes are of another kind", { event: "conversation_updated", custom_attributes: "none" }],
    ["a conversation without a call, but with another attribute", said({ note: "x", ccgwish: "y" })],
    ["a conversation without a call, but with another field of ours", said({ ccgw_target: "{{target}}", ccgw_skill_id: "3" })],
    ["a conversation whose misspelled attribute is empty", said({ ccgw_callid: " ", ccgw_note: null })],
    ["a conversation that kept what was answered", said({ ccgw_state: "accepted", ccgw_transfer_id: "t-1" })],
    ["another event with a misspelled attribute", { event: "conversation_created", custom_attributes: { ccgw_callid: "c-1" } }],
    ["another event about the same call", { event: "conversation_created", custom_attributes: { ccgw_call_id: "c-1" } }],
  ])("is asked for nothing by %s, and acknowledges it", async (_what, event) => {
    const body = JSON.stringify(event);
    expect(await openWith("chatwoot", { body, connection: CONNECTION })).toEqual([]);
    expect(await replyWith("chatwoot", [], { body, connection: CONNECTION })).toMatchObject({ status: 200, body: '{"transfers":[]}' });
  });

  it.each([
    ["ccgw_callid", "; did you mean ccgw_call_id?"],
    ["CCGW-Call-Id", "; did you mean ccgw_call_id?"],
    ["ccgw_conversation", ""],
  ])("refuses an event without a call whose attribute %s may be meant for one", async (name, suggestion) => {
    const errors = [{ pointer: `#/${name}`, detail: `is not a known field${suggestion}` }];
    const body = JSON.stringify(said({ [name]: "c-1" }));
    expect(await openWith("chatwoot", { body, connection: CONNECTION })).toMatchObject({ code: "invalid-request", errors });
    const mapped = { ...CONNECTION, mapping: '{"target": "t"}' };
    expect(await openWith("chatwoot", { body, connection: mapped })).toEqual([]);
  });

  it("takes a call beside what was answered earlier", async () => {
    const body = JSON.stringify(said({ ccgw_call_id: "c-1", ccgw_state: "failed", ccgw_code: "gateway-busy" }));
    expect(await openWith("chatwoot", { body, connection: CONNECTION })).toMatchObject([{ fields: { callId: "c-1" } }]);
  });

  it.each(["", " ", null, undefined])("is asked for nothing by a mapping that finds no call: %j", async (callId) => {
    const body = JSON.stringify({ event: "conversation_updated", custom_attributes: { ccgw_call_id: callId } });
    const connection = { ...CONNECTION, mapping: '{"callId": body.custom_attributes.ccgw_call_id, "target": "t"}' };
    expect(await openWith("chatwoot", { body, connection })).toEqual([]);
  });

  it("says what is wrong with an event that has no name", async () => {
    const errors = [{ pointer: "#/event", detail: "must be the event's name" }];
    expect(await openWith("chatwoot", { body: "{}", connection: CONNECTION })).toMatchObject({ code: "invalid-request", errors });
  });

  it("has no delivery id where an older one does not send it", async () => {
    const body = JSON.stringify({ event: "conversation_updated", custom_attributes: { ccgw_call_id: "c-1" } });
    expect(await openWith("chatwoot", { body, connection: CONNECTION })).toEqual([{ fields: { callId: "c-1" }, deliveryId: undefined }]);
  });
});

function said(attributes: Readonly<Record<string, unknown>>) {
  return { event: "message_created", conversation: { custom_attributes: attributes } };
}
