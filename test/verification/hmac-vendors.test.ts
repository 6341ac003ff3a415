import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chatwootSignature, hmac, hubspotV1, hubspotV2, hubspotV3, zendeskSignature } from "../../lib/verification/hmac.ts";
import { signAsChatwoot, signAsZendesk } from "../support/sign/vendor-signatures.ts";
import {
  ADDRESS,
  BODY,
  ISO,
  MATCH,
  MS,
  matchOf,
  refusal,
  SECONDS,
  SECRET,
  type Settings,
  signAsHubspot,
  verify,
} from "../support/signed-webhooks.ts";
import { toWebhook } from "../support/webhook.ts";

describe("Zendesk", () => {
  const PUBLIC = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
  const headers = { "x-zendesk-webhook-signature": signAsZendesk(PUBLIC, ISO, BODY), "x-zendesk-webhook-signature-timestamp": ISO };

  it("signs an empty body, too", async () => {
    const none = signAsZendesk(SECRET, ISO, Buffer.alloc(0));
    expect(await verify(zendeskSignature, { headers: { ...headers, "x-zendesk-webhook-signature": none }, body: "" })).toEqual(MATCH);
  });

  it("is not believed with body and timestamp the other way round", async () => {
    const swapped = signAsZendesk(SECRET, BODY.toString(), Buffer.from(ISO));
    const verdict = await verify(zendeskSignature, { headers: { ...headers, "x-zendesk-webhook-signature": swapped } });
    expect(verdict).toEqual(refusal("wrong-credential"));
  });

  it("signs tests with a public secret, which only test connections take", async () => {
    expect(await verify(zendeskSignature, { headers })).toEqual(refusal("wrong-credential"));
    expect(await verify(zendeskSignature, { headers }, {}, true)).toEqual({ ...matchOf("vendor-test"), publicSecret: true });
    const own = { ...headers, "x-zendesk-webhook-signature": signAsZendesk(SECRET, ISO, BODY) };
    expect(await verify(zendeskSignature, { headers: own }, {}, true)).toEqual(MATCH);
    const alone = zendeskSignature.verifier({ test: true }).parse({ scheme: "zendesk" });
    expect(await alone(toWebhook({ headers, body: BODY }))).toEqual({ ...matchOf("vendor-test"), publicSecret: true });
  });

  it.each([true, false])("cannot be configured with the public secret (test: %s)", (test) => {
    const secrets = [{ id: "current", value: PUBLIC }];
    const { error } = zendeskSignature.verifier({ test }).safeParse({ scheme: "zendesk", secrets });
    expect(error?.issues.map(({ path }) => path)).toEqual([["secrets"]]);
    expect(JSON.stringify(error)).not.toContain(PUBLIC);
  });

  it("needs a secret of its own unless it is a test connection", () => {
    expect(zendeskSignature.verifier({ test: false }).safeParse({ scheme: "zendesk" }).success).toBe(false);
  });
});

