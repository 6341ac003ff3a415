/** The signers of `npm run send`, by the settings of a connection, against what verifies them. */
import { describe, expect, it } from "vitest";
import { findDemo } from "../../dev/demos.ts";
import { toVerification } from "../../dev/send-request.ts";
import { signerOf } from "../../dev/sign/signers.ts";
import {
  chatwootSignature,
  hmac,
  hubspotV1,
  hubspotV2,
  hubspotV3,
  intercomSignature,
  zendeskSignature,
} from "../../lib/verification/hmac.ts";
import { defineSharedSecret } from "../../lib/verification/shared-secret.ts";
import { ADDRESS, BODY, refusal, SECRET, type Settings, signAsHubspot, verify } from "../support/signed-webhooks.ts";
import { instantAfter } from "../support/webhook.ts";

const places = defineSharedSecret({ in: ["bearer", "api-key"], parameter: "code" });
const SECONDS = { header: "x-time", unit: "s" };

async function sign(scheme: string, settings: Settings, secret = SECRET) {
  const request = { url: ADDRESS, headers: {}, body: BODY.toString() };
  return signerOf(scheme)(request, { verification: { scheme, ...settings }, secret, now: instantAfter(0) });
}

describe("a signer", () => {
  it.each([
    [hmac, { header: "x-signature" }],
    [hmac, { header: "x-signature", algorithm: "sha512", encoding: "base64", prefix: "v1=", signed: "{method}|{url}|{body}" }],
    [hmac, { header: "x-signature", signed: "{timestamp}.{body}", timestamp: SECONDS }],
    [hmac, { header: "x-signature", signed: "{body}{timestamp}", timestamp: { ...SECONDS, unit: "ms" } }],
    [hmac, { header: "x-signature", signed: "{body}{timestamp}", timestamp: { ...SECONDS, unit: "iso8601" } }],
    [hubspotV3, {}],
    [hubspotV2, {}],
    [hubspotV1, {}],
    [zendeskSignature, {}],
    [chatwootSignature, {}],
    [intercomSignature, {}],
    [places, { in: ["api-key"] }],
    [places, { in: ["basic"], username: "crm" }],
    [places, { in: ["header"], header: "x-my-key" }],
  ] as const)("of $id proves a request by the settings %j", async (scheme, settings) => {
    const lowerCase = ({ headers }: { headers: Readonly<Record<string, string>> }) => ({
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    });
    const proof = await verify(scheme, lowerCase(await sign(scheme.id, settings)), settings);
    expect(proof).toMatchObject({ ok: true, secretId: "current" });
    const other = await verify(scheme, lowerCase(await sign(scheme.id, settings, "another-secret-of-it")), settings);
    expect(other).toEqual(refusal("wrong-credential"));
  });

  it("hashes as HubSpot's own client does", async () => {
    for (const [scheme, version] of [
      ["hubspot-v1", "v1"],
      ["hubspot-v2", "v2"],
    ] as const)
      expect((await sign(scheme, {})).headers["x-hubspot-signature"]).toBe(signAsHubspot(version));
  });

  it("says what a connection lacks that takes Microsoft's tokens alone", async () => {
    const accepted = [{ id: "bot", value: "app-of-the-bot" }];
    await expect(sign("bot-framework-token", { accepted }, "")).rejects.toThrow(/issuer and metadataUrl .*CCGW_SEND_SECRET/);
    expect(await sign("bot-framework-token", { accepted }, "of.microsoft.s")).toMatchObject({
      headers: { authorization: "Bearer of.microsoft.s" },
    });
  });
});

describe("how a connection is proven", () => {
  const proven = (source: string, asked: Settings | undefined) => {
    const demo = findDemo(source);
    if (demo === undefined) throw new Error("no demo");
    return toVerification(demo, asked, 8045);
  };

  it("is the demo's, unless the connection says otherwise", () => {
    expect(proven("dynamics", undefined)).toMatchObject({ scheme: "shared-secret", in: ["api-key"] });
    expect(proven("dynamics", {})).toMatchObject({ scheme: "shared-secret", in: ["api-key"] });
    expect(proven("dynamics", { in: ["query"] })).toMatchObject({ in: ["query"], parameter: "code" });
    expect(proven("rasa", { in: ["query"], parameter: "key" })).toMatchObject({ in: ["query"], parameter: "key" });
    expect(proven("botpress", { scheme: "shared-secret" })).toMatchObject({ in: ["header"], header: "x-bp-secret" });
    expect(proven("hubspot", { scheme: "hubspot-v2" })).toMatchObject({ scheme: "hubspot-v2" });
    expect(proven("bot-framework", { accepted: [] }).issuer).toBeUndefined();
  });
});
