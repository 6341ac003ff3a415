/** What the log is told of a proof that is refused: which check it was, where it should have been, by how much its time is off; and of no secret or signature anything. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chatwootSignature, hmac, hubspotV2, hubspotV3, intercomSignature, zendeskSignature } from "../../lib/verification/hmac.ts";
import type { RefusalDetails, Scheme } from "../../lib/verification/scheme.ts";
import { sharedSecret } from "../../lib/verification/shared-secret.ts";
import { standardWebhooks } from "../../lib/verification/standard-webhooks.ts";
import { signAsChatwoot, signAsIntercom, signAsZendesk } from "../support/sign/vendor-signatures.ts";
import { ADDRESS, BODY, ISO, MS, SECONDS, SECRET, type Settings, signAsHubspot, verify } from "../support/signed-webhooks.ts";
import { instantAfter, type WebhookParts } from "../support/webhook.ts";

const PROXIED = "https://proxy.example/prod/v1/transfers/hubspot?a=b";
const WHSEC = `whsec_${Buffer.from(SECRET).toString("base64")}`;

function asChatwoot(timestamp: string) {
  return { headers: { "x-chatwoot-signature": signAsChatwoot(SECRET, timestamp, BODY), "x-chatwoot-timestamp": timestamp } };
}
function asHubspot(timestamp: string, over: WebhookParts = {}, url = ADDRESS): WebhookParts {
  const signature = signAsHubspot("v3", { timestamp: Number(timestamp), url });
  return { headers: { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp }, ...over };
}
const STAMPED: Settings = { header: "x-signature", signed: "{timestamp}.{body}", timestamp: { header: "x-time", unit: "s" } };
function asSigned(signed: string | Buffer, secret = SECRET): WebhookParts {
  return { headers: { "x-signature": createHmac("sha256", secret).update(signed).digest("hex"), "x-time": SECONDS } };
}
const secondsAfter = (ms: number) => String(instantAfter(ms).getTime() / 1_000);

describe("a refused proof", () => {
  it.each<[string, Scheme, WebhookParts, RefusalDetails, Settings?]>([
    ["without its headers", chatwootSignature, {}, { missing: "x-chatwoot-signature, x-chatwoot-timestamp" }],
    [
      "without one of them",
      zendeskSignature,
      { headers: { "x-zendesk-webhook-signature": "x" } },
      { missing: "x-zendesk-webhook-signature-timestamp" },
    ],
    ["without a key", sharedSecret, {}, { missing: "authorization (Bearer), x-api-key" }],
    [
      "with a key in another scheme",
      sharedSecret,
      { headers: { authorization: "Basic eA==" } },
      { missing: "authorization (Bearer), x-api-key", hint: "authorization-scheme" },
    ],
    [
      "with a wrong key",
      sharedSecret,
      { headers: { authorization: "Bearer x" } },
      { secretsTried: "old,new" },
      {
        secrets: [
          { id: "old", value: "the-old-secret" },
          { id: "new", value: "the-new-secret" },
        ],
      },
    ],
    [
      "with a key that has ended",
      sharedSecret,
      { headers: { authorization: `Bearer ${SECRET}` } },
      { secretId: "old" },
      {
        secrets: [{ id: "old", value: SECRET, notAfter: "2026-11-23T06:59:59Z" }],
      },
    ],
    ["of too long ago", chatwootSignature, asChatwoot(secondsAfter(-301_000)), { skewSeconds: 301 }],
    ["ahead of time", chatwootSignature, asChatwoot(secondsAfter(301_000)), { skewSeconds: -301 }],
    ["with milliseconds for seconds", chatwootSignature, asChatwoot(MS), { skewSeconds: expect.any(Number), hint: "timestamp-unit" }],
    ["with seconds for milliseconds", hubspotV3, asHubspot(SECONDS), { skewSeconds: expect.any(Number), hint: "timestamp-unit" }],
    [
      "with what is no time",
      zendeskSignature,
      {
        headers: { "x-zendesk-webhook-signature": signAsZendesk(SECRET, SECONDS, BODY), "x-zendesk-webhook-signature-timestamp": SECONDS },
      },
      { hint: "timestamp-format" },
    ],
    [
      "in hex for base64",
      zendeskSignature,
      {
        headers: { "x-zendesk-webhook-signature": "ab".repeat(32), "x-zendesk-webhook-signature-timestamp": ISO },
      },
      { secretsTried: "current", hint: "digest-encoding" },
    ],
    [
      "in base64 for hex",
      chatwootSignature,
      {
        headers: { "x-chatwoot-signature": Buffer.alloc(32, 7).toString("base64"), "x-chatwoot-timestamp": SECONDS },
      },
      { secretsTried: "current", hint: "digest-encoding" },
    ],
    [
      "in capitals",
      intercomSignature,
      {
        headers: { "x-hub-signature": `sha1=${signAsIntercom(SECRET, BODY).replace("sha1=", "").toUpperCase()}` },
      },
      { secretsTried: "current", hint: "digest-encoding" },
    ],
    ["without its prefix", intercomSignature, { headers: { "x-hub-signature": "ab".repeat(20) } }, { hint: "digest-prefix" }],
    [
      "in another version",
      hubspotV2,
      { headers: { "x-hubspot-signature": "x", "x-hubspot-signature-version": "v1" } },
      { hint: "signature-version" },
    ],
    [
      "of the address that was called",
      hubspotV3,
      asHubspot(MS, { requestedUrl: PROXIED }, PROXIED),
      { secretsTried: "current", hint: "url-differs" },
    ],
    ["of neither address", hubspotV3, asHubspot(MS, { requestedUrl: PROXIED }, "https://other.example/"), { secretsTried: "current" }],
    ["of the body alone", hmac, asSigned(BODY), { secretsTried: "current", hint: "signed-parts" }, STAMPED],
    ["of body and time without a point", hmac, asSigned(`${SECONDS}${BODY}`), { secretsTried: "current", hint: "signed-parts" }, STAMPED],
    ["of other parts that are none of these", hmac, asSigned(`${BODY}.${SECONDS}`), { secretsTried: "current" }, STAMPED],
    ["of the body alone, with another secret", hmac, asSigned(BODY, "of-somebody-else"), { secretsTried: "current" }, STAMPED],
    [
      "of a large body alone, for which no more digests are made",
      hmac,
      { ...asSigned(Buffer.alloc(16_385)), body: Buffer.alloc(16_385) },
      { secretsTried: "current" },
      STAMPED,
    ],
    [
      "of address and body, without the method",
      hubspotV3,
      {
        headers: {
          "x-hubspot-signature-v3": createHmac("sha256", SECRET).update(`${ADDRESS}${BODY}`).digest("base64"),
          "x-hubspot-request-timestamp": MS,
        },
      },
      { secretsTried: "current", hint: "signed-parts" },
    ],
    [
      "without Standard Webhooks' id",
      standardWebhooks,
      { headers: { "webhook-timestamp": SECONDS, "webhook-signature": "v1,x" } },
      { missing: "webhook-id" },
      { secrets: [{ id: "current", value: WHSEC }] },
    ],
    [
      "without their version",
      standardWebhooks,
      {
        headers: { "webhook-id": "m", "webhook-timestamp": SECONDS, "webhook-signature": "x" },
      },
      { secretsTried: "current", hint: "signature-version" },
      { secrets: [{ id: "current", value: WHSEC }] },
    ],
  ])("%s", async (_what, scheme, webhook, details, settings = {}) => {
    const verdict = await verify(scheme, webhook, settings);
    expect(verdict).toMatchObject({ ok: false });
    expect(verdict.ok ? undefined : verdict.details).toEqual(details);
    expect(JSON.stringify(verdict)).not.toContain(SECRET);
  });

  it("is refused although the address that was called is the one that was signed", async () => {
    expect(await verify(hubspotV3, asHubspot(MS, { requestedUrl: PROXIED }))).toMatchObject({ ok: true });
    expect(await verify(hubspotV3, asHubspot(MS, { requestedUrl: PROXIED }, PROXIED))).toMatchObject({
      ok: false,
      reason: "wrong-credential",
    });
  });
});
