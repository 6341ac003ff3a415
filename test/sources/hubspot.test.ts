import { Signature } from "@hubspot/api-client";
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { Outcome } from "../../lib/sources/source.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { openWith, replyWith } from "../support/opened.ts";
import { ACCEPTED, RECEIVED_AT, REFUSED, UNKNOWN } from "../support/transfer-service.ts";
import {
  CANONICAL_ANSWERS,
  describeSource,
  type ExpectedAnswers,
  type Proof,
  type SourceContract,
  type Unsigned,
} from "./source-contract.ts";

const MOVED = { transferId: "t-1", callId: "c-1", agentId: "101", target: { type: "agent", address: "205" }, mode: "blind" } as const;
const RESULT = { ...MOVED, receivedAt: RECEIVED_AT, outcome: "not-observed", replayed: false } as const;
const BUSY: Outcome = { kind: "failure", error: new TransferError("gateway-busy", { reason: "any" }) };

const ANSWERS: ExpectedAnswers = {
  ...CANONICAL_ANSWERS,
  unknown: { ...CANONICAL_ANSWERS.unknown, headers: { "retry-after": "10000" } },
  busy: { status: 429, headers: { "retry-after": "30000" }, body: { status: 429, code: "gateway-busy", retryable: true } },
  inProgress: { status: 429, headers: { "retry-after": "5000" }, body: { code: "duplicate-in-progress", effect: "unknown" } },
  misconfigured: { status: 422, body: { status: 422, code: "misconfigured" } },
};

const CONTACT: Omit<SourceContract, "verification" | "sign"> = {
  id: "hubspot",
  secrets: SECRETS,
  headers: {
    ...JSON_HEADERS,
    "user-agent": "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client) - WebhooksExecutorDaemon-executor",
  },
  signsBody: true,
  body: readFixture("hubspot/workflow-contact.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "agent", address: "205", skillId: 3 },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "Rückfrage zur Rechnung 客户 😀",
      reference: "contact-201",
    },
  ],
  answers: ANSWERS,
  // The vendor's page: no 4xx but 429, and 5xx over 3 days.
  repeats: ({ status }) => status === 429 || status >= 500,
};

describeSource({ ...CONTACT, verification: { scheme: "hubspot-v3" }, sign: signV3, toleranceSeconds: 300 });
describeSource({ ...CONTACT, variant: "v2", verification: { scheme: "hubspot-v2" }, sign: signPlain("v2") });
describeSource({ ...CONTACT, variant: "v1", verification: { scheme: "hubspot-v1" }, sign: signPlain("v1") });
describeSource({
  ...CONTACT,
  variant: "several objects",
  verification: { scheme: "hubspot-v3" },
  sign: signV3,
  toleranceSeconds: 300,
  body: readFixture("hubspot/objects.json"),
  firstUnreadable: new TextDecoder().decode(readFixture("hubspot/objects.json")).replace('"dealname"', '"ccgw_cal_id"'),
  requests: [
    {
      ...CONTACT.requests[0],
      callId: "1552524689-16797285",
      target: { type: "skill-queue", address: "31" },
      reference: "deal-301",
      ...nothing(),
    },
    {
      ...CONTACT.requests[0],
      callId: "1552524689-16797286",
      target: { type: "access-code", address: "88880" },
      mode: "blind",
      reference: "deal-302",
      ...nothing(),
    },
  ],
  answers: {
    ...ANSWERS,
    accepted: each(200, { state: "accepted", replayed: false }),
    replayed: each(200, { state: "accepted", replayed: true }),
    unknown: each(200, { state: "unknown", effect: "unknown" }),
    refused: each(200, { code: "gateway-refused", effect: "none" }),
    busy: { ...each(429, { code: "gateway-busy" }), headers: { "retry-after": "30000" } },
    inProgress: each(200, { code: "duplicate-in-progress", effect: "unknown" }),
    dryRun: each(200, { dryRun: true }),
    misconfigured: each(200, { code: "misconfigured", effect: "none" }),
  },
});

