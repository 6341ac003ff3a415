/**
 * Whether somebody holds a secret is decided by `timingSafeEqual` over digests, and by nothing beside it: with one that always says no the right proof is refused, and
 * with one that always says yes a wrong one is taken. A comparison before it, beside it or instead of it fails here, however it is written.
 */
import crypto, { createHash, createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { chatwootSignature, hubspotV1, hubspotV2, hubspotV3, intercomSignature, zendeskSignature } from "../../lib/verification/hmac.ts";
import { botFrameworkToken, googleIdToken } from "../../lib/verification/oidc.ts";
import { salesforceSecret } from "../../lib/verification/salesforce-secret.ts";
import { isEqual } from "../../lib/verification/secret.ts";
import { isServiceTokenOf } from "../../lib/verification/service-token.ts";
import { sharedSecret } from "../../lib/verification/shared-secret.ts";
import { standardWebhooks } from "../../lib/verification/standard-webhooks.ts";
import { verifyStatusToken } from "../../lib/verification/status-token.ts";
import { signAsChatwoot, signAsIntercom, signAsZendesk } from "../support/sign/vendor-signatures.ts";
import { BODY, ISO, MS, SECONDS, SECRET, signAsHubspot, verify } from "../support/signed-webhooks.ts";
import { startTestIssuer, type TestIssuer } from "../support/token-issuer.ts";
import { instantAfter, toWebhook } from "../support/webhook.ts";

const WRONG = "another-secret-of-nobody";
const WHSEC = (secret: string) => `whsec_${Buffer.from(secret).toString("base64")}`;
const ACCOUNT = "service-1@gcp-sa-dialogflow.iam.gserviceaccount.com";
const TRANSFER = { connection: "crm", transferId: "abc-1" };
const EXPIRES_AT = instantAfter(60_000).getTime() / 1_000;

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.stop());
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

function watchComparing(answer?: boolean) {
  const { timingSafeEqual } = crypto;
  const spy = vi.spyOn(crypto, "timingSafeEqual").mockImplementation((one, other) => answer ?? timingSafeEqual(one, other));
  syncBuiltinESMExports();
  return spy;
}

async function bearer(claims: object) {
  return { authorization: `Bearer ${await issuer.sign({ ...claims })}` };
}

