import { describe, expect, it } from "vitest";
import { signWithSharedSecret } from "../../dev/sign/shared-secret.ts";
import { signLikeZendesk } from "../../dev/sign/zendesk.ts";
import { TransferError } from "../../lib/errors.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { openWith, replyWith } from "../support/opened.ts";
import { proofBy } from "../support/proof-by.ts";
import { CANONICAL_ANSWERS, describeSource, type SourceContract } from "./source-contract.ts";

const INVOCATION = "01GK4VSYFN6QMTRFQ8Q4NX8P1C";
const HEADERS = {
  ...JSON_HEADERS,
  "user-agent": "Zendesk Webhook",
  "x-zendesk-account-id": "12345678",
  "x-zendesk-webhook-id": "01GK4VSYFN6QMTRFQ8Q4NX8P1A",
  "x-zendesk-webhook-invocation-id": INVOCATION,
};
const REQUEST = {
  callId: "1552524689-16797285",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  caller: "88880021",
  callData: "Ticket 35436, invoice 2026-117: charged twice",
  reference: "zendesk-35436",
  deliveryId: INVOCATION,
};
const CONTRACT: Omit<SourceContract, "verification" | "sign" | "signsBody"> = {
  id: "zendesk",
  secrets: SECRETS,
  headers: HEADERS,
  body: readFixture("zendesk/trigger.json"),
  requests: [REQUEST],
  answers: { ...CANONICAL_ANSWERS, misconfigured: { status: 422, body: { status: 422, code: "misconfigured" } } },
  // What of "certain HTTP response codes" can be meant by ours; which they are, could not be confirmed.
  repeats: ({ status }) => [409, 429, 500, 503].includes(status),
};

describeSource({
  ...CONTRACT,
  verification: { scheme: "zendesk" },
  sign: proofBy(signLikeZendesk),
  signsBody: true,
  toleranceSeconds: 300,
});

describeSource({
  ...CONTRACT,
  variant: "with a token of its administrator",
  verification: { scheme: "shared-secret", in: ["basic"], username: "z" },
  sign: proofBy(signWithSharedSecret, { in: ["basic"], username: "z" }),
  signsBody: false,
});

describe("source zendesk", () => {
  it("takes a form, too", async () => {
    const body = "ticket_id=35436&ccgw_call_id=1552524689-16797284&ccgw_target=agent%3A205";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const drafts = await openWith("zendesk", { body, headers, connection: SHARED });
    expect(drafts).toMatchObject([{ fields: { callId: "1552524689-16797284", target: { type: "agent", address: "205" } } }]);
  });

  it.each([
    ["none", 422],
    ["unknown", 202],
  ] as const)("is told of a bug with effect %s by %i: not that nothing happened when it may have", async (effect, status) => {
    const error = new TransferError("internal", { reason: "any", effect });
    const reply = await replyWith("zendesk", [{ kind: "failure", error }], { connection: SHARED });
    expect({ status: reply.status, ...JSON.parse(reply.body) }).toMatchObject({ status, code: "internal", effect });
  });

  it("lets its administrator choose the delivery id", async () => {
    const drafts = await openWith("zendesk", { body: '{"ccgw_delivery_id":"chosen"}', headers: HEADERS, connection: SHARED });
    expect(drafts).toEqual([{ fields: { deliveryId: "chosen" }, deliveryId: undefined }]);
  });

  it("shows a mapping its headers, but not its proof", async () => {
    const connection = { ...SHARED, mapping: '{"callId": $join($keys(headers), " ")}' };
    const headers = { ...HEADERS, authorization: "Bearer any", "x-zendesk-webhook-signature": "any" };
    const names = "content-type user-agent x-zendesk-webhook-id x-zendesk-webhook-invocation-id x-zendesk-account-id";
    expect(await openWith("zendesk", { headers, connection })).toMatchObject([{ fields: { callId: names } }]);
  });
});

const SHARED = { verification: { scheme: "shared-secret", secrets: [{ id: "current", value: SECRETS.current }] } };
