import { describe, expect, it } from "vitest";
import { signLikeIntercom } from "../../dev/sign/intercom.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { openWith, replyWith } from "../support/opened.ts";
import { proofBy } from "../support/proof-by.ts";
import { CANONICAL_ANSWERS, describeSource } from "./source-contract.ts";

const acknowledged = (code: string) => ({ status: 200, body: { ok: false, code } });

describeSource({
  id: "intercom",
  verification: { scheme: "intercom" },
  connection: { events: ["conversation.admin.assigned"] },
  secrets: SECRETS,
  headers: JSON_HEADERS,
  sign: proofBy(signLikeIntercom),
  signsBody: true,
  body: readFixture("intercom/conversation-admin-assigned.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "agent", address: "205" },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "Zoë möchte mit einem Menschen sprechen 🙏",
      reference: "215469634567890",
      deliveryId: "notif_7c8f3f90-0d5e-11ef-9c1e-3f1f6d6f0a55",
    },
  ],
  answers: {
    ...CANONICAL_ANSWERS,
    refused: acknowledged("gateway-refused"),
    inProgress: acknowledged("duplicate-in-progress"),
    misconfigured: acknowledged("misconfigured"),
    malformed: acknowledged("invalid-json"),
    empty: acknowledged("invalid-json"),
    notAnObject: acknowledged("invalid-request"),
    otherType: acknowledged("unsupported-media-type"),
  },
  // Errors pause, suspend or throttle the subscription; what is repeated is not published: whatever is no 2xx could be.
  repeats: ({ status }) => status >= 300,
});

describe("source intercom", () => {
  it.each([
    ["a ping", new TextDecoder().decode(readFixture("intercom/ping.json"))],
    ["a conversation without a call", notification({ custom_attributes: { Language: "German" } })],
    ["a conversation whose call is empty", notification({ custom_attributes: { ccgw_call_id: "", ccgw_target: "agent:205" } })],
    ["an object without attributes", notification({ type: "tag" })],
    ["no object", JSON.stringify({ topic: "conversation.admin.assigned", data: null })],
    ["another topic about the same call", notification({ custom_attributes: { ccgw_call_id: "c-1" } }, "conversation.user.replied")],
  ])("is asked for nothing by %s, and acknowledges it", async (_what, body) => {
    expect(await openWith("intercom", { body, ...CONNECTED })).toEqual([]);
    const { status, body: answer } = await replyWith("intercom", [], { body, ...CONNECTED });
    expect({ status, answer }).toEqual({ status: 200, answer: '{"transfers":[]}' });
  });

  it.each([
    ["a ticket", { ticket_attributes: { ccgw_call_id: "c-1" } }],
    ["a contact", { type: "contact", custom_attributes: { ccgw_call_id: "c-1" } }],
    ["the contact of a tag", { contact: { custom_attributes: { ccgw_call_id: "c-1" } } }],
    [
      "a conversation before its contact",
      { custom_attributes: { ccgw_call_id: "c-1" }, contact: { custom_attributes: { ccgw_call_id: "c-0" } } },
    ],
    [
      "a contact whose conversation leaves it empty",
      { custom_attributes: { ccgw_call_id: null }, contact: { custom_attributes: { ccgw_call_id: "c-1" } } },
    ],
  ])("finds the call with %s", async (_what, item) => {
    expect(await openWith("intercom", { body: notification(item), ...CONNECTED })).toEqual([
      { fields: { callId: "c-1" }, deliveryId: "notif_1" },
    ]);
  });

  it("refuses a notification without a call whose attribute may be meant for one", async () => {
    const errors = [{ pointer: "#/ccgw_callid", detail: "is not a known field; did you mean ccgw_call_id?" }];
    const body = notification({ custom_attributes: { Language: "German" }, contact: { custom_attributes: { ccgw_callid: "c-1" } } });
    expect(await openWith("intercom", { body, ...CONNECTED })).toMatchObject({ code: "invalid-request", errors });
  });

  it.each([
    ["names a call", "9", [{ fields: { callId: "9" } }]],
    ["names none", "8", []],
    ["finds an empty one", "7", []],
    ["finds null", "6", []],
  ])("leaves it to a mapping that %s", async (_what, id, drafts) => {
    const connection = {
      ...CONNECTED.connection,
      mapping: '$lookup({"9": {"callId": "9"}, "8": {}, "7": {"callId": ""}, "6": {"callId": null}}, body.data.item.id)',
    };
    expect(await openWith("intercom", { body: notification({ id }), connection })).toMatchObject(drafts);
  });

  it("is not asked for a transfer by a ping that somebody's mapping would read", async () => {
    const connection = { ...CONNECTED.connection, mapping: '{"callId": "c-1"}' };
    expect(await openWith("intercom", { body: readFixture("intercom/ping.json"), connection })).toEqual([]);
  });
});

function notification(item: Readonly<Record<string, unknown>>, topic = "conversation.admin.assigned"): string {
  return JSON.stringify({ type: "notification_event", id: "notif_1", topic, data: { type: "notification_event_data", item } });
}

const CONNECTED = {
  connection: { events: ["conversation.admin.assigned"], verification: { secrets: [{ id: "current", value: SECRETS.current }] } },
};
