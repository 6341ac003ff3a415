import { describe, expect, it } from "vitest";
import { chatwootSignature, hubspotV1, hubspotV2, hubspotV3, intercomSignature, zendeskSignature } from "../../lib/verification/hmac.ts";
import type { Scheme } from "../../lib/verification/scheme.ts";
import { signAsChatwoot, signAsIntercom, signAsZendesk } from "../support/sign/vendor-signatures.ts";
import { BODY, ISO, MATCH, MS, refusal, SECONDS, SECRET, type Settings, signAsHubspot, verify } from "../support/signed-webhooks.ts";
import { instantAfter } from "../support/webhook.ts";

const OTHER = "another-secret";

const VENDORS: readonly [Scheme, Readonly<Record<string, string>>, string][] = [
  [
    zendeskSignature,
    { "x-zendesk-webhook-signature": signAsZendesk(SECRET, ISO, BODY), "x-zendesk-webhook-signature-timestamp": ISO },
    "x-zendesk-webhook-signature",
  ],
  [hubspotV3, { "x-hubspot-signature-v3": signAsHubspot("v3"), "x-hubspot-request-timestamp": MS }, "x-hubspot-signature-v3"],
  [hubspotV2, { "x-hubspot-signature": signAsHubspot("v2"), "x-hubspot-signature-version": "v2" }, "x-hubspot-signature"],
  [hubspotV1, { "x-hubspot-signature": signAsHubspot("v1"), "x-hubspot-signature-version": "v1" }, "x-hubspot-signature"],
  [intercomSignature, { "x-hub-signature": signAsIntercom(SECRET, BODY) }, "x-hub-signature"],
  [
    chatwootSignature,
    { "x-chatwoot-signature": signAsChatwoot(SECRET, SECONDS, BODY), "x-chatwoot-timestamp": SECONDS },
    "x-chatwoot-signature",
  ],
  [
    chatwootSignature,
    { "x-chatwoot-signature": `sha256=${signAsChatwoot(SECRET, SECONDS, BODY)}`, "x-chatwoot-timestamp": SECONDS },
    "x-chatwoot-signature",
  ],
];
const CASES = VENDORS.map(([scheme, headers, header]) => [scheme.id, { scheme, headers, header }] as const);

describe("a vendor's signature", () => {
  it.each(CASES)("is recognised: %s", async (_id, { scheme, headers }) => {
    expect(await verify(scheme, { headers })).toEqual(MATCH);
  });

  it.each(CASES)("is by one of two secrets, and names it: %s", async (_id, { scheme, headers }) => {
    const secrets = [
      { id: "next", value: OTHER },
      { id: "current", value: SECRET },
    ];
    expect(await verify(scheme, { headers }, { secrets })).toEqual(MATCH);
    expect(await verify(scheme, { headers }, { secrets: secrets.toReversed() })).toEqual(MATCH);
  });

  it.each(CASES)("by a secret that has ended is told apart: %s", async (_id, { scheme, headers }) => {
    const secrets = (notAfter: Date) => [{ id: "current", value: SECRET, notAfter: notAfter.toISOString() }];
    expect(await verify(scheme, { headers }, { secrets: secrets(instantAfter(0)) })).toEqual(refusal("expired-credential"));
    const ending = { secretNotAfter: instantAfter(1).toISOString() };
    expect(await verify(scheme, { headers }, { secrets: secrets(instantAfter(1)) })).toEqual({ ...MATCH, ...ending });
  });

  it.each(CASES)("by another secret is refused: %s", async (_id, { scheme, headers }) => {
    expect(await verify(scheme, { headers }, { secrets: [{ id: "current", value: OTHER }] })).toEqual(refusal("wrong-credential"));
  });

  it.each(CASES)("over another body is refused: %s", async (_id, { scheme, headers }) => {
    const body = Buffer.from(BODY.toString().replace("4711", "4712"));
    expect(await verify(scheme, { headers, body })).toEqual(refusal("wrong-credential"));
  });

  it.each(CASES)("in another spelling is refused: %s", async (_id, { scheme, headers, header }) => {
    const value = headers[header] ?? "";
    const digest = value.replace(/^sha\d+=/, "");
    const prefix = value.slice(0, value.length - digest.length);
    for (const spelling of [
      digest.toUpperCase(),
      ` ${digest}`,
      `${digest}=`,
      digest.slice(0, -1),
      "",
      `${digest},${value}`,
      `${digest}\n`,
    ]) {
      const verdict = await verify(scheme, { headers: { ...headers, [header]: `${prefix}${spelling}` } });
      expect(verdict, spelling).toEqual(refusal("wrong-credential"));
    }
  });

  it.each(CASES.flatMap(([id, vendor]) => Object.keys(vendor.headers).map((missing) => [id, missing, vendor] as const)))(
    "of %s is refused without %s",
    async (_id, missing, { scheme, headers }) => {
      const others = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== missing));
      expect(await verify(scheme, { headers: others })).toEqual(refusal("missing-credential"));
    },
  );
});