describe("HubSpot", () => {
  // developers.hubspot.com, "v1 request validation" and "v2 request validation". No connection takes their secret: it is the client that is held against them.
  const PUBLISHED = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
  const EVENTS =
    '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';

  it.each([
    ["v1", hubspotV1, "POST", EVENTS, "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"],
    ["v2", hubspotV2, "GET", "", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"],
    ["v2", hubspotV2, "POST", '{"example_field":"example_value"}', "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"],
  ] as const)("publishes vectors, by which its client signs as we read: %s (%#)", async (version, scheme, method, body, vector) => {
    const url = "https://www.example.com/webhook_uri";
    expect(signAsHubspot(version, { method, body, url, secret: PUBLISHED })).toBe(vector);
    const headers = { "x-hubspot-signature": signAsHubspot(version, { method, body, url }), "x-hubspot-signature-version": version };
    expect(await verify(scheme, { headers, method, body, url })).toEqual(MATCH);
  });

  it.each([
    ["the address as it is", "https://hooks.example/h?a=b%20c&d=%E5%AE%A2", "https://hooks.example/h?a=b%20c&d=%E5%AE%A2"],
    [
      "the escapes of its table decoded, and no others",
      "https://hooks.example/h?a=b%20c&d=%E5%AE%A2%3F%3a%2F%40%21%24%27%28%29%2A%2C%3B%22",
      "https://hooks.example/h?a=b%20c&d=%E5%AE%A2?:/@!$'()*,;%22",
    ],
    ["an escape that is none", "https://hooks.example/h?a=%E5%2", "https://hooks.example/h?a=%E5%2"],
  ])("v3 is over %s", async (_what, url, signedUrl) => {
    const headers = { "x-hubspot-signature-v3": signAsHubspot("v3", { url: signedUrl }), "x-hubspot-request-timestamp": MS };
    expect(await verify(hubspotV3, { headers, url })).toEqual(MATCH);
  });

  it.each([
    ["address", { url: "https://hooks.example/v1/transfers/other?a=b" }],
    ["query", { url: `${ADDRESS}&c=d` }],
    ["method", { method: "PUT" }],
  ])("v3 and v2 are not over another %s", async (_what, webhook) => {
    const v3 = { "x-hubspot-signature-v3": signAsHubspot("v3"), "x-hubspot-request-timestamp": MS };
    const v2 = { "x-hubspot-signature": signAsHubspot("v2"), "x-hubspot-signature-version": "v2" };
    for (const [scheme, headers] of [
      [hubspotV3, v3],
      [hubspotV2, v2],
    ] as const)
      expect(await verify(scheme, { headers, ...webhook })).toEqual(refusal("wrong-credential"));
  });

  it.each(["%26", "%3D", "%3d", "%23", "%25", "%2B", "%20"])(
    "v3 is not over an address with %s decoded: it would be another",
    async (escaped) => {
      const url = `https://hooks.example/h?a=b${escaped}c`;
      const signature = signAsHubspot("v3", { url: decodeURIComponent(url) });
      const headers = { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": MS };
      expect(await verify(hubspotV3, { headers, url })).toEqual(refusal("wrong-credential"));
      const mixed = { ...headers, "x-hubspot-signature-v3": signAsHubspot("v3", { url: `${url}:d` }) };
      expect(await verify(hubspotV3, { headers: mixed, url: `${url}%3Ad` })).toEqual(MATCH);
    },
  );

  it("v2, and what a connection describes, are over the address as it is alone", async () => {
    const [url, decoded] = ["https://hooks.example/h?a=b%20c", "https://hooks.example/h?a=b c"];
    const headers = { "x-hubspot-signature": signAsHubspot("v2", { url: decoded }), "x-hubspot-signature-version": "v2" };
    expect(await verify(hubspotV2, { headers, url })).toEqual(refusal("wrong-credential"));
    const own = { "x-sig": createHmac("sha256", SECRET).update(decoded).update(BODY).digest("hex") };
    expect(await verify(hmac, { headers: own, url }, { header: "x-sig", signed: "{url}{body}" })).toEqual(refusal("wrong-credential"));
  });

  it("does not take one version's signature for another's", async () => {
    const headers = { "x-hubspot-signature": signAsHubspot("v1"), "x-hubspot-signature-version": "v2" };
    expect(await verify(hubspotV1, { headers })).toEqual(refusal("missing-credential"));
    expect(await verify(hubspotV2, { headers })).toEqual(refusal("wrong-credential"));
  });
});

describe("a signature that the connection describes", () => {
  const PROFILE = {
    header: "X-Signature",
    algorithm: "sha512",
    encoding: "base64",
    prefix: "v0:",
    signed: "v0:{timestamp}:{body}",
    timestamp: { header: "X-Time", unit: "s" },
  };

  it("is recognised by its algorithm, encoding, prefix and parts", async () => {
    const digest = createHmac("sha512", SECRET).update(`v0:${SECONDS}:`).update(BODY).digest("base64");
    const headers = { "x-signature": `v0:${digest}`, "x-time": SECONDS };
    expect(await verify(hmac, { headers }, PROFILE)).toEqual(MATCH);
    expect(await verify(hmac, { headers: { ...headers, "x-signature": digest } }, PROFILE)).toEqual(refusal("malformed-credential"));
    expect(await verify(hmac, { headers }, { ...PROFILE, algorithm: "sha256" })).toEqual(refusal("wrong-credential"));
  });

  it("is HMAC-SHA256 of the body in hex unless said otherwise", async () => {
    const headers = { "x-sig": createHmac("sha256", SECRET).update(BODY).digest("hex") };
    expect(await verify(hmac, { headers }, { header: "x-sig" })).toEqual(MATCH);
  });

  it.each<[string, Settings, string]>([
    ["without a header", { header: undefined }, "header"],
    ["that leaves the body unsigned", { signed: "{timestamp}" }, "signed"],
    ["of a part that is not known", { signed: "{timestamp}{body}{id}" }, "signed"],
    ["with a timestamp that is not signed", { signed: "{body}" }, "timestamp"],
    ["that signs a timestamp nobody sends", { timestamp: undefined }, "timestamp"],
    ["by a broken algorithm", { algorithm: "md5" }, "algorithm"],
    ["with an endless window", { toleranceSeconds: 86_400 }, "toleranceSeconds"],
    ["with an unknown field", { plainHash: true }, ""],
    ["without secrets", { secrets: [] }, "secrets"],
  ])("cannot be one %s", (_what, over, path) => {
    const document = { scheme: "hmac", secrets: [{ id: "a", value: SECRET }], ...PROFILE, ...over };
    const { error } = hmac.verifier({ test: false }).safeParse(document);
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });
});

describe("what a connection describes", () => {
  it.each(["hex", "base64"] as const)("has one signature in %s as in any encoding", async (encoding) => {
    const digest = createHmac("sha256", SECRET).update(BODY).digest();
    const settings = { header: "x-sig", encoding };
    const verdict = await verify(hmac, { headers: { "x-sig": digest.toString(encoding) } }, settings);
    expect(verdict).toEqual({ ok: true, secretId: "current", signature: digest.toString("hex") });
  });
});

describe("Chatwoot", () => {
  it("has one signature, however it is written: seen again, it is known", async () => {
    const digest = signAsChatwoot(SECRET, SECONDS, BODY);
    for (const written of [digest, `sha256=${digest}`]) {
      const headers = { "x-chatwoot-signature": written, "x-chatwoot-timestamp": SECONDS };
      expect(await verify(chatwootSignature, { headers })).toEqual({ ok: true, secretId: "current", signature: digest });
    }
  });
});