/** Whether whoever proves to hold a secret is let in, where `SECRET` is the right one. */
const PROOFS: Readonly<Record<string, (secret: string) => Promise<boolean>>> = {
  "a shared secret": async (secret) => (await verify(sharedSecret, { headers: { authorization: `Bearer ${secret}` } })).ok,
  "Salesforce's secret": async (secret) =>
    (await verify(salesforceSecret, { url: `https://hooks.example/?key=${secret}` }, { organizations: ["00D000000000001"] })).ok,
  "Zendesk's signature": async (secret) => {
    const headers = { "x-zendesk-webhook-signature": signAsZendesk(secret, ISO, BODY), "x-zendesk-webhook-signature-timestamp": ISO };
    return (await verify(zendeskSignature, { headers })).ok;
  },
  "Chatwoot's signature": async (secret) => {
    const signature = `sha256=${signAsChatwoot(secret, SECONDS, BODY)}`;
    return (await verify(chatwootSignature, { headers: { "x-chatwoot-signature": signature, "x-chatwoot-timestamp": SECONDS } })).ok;
  },
  "Intercom's signature": async (secret) =>
    (await verify(intercomSignature, { headers: { "x-hub-signature": signAsIntercom(secret, BODY) } })).ok,
  "HubSpot's third signature": async (secret) => {
    const headers = { "x-hubspot-signature-v3": signAsHubspot("v3", { secret }), "x-hubspot-request-timestamp": MS };
    return (await verify(hubspotV3, { headers })).ok;
  },
  "HubSpot's second signature": async (secret) =>
    (await verify(hubspotV2, { headers: { "x-hubspot-signature": signAsHubspot("v2", { secret }), "x-hubspot-signature-version": "v2" } }))
      .ok,
  "HubSpot's first signature": async (secret) =>
    (await verify(hubspotV1, { headers: { "x-hubspot-signature": signAsHubspot("v1", { secret }), "x-hubspot-signature-version": "v1" } }))
      .ok,
  "a signature of Standard Webhooks": async (secret) => {
    const signature = new Webhook(WHSEC(secret)).sign("msg-1", instantAfter(0), BODY.toString());
    const headers = { "webhook-id": "msg-1", "webhook-timestamp": SECONDS, "webhook-signature": signature };
    return (await verify(standardWebhooks, { headers }, { secrets: [{ id: "current", value: WHSEC(SECRET) }] })).ok;
  },
  "the audience of a bot's token": async (secret) => {
    const accepted = [{ id: "current", value: SECRET }];
    const { url, metadataUrl } = issuer;
    const document = { scheme: "bot-framework-token", accepted, issuer: url, metadataUrl, channels: ["directline"] };
    const headers = await bearer({ aud: secret, serviceurl: "https://bots.example.com/" });
    return (await botFrameworkToken.verifier({ test: false }).parse(document)(toWebhook({ headers }))).ok;
  },
  "the account of a token of Google's": async (secret) => {
    const accepted = [{ id: "current", value: ACCOUNT }];
    const document = { scheme: "google-id-token", accepted, issuer: issuer.url, metadataUrl: issuer.metadataUrl };
    const email = secret === SECRET ? ACCOUNT : `another-${ACCOUNT}`;
    const headers = await bearer({ aud: toWebhook().url, email, email_verified: true, sub: "1" });
    return (await googleIdToken.verifier({ test: false }).parse(document)(toWebhook({ headers }))).ok;
  },
  "an agent's service token": async (secret) => {
    const presented = createHmac("sha256", secret).update('["main","101"]').digest("hex").slice(0, 48);
    return isServiceTokenOf([SECRET], { gateway: "main", agentId: "101" }, presented);
  },
  "the address of a status": async (secret) => {
    const digest = createHmac("sha256", secret).update(`["status","1","crm","abc-1",${EXPIRES_AT}]`).digest("base64url");
    const presented = { token: `1.${EXPIRES_AT}.${digest}`, now: instantAfter(0) };
    return verifyStatusToken([{ id: "1", value: SECRET }], TRANSFER, presented).ok;
  },
};

it.each(Object.entries(PROOFS))("%s is compared by timingSafeEqual alone", async (_what, prove) => {
  expect([await prove(SECRET), await prove(WRONG)]).toEqual([true, false]);
  watchComparing(false);
  expect(await prove(SECRET)).toBe(false);
  watchComparing(true);
  expect(await prove(WRONG)).toBe(true);
});

it.each(Object.entries(PROOFS))("%s is compared as a digest of 32 bytes with another, right or wrong", async (_what, prove) => {
  for (const secret of [SECRET, WRONG]) {
    const spy = watchComparing();
    await prove(secret);
    const lengths = spy.mock.calls.map((pair) => pair.map(({ byteLength }) => byteLength));
    expect(lengths).toEqual([[32, 32], ...lengths.slice(1).map(() => [32, 32])]);
    vi.restoreAllMocks();
  }
});

it.each([
  ["of one length", "presented", "the-right"],
  ["of two lengths", "p", "the-right-one"],
])("texts %s are compared by what SHA-256 makes of them", (_what, presented, right) => {
  const spy = watchComparing();
  isEqual(presented, right);
  expect(spy.mock.calls).toEqual([[presented, right].map((text) => createHash("sha256").update(text).digest())]);
});

it("nothing else in lib/ compares so for itself", () => {
  const files = readdirSync("lib", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const naming = files.filter((name) => readFileSync(`lib/${name}`, "utf8").includes("timingSafeEqual"));
  expect(naming).toEqual(["verification/secret.ts"]);
});