describe("a signed timestamp", () => {
  const signers: readonly [string, (ms: number) => { readonly scheme: Scheme; readonly headers: Readonly<Record<string, string>> }][] = [
    [
      "zendesk",
      (ms) => {
        const timestamp = instantAfter(ms).toISOString();
        const signature = signAsZendesk(SECRET, timestamp, BODY);
        return {
          scheme: zendeskSignature,
          headers: { "x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": timestamp },
        };
      },
    ],
    [
      "hubspot-v3",
      (ms) => {
        const timestamp = instantAfter(ms).getTime();
        const headers = { "x-hubspot-signature-v3": signAsHubspot("v3", { timestamp }), "x-hubspot-request-timestamp": String(timestamp) };
        return { scheme: hubspotV3, headers };
      },
    ],
    [
      "chatwoot",
      (ms) => {
        const timestamp = String(instantAfter(ms).getTime() / 1_000);
        const headers = { "x-chatwoot-signature": signAsChatwoot(SECRET, timestamp, BODY), "x-chatwoot-timestamp": timestamp };
        return { scheme: chatwootSignature, headers };
      },
    ],
  ];

  it.each(signers)("of %s counts within its window, at both ends", async (_id, sign) => {
    const at = (ms: number, settings: Settings = {}) => {
      const { scheme, headers } = sign(ms);
      return verify(scheme, { headers }, settings);
    };
    expect(await at(-300_000)).toEqual(MATCH);
    expect(await at(-301_000)).toEqual(refusal("stale-timestamp"));
    expect(await at(300_000)).toEqual(MATCH);
    expect(await at(301_000)).toEqual(refusal("future-timestamp"));
    expect(await at(-61_000, { toleranceSeconds: 60 })).toEqual(refusal("stale-timestamp"));
    expect(await at(-901_000, { toleranceSeconds: 3_600 })).toEqual(MATCH);
  });

  it.each(signers)("of %s that was altered is no longer signed", async (_id, sign) => {
    const { scheme, headers } = sign(-900_000);
    const fresh = sign(0).headers;
    const mixed = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, name.includes("timestamp") ? (fresh[name] ?? "") : value]),
    );
    expect(await verify(scheme, { headers: mixed })).toEqual(refusal("wrong-credential"));
  });

  it("in another unit is malformed, not fresh", async () => {
    const signature = signAsZendesk(SECRET, SECONDS, BODY);
    const headers = { "x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": SECONDS };
    expect(await verify(zendeskSignature, { headers })).toEqual(refusal("malformed-credential"));
    const seconds = signAsHubspot("v3", { timestamp: Number(SECONDS) });
    const inSeconds = { "x-hubspot-signature-v3": seconds, "x-hubspot-request-timestamp": SECONDS };
    expect(await verify(hubspotV3, { headers: inSeconds })).toEqual(refusal("stale-timestamp"));
  });
});
