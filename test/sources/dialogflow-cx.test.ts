/** Dialogflow CX, held against Google's published protobuf: https://docs.cloud.google.com/dialogflow/cx/docs/concept/webhook */
import { afterAll, describe, expect, it } from "vitest";
import { readAsGoogle } from "../support/dialogflow-protobuf.ts";
import { readFixture } from "../support/fixture.ts";
import { configure, DRY_RUN, failureOf, openSource, resultOf, toWebhook } from "../support/open-source.ts";
import { startTestIssuer, validAt } from "../support/token-issuer.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";
import { describeSource, type ExpectedAnswers } from "./source-contract.ts";

const BODY = new TextDecoder().decode(readFixture("dialogflow-cx/webhook-request.json"));
const TARGETS = { billing: { type: "skill-queue", address: "31" } };
const TEXTS = {
  accepted: { default: "You are being connected.", de: "Sie werden verbunden." },
  unknown: { default: "One moment, please." },
  failed: { "de-CH": "Das hat leider nicht geklappt." },
};
const REQUEST = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "skill-queue", address: "31" },
  mode: "release-after-transfer",
  callData: "Rückzahlung für Jörg Müller",
  reference: "dfMessenger-4711",
};
const SECRETS = { current: "key-current-1", next: "key-next-22", expired: "key-expired-333", wrong: "key-wrong-4444" };

function parameters(ccgw: Readonly<Record<string, unknown>>) {
  const expected = Object.fromEntries(Object.entries(ccgw).map(([name, value]) => [`ccgw_${name}`, value]));
  return { status: 200, headers: { "content-type": "application/json" }, body: { sessionInfo: { parameters: expected } } };
}

const ANSWERS: ExpectedAnswers = {
  accepted: parameters({ state: "accepted", code: null, reference: "dfMessenger-4711" }),
  replayed: parameters({ state: "accepted", code: null, reference: "dfMessenger-4711" }),
  unknown: parameters({ state: "unknown", code: "gateway-error", effect: "unknown" }),
  refused: parameters({ state: "failed", code: "gateway-refused", effect: "none", retryable: false }),
  busy: parameters({ state: "failed", code: "gateway-busy", effect: "none", retryable: true }),
  inProgress: parameters({ state: "unknown", code: "duplicate-in-progress" }),
  dryRun: parameters({ state: "dry-run", transfer_id: null }),
  misconfigured: parameters({ state: "failed", code: "misconfigured" }),
  malformed: parameters({ state: "failed", code: "invalid-json" }),
  empty: parameters({ state: "failed", code: "invalid-json" }),
  notAnObject: parameters({ state: "failed", code: "invalid-request" }),
  otherType: parameters({ state: "failed", code: "unsupported-media-type" }),
};

for (const [variant, settings, authorize] of [
  ["header", { in: ["header"], header: "X-Bot-Key" }, (secret: string) => ({ "x-bot-key": secret })],
  ["Basic", { in: ["basic"], username: "bot" }, (secret: string) => ({ authorization: `Basic ${btoa(`bot:${secret}`)}` })],
] as const)
  describeSource({
    id: "dialogflow-cx",
    variant,
    verification: settings,
    secrets: SECRETS,
    connection: { targets: TARGETS, texts: TEXTS },
    headers: { "content-type": "application/json", "user-agent": "Google-Dialogflow" },
    sign: (_unsigned, secret) => ({ headers: authorize(secret) }),
    signsBody: false,
    body: readFixture("dialogflow-cx/webhook-request.json"),
    requests: [REQUEST],
    answers: ANSWERS,
  });

const issuer = await startTestIssuer();
afterAll(() => issuer.stop());

describeSource({
  id: "dialogflow-cx",
  variant: "Google's token",
  verification: { scheme: "google-id-token", issuer: issuer.url, metadataUrl: issuer.metadataUrl },
  // Service accounts: no secrets, but each the address of whoever may ask.
  secretsIn: "accepted",
  secrets: {
    current: "service-1111@gcp-sa-dialogflow.iam.gserviceaccount.com",
    next: "service-2222@gcp-sa-dialogflow.iam.gserviceaccount.com",
    expired: "service-3333@gcp-sa-dialogflow.iam.gserviceaccount.com",
    wrong: "service-4444@gcp-sa-dialogflow.iam.gserviceaccount.com",
  },
  connection: { targets: TARGETS, texts: TEXTS },
  headers: { "content-type": "application/json", "user-agent": "Google-Dialogflow" },
  async sign({ url, atMs }, email) {
    const token = await issuer.sign({ aud: url, email, email_verified: true, ...validAt(atMs) });
    return { headers: { authorization: `Bearer ${token}` } };
  },
  signsBody: false,
  toleranceSeconds: 300,
  body: readFixture("dialogflow-cx/webhook-request.json"),
  requests: [REQUEST],
  answers: ANSWERS,
});

function open(body = BODY, over: Readonly<Record<string, unknown>> = {}) {
  return openSource({ connection: { source: "dialogflow-cx", targets: TARGETS, texts: TEXTS, ...over }, body });
}

/** The fixture with other parameters. */
function withParameters(parameters: unknown, over: Readonly<Record<string, unknown>> = {}): string {
  const request = JSON.parse(BODY);
  return JSON.stringify({ ...request, sessionInfo: { ...request.sessionInfo, parameters }, ...over });
}

const OUTCOMES = [
  ["accepted", resultOf(ACCEPTED, { reference: "r-1" })],
  ["unknown", resultOf(UNKNOWN)],
  ["refused", resultOf(REFUSED)],
  ["a dry run", DRY_RUN],
  ["invalid", failureOf("invalid-request")],
  ["a bug", failureOf("internal", "unknown")],
] as const;