describe("source hubspot", () => {
  it.each([
    ["history and value", { properties: { ccgw_call_id: { value: "c-1", versions: [] } } }],
    ["values", { properties: { ccgw_call_id: "c-1" } }],
    ["chosen properties", { ccgw_call_id: "c-1" }],
    ["a property that goes before what stands at the top", { ccgw_call_id: "c-0", properties: { ccgw_call_id: { value: "c-1" } } }],
    ["the top where a property is empty", { ccgw_call_id: "c-1", properties: { ccgw_call_id: { value: " " } } }],
    ["the top where a property is null", { ccgw_call_id: "c-1", properties: { ccgw_call_id: null } }],
  ])("reads %s", async (_what, body) => {
    expect(await openWith("hubspot", { body: JSON.stringify(body) })).toEqual([{ fields: { callId: "c-1" }, deliveryId: undefined }]);
  });

  it("shows a mapping each object of several as it came", async () => {
    const mapping = '{"callId": body.properties.call.value}';
    const body = JSON.stringify(["c-1", "c-2"].map((value) => ({ properties: { call: { value } } })));
    const drafts = await openWith("hubspot", { body, connection: { mapping } });
    expect(drafts).toMatchObject([{ fields: { callId: "c-1" } }, { fields: { callId: "c-2" } }]);
  });

  it("lets each object of several that cannot be read fail alone", async () => {
    const drafts = await openWith("hubspot", { body: '[{"ccgw_cal_id":"c-1"},{"ccgw_call_id":"c-2"}]' });
    expect(drafts).toMatchObject([{ problem: { code: "invalid-request" } }, { fields: { callId: "c-2" } }]);
  });

  it("lets what is no object among several fail alone", async () => {
    const drafts = await openWith("hubspot", { body: '[null,{"ccgw_call_id":"c-2"},1,[]]' });
    const problem = { code: "invalid-request", errors: [{ pointer: "#", detail: "must be an object" }] };
    expect(drafts).toMatchObject([{ problem }, { fields: { callId: "c-2" } }, { problem }, { problem }]);
  });

  it.each([
    ["none", "[]"],
    ["more than a hundred", JSON.stringify(Array.from({ length: 101 }, () => ({})))],
  ])("refuses an array of %s", async (_what, body) => {
    expect(await openWith("hubspot", { body })).toMatchObject({ code: "invalid-request" });
  });

  it("asks for a repeat of several when one of them is worth it, and says what became of each", async () => {
    const outcomes: Outcome[] = [
      { kind: "result", result: { ...RESULT, ...ACCEPTED } },
      BUSY,
      { kind: "result", result: { ...RESULT, ...REFUSED } },
      { kind: "result", result: { ...RESULT, ...UNKNOWN } },
    ];
    const { status, headers, body, code } = await replyWith("hubspot", outcomes, { body: "[{},{},{},{}]" });
    expect({ status, code, "retry-after": headers["retry-after"] }).toEqual({ status: 429, code: "gateway-busy", "retry-after": "30000" });
    const { transfers } = JSON.parse(body);
    expect(transfers).toMatchObject([{ state: "accepted" }, { code: "gateway-busy" }, { code: "gateway-refused" }, { state: "unknown" }]);
  });
});

function signV3({ method, url, body, atMs }: Unsigned, secret: string): Proof {
  const signature = Signature.getSignature(method, "v3", { ...toOptions(url, body, secret), timestamp: atMs });
  return { headers: { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": String(atMs) } };
}

function signPlain(version: "v1" | "v2"): SourceContract["sign"] {
  return ({ method, url, body }, secret) => {
    const signature = Signature.getSignature(method, version, toOptions(url, body, secret));
    return { headers: { "x-hubspot-signature": signature, "x-hubspot-signature-version": version } };
  };
}

function toOptions(url: string, body: Uint8Array, clientSecret: string) {
  return { signature: "", clientSecret, requestBody: new TextDecoder().decode(body), url };
}

function each(status: number, member: Readonly<Record<string, unknown>>) {
  return { status, body: { transfers: [member, member] } };
}

function nothing() {
  return { caller: undefined, callData: undefined };
}
