/** Botpress's HITL interface: https://github.com/botpress/botpress/blob/master/interfaces/hitl/interface.definition.ts */
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { readFixture } from "../support/fixture.ts";
import { configure, DRY_RUN, failureOf, openSource, resultOf, toWebhook } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";
import { describeSource } from "./source-contract.ts";

const BODY = new TextDecoder().decode(readFixture("botpress/start-hitl.json"));
const REFERENCE = "conv_01JDB8F4Z6";

function told(ccgw: Readonly<Record<string, unknown>>, conversationId: unknown = undefined) {
  const body = Object.fromEntries(Object.entries(ccgw).map(([name, value]) => [`ccgw_${name}`, value]));
  return { status: 200, headers: { "content-type": "application/json" }, body: { ...body, ...Object(conversationId) } };
}

const CONVERSATION = { conversationId: expect.stringMatching(/./) };

describeSource({
  id: "botpress",
  verification: {},
  secrets: { current: "key-current-1", next: "key-next-22", expired: "key-expired-333", wrong: "key-wrong-4444" },
  headers: { "content-type": "application/json" },
  sign: (_unsigned, secret) => ({ headers: { "x-bp-secret": secret } }),
  signsBody: false,
  body: readFixture("botpress/start-hitl.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "agent", address: "205" },
      mode: "release-after-transfer",
      callData: "Rückzahlung, Jörg Müller",
      reference: REFERENCE,
    },
  ],
  answers: {
    accepted: told({ state: "accepted", reference: REFERENCE }, CONVERSATION),
    replayed: told({ state: "accepted", reference: REFERENCE }, CONVERSATION),
    unknown: told({ state: "unknown", code: "gateway-error", effect: "unknown" }, CONVERSATION),
    refused: told({ state: "failed", code: "gateway-refused", effect: "none", retryable: false }),
    busy: told({ state: "failed", code: "gateway-busy", effect: "none", retryable: true }),
    inProgress: told({ state: "unknown", code: "duplicate-in-progress" }, CONVERSATION),
    dryRun: told({ state: "dry-run" }),
    misconfigured: told({ state: "failed", code: "misconfigured" }),
    malformed: told({ state: "failed", code: "invalid-json" }),
    empty: told({ state: "failed", code: "invalid-json" }),
    notAnObject: told({ state: "failed", code: "invalid-request" }),
    otherType: told({ state: "failed", code: "unsupported-media-type" }),
  },
});

function open(over: Readonly<Record<string, unknown>> = {}, body = BODY) {
  return openSource({ connection: { source: "botpress", ...over }, body });
}

describe("source botpress", () => {
  it.each([
    [
      "accepted",
      resultOf(ACCEPTED),
      {
        conversationId: "transfer-1",
        ccgw_state: "accepted",
        ccgw_outcome: "not-observed",
        ccgw_retryable: false,
        ccgw_transfer_id: "transfer-1",
      },
    ],
    [
      "unknown",
      resultOf(UNKNOWN),
      {
        conversationId: "transfer-1",
        ccgw_state: "unknown",
        ccgw_outcome: "not-observed",
        ccgw_code: "gateway-timeout",
        ccgw_retryable: true,
        ccgw_effect: "unknown",
        ccgw_transfer_id: "transfer-1",
      },
    ],
    [
      "refused",
      resultOf(REFUSED),
      {
        ccgw_state: "failed",
        ccgw_code: "gateway-refused",
        ccgw_reason: "no-such-call",
        ccgw_retryable: false,
        ccgw_effect: "none",
        ccgw_transfer_id: "transfer-1",
      },
    ],
    ["a dry run", DRY_RUN, { ccgw_state: "dry-run", ccgw_retryable: false }],
    [
      "a bug",
      failureOf("internal", "unknown"),
      { ccgw_state: "unknown", ccgw_code: "internal", ccgw_retryable: false, ccgw_effect: "unknown" },
    ],
  ])("opens a conversation where the customer is, or may be, on the way: %s", async (_what, outcome, expected) => {
    const { status, body } = (await open()).reply(outcome);
    expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: expected });
  });

  it.each([
    ["unknown", "unknown"],
    ["none", "failed"],
  ] as const)("tells of a used delivery id without the first's transfer, whose effect is %s: %s", async (effect, state) => {
    const error = new TransferError("idempotency-mismatch", { reason: "planted", effect, transferId: "transfer-of-the-first" });
    const { body } = (await open()).reply({ kind: "failure", error });
    expect(JSON.parse(body)).toEqual({
      ccgw_state: state,
      ccgw_code: "idempotency-mismatch",
      ccgw_retryable: false,
      ccgw_effect: effect,
    });
  });

  it("shows its mapping the whole input", async () => {
    const mapping =
      '{ "callId": body.ccgw_call_id, "target": "t", "callData": $join(body.messageHistory[type="text"].(source.type & ": " & payload.text), " | ") }';
    const { requests } = await open({ mapping, targets: { t: { type: "agent", address: "205" } } });
    expect(requests()).toMatchObject([{ callData: "bot: Grüezi, wie kann ich helfen? | user: Ich möchte mit einem Menschen sprechen" }]);
  });

  it("is an invalid request without a user", async () => {
    const { opened } = await open({}, '{"title":"x","ccgw_call_id":"c-1"}');
    expect(opened).toMatchObject({ error: { code: "invalid-request", errors: [{ pointer: "#/userId" }] } });
  });

  it.each([{ authorization: "Bearer planted-secret" }, { "x-api-key": "planted-secret" }, {}])("is not proven by %j", async (headers) => {
    const { verify } = await configure({ source: "botpress", verification: { secrets: [{ id: "a", value: "planted-secret" }] } });
    expect(verify(toWebhook({ body: BODY, headers }))).toMatchObject({ ok: false, reason: "missing-credential" });
  });
});