describe("source dialogflow-cx", () => {
  it("has a fixture of which Google knows every field", () => {
    expect(readAsGoogle("WebhookRequest", BODY)).toEqual(JSON.parse(BODY));
  });

  it.each(OUTCOMES)("answers of a transfer that is %s what Google reads whole", async (_what, outcome) => {
    const { status, body } = (await open()).reply(outcome);
    expect(status).toBe(200);
    expect(readAsGoogle("WebhookResponse", body)).toEqual(JSON.parse(body));
  });

  it("hands off, and tells the customer in his language, once the transfer is accepted", async () => {
    const { reply } = await open();
    expect(JSON.parse(reply(resultOf(ACCEPTED, { reference: "r-1" })).body)).toEqual({
      fulfillmentResponse: {
        messages: [
          { text: { text: ["Sie werden verbunden."] } },
          {
            liveAgentHandoff: {
              metadata: {
                ccgw_state: "accepted",
                ccgw_outcome: "not-observed",
                ccgw_retryable: false,
                ccgw_transfer_id: "transfer-1",
                ccgw_reference: "r-1",
              },
            },
          },
        ],
        mergeBehavior: "APPEND",
      },
      sessionInfo: {
        parameters: {
          ccgw_state: "accepted",
          ccgw_outcome: "not-observed",
          ccgw_outcome_reason: null,
          ccgw_code: null,
          ccgw_reason: null,
          ccgw_retryable: false,
          ccgw_effect: null,
          ccgw_transfer_id: "transfer-1",
          ccgw_call_data_truncated: null,
          ccgw_reference: "r-1",
        },
      },
    });
  });

  it.each(OUTCOMES.filter(([what]) => what !== "accepted"))("does not hand off where it is %s", async (_what, outcome) => {
    expect((await open()).reply(outcome).body).not.toContain("liveAgentHandoff");
  });

  it.each([
    ["unknown", resultOf(UNKNOWN), "One moment, please."],
    ["refused", resultOf(REFUSED), "Das hat leider nicht geklappt."],
  ])("tells the customer of a transfer that is %s", async (_what, outcome, text) => {
    const { fulfillmentResponse } = JSON.parse((await open()).reply(outcome).body);
    expect(fulfillmentResponse.messages).toEqual([{ text: { text: [text] } }]);
  });

  it.each([
    ["a dry run", DRY_RUN, TEXTS],
    ["a connection without texts", resultOf(REFUSED), {}],
    ["a language without one", resultOf(REFUSED), { failed: { fr: "Désolé." } }],
  ])("tells the customer nothing for %s", async (_what, outcome, texts) => {
    expect(JSON.parse((await open(BODY, { texts })).reply(outcome).body)).not.toHaveProperty("fulfillmentResponse");
  });

  it.each([
    ["a parameter", withParameters({ ccgw_call_id: "c-1", ccgw_target: "agent:205" }), { type: "agent", address: "205" }],
    ["its tag", withParameters({ ccgw_call_id: "c-1" }), TARGETS.billing],
    ["its tag, once the parameter is null,", withParameters({ ccgw_call_id: "c-1", ccgw_target: null }), TARGETS.billing],
    ["its tag, once the parameter is empty,", withParameters({ ccgw_call_id: "c-1", ccgw_target: "" }), TARGETS.billing],
  ])("goes where %s says", async (_what, body, target) => {
    expect((await open(body)).requests()).toMatchObject([{ callId: "c-1", target }]);
  });

  it("has no target from a tag that names none of the connection's", async () => {
    const { requests } = await open(withParameters({ ccgw_call_id: "c-1" }, { fulfillmentInfo: { tag: "greet" } }));
    expect(requests).toThrow(expect.objectContaining({ errors: [{ pointer: "#/target", detail: "is required" }] }));
  });

  it("takes numbers, as Dialogflow extracts them", async () => {
    const body = withParameters({ ccgw_call_id: 4711, ccgw_agent_id: 102, ccgw_target: "agent:205", ccgw_skill_id: 3 });
    expect((await open(body)).requests()).toMatchObject([{ callId: "4711", agentId: "102" }]);
  });

  it("shows its mapping the whole request", async () => {
    const mapping =
      '{ "callId": sessionInfo.session ? "" : body.sessionInfo.parameters.ccgw_call_id, "target": body.fulfillmentInfo.tag, "reference": $substringAfter(body.sessionInfo.session, "sessions/"), "callData": body.text }';
    expect((await open(BODY, { mapping })).requests()).toMatchObject([
      { target: TARGETS.billing, reference: "7a6b5c4d-3e2f-4a1b-9c8d-7e6f5a4b3c2d", callData: JSON.parse(BODY).text },
    ]);
  });

  it.each(['{"sessionInfo":"planted","fulfillmentInfo":[],"languageCode":1}', "{}"])("misses the call in %s", async (body) => {
    const { requests, reply } = await open(body);
    expect(requests).toThrow(expect.objectContaining({ code: "invalid-request" }));
    expect(reply(failureOf("invalid-request")).status).toBe(200);
  });

  it("takes Google's ID token where the connection says so", async () => {
    const accepted = [{ id: "bot", value: "service-1234567890@gcp-sa-dialogflow.iam.gserviceaccount.com" }];
    const { verify } = await configure({ source: "dialogflow-cx", verification: { scheme: "google-id-token", accepted } });
    expect(await verify(toWebhook({ body: BODY }))).toEqual(expect.objectContaining({ ok: false, reason: "missing-credential" }));
  });
});
