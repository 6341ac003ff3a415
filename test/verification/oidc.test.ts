import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { botFrameworkToken, googleIdToken } from "../../lib/verification/oidc.ts";
import type { Scheme, Verdict } from "../../lib/verification/scheme.ts";
import { seconds, startTestIssuer, type TestIssuer } from "../support/token-issuer.ts";
import { instantAfter, toWebhook } from "../support/webhook.ts";

const APP_ID = "2f1e6d1c-5b0a-4f0e-9c7d-8a1b2c3d4e5f";
const ACCOUNT = "service-123456789012@gcp-sa-dialogflow.iam.gserviceaccount.com";
const URL = "https://hooks.example/v1/transfers/dialogflow?a=b";
const ADDRESS = "https://hooks.example/v1/transfers/dialogflow";
const BOT = { aud: APP_ID, serviceurl: "https://smba.trafficmanager.net/emea/" };
const CHANNELS = ["msteams", "directline"];
const GOOGLE = { aud: ADDRESS, email: ACCOUNT, email_verified: true, sub: "1" };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.stop());

type Settings = Readonly<Record<string, unknown>>;

function verifierOf(scheme: Scheme, value: string, settings: Settings = {}) {
  const accepted = [{ id: "current", value }];
  const document = { scheme: scheme.id, accepted, issuer: issuer.url, metadataUrl: issuer.metadataUrl, ...settings };
  return scheme.verifier({ test: false }).parse(document);
}

async function verifyBot(token: string, settings: Settings = {}): Promise<Verdict> {
  return verifierOf(botFrameworkToken, APP_ID, { channels: CHANNELS, ...settings })(
    toWebhook({ headers: { authorization: `Bearer ${token}` } }),
  );
}

async function verifyGoogle(claims: Settings, settings: Settings = {}): Promise<Verdict> {
  const headers = { authorization: `Bearer ${await issuer.sign(claims)}` };
  return verifierOf(googleIdToken, ACCOUNT, settings)(toWebhook({ headers, url: URL }));
}

const refusal = (reason: string) => expect.objectContaining({ ok: false, reason });

describe("a token of the Bot Connector", () => {
  it("is recognised, and its claims handed to the source", async () => {
    const verdict = await verifyBot(await issuer.sign(BOT));
    expect(verdict).toMatchObject({ ok: true, secretId: "current", claims: BOT });
  });

  it.each([
    ["none", undefined, CHANNELS],
    ["an empty list", [], CHANNELS],
    ["one of the connection's", ["directline", "webchat"], ["directline"]],
    ["others", ["webchat"], []],
  ])("is for the connection's channels, less those that its key does not endorse: %s", async (_what, endorsements, channels) => {
    const other = await startTestIssuer();
    other.keys = other.keys.map((key) => ({ ...key, endorsements }));
    const token = await other.sign({ ...BOT, channels: ["planted"] });
    const verdict = await verifyBot(token, { issuer: other.url, metadataUrl: other.metadataUrl });
    expect(verdict).toMatchObject({ ok: true, claims: { channels } });
    await other.stop();
  });

  it.each([["msteams"], [["msteams", 1]], [{}]])(
    "is not for any channel by a key whose endorsements cannot be read: %j",
    async (endorsements) => {
      const other = await startTestIssuer();
      const [key = {}] = other.keys;
      other.keys = [
        { ...key, endorsements },
        { ...key, kid: "k2" },
      ];
      const verdict = await verifyBot(await other.sign(BOT), { issuer: other.url, metadataUrl: other.metadataUrl });
      expect(verdict).toEqual(refusal("wrong-credential"));
      await other.stop();
    },
  );

  it("is for the channels of the first key of its id", async () => {
    const other = await startTestIssuer();
    const [key = {}] = other.keys;
    other.keys = [
      { ...key, endorsements: ["webchat"] },
      { ...key, endorsements: ["msteams"] },
    ];
    const verdict = await verifyBot(await other.sign(BOT), { issuer: other.url, metadataUrl: other.metadataUrl });
    expect(verdict).toMatchObject({ ok: true, claims: { channels: [] } });
    await other.stop();
  });

  it.each(["RS384", "RS512"])("may be signed by %s, too", async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const other = await startTestIssuer();
    other.keys = [{ ...(await crypto.subtle.exportKey("jwk", publicKey)), kid: "k1" }];
    const token = await other.sign(BOT, { key: privateKey, alg });
    expect(await verifyBot(token, { issuer: other.url, metadataUrl: other.metadataUrl })).toMatchObject({ ok: true });
    await other.stop();
  });

  it("is for one of several bots, and names which", async () => {
    const accepted = [
      { id: "old", value: "00000000-0000-0000-0000-000000000000" },
      { id: "new", value: APP_ID },
    ];
    expect(await verifyBot(await issuer.sign(BOT), { accepted })).toMatchObject({ ok: true, secretId: "new" });
    expect(await verifyBot(await issuer.sign(BOT), { accepted: accepted.slice(0, 1) })).toEqual(refusal("wrong-credential"));
    const ended = [{ id: "new", value: APP_ID, notAfter: instantAfter(0).toISOString() }];
    expect(await verifyBot(await issuer.sign(BOT), { accepted: ended })).toEqual(refusal("expired-credential"));
  });

  it.each<[string, Settings, string]>([
    ["another audience", { aud: "00000000-0000-0000-0000-000000000000" }, "wrong-credential"],
    ["an audience in another case", { aud: APP_ID.toUpperCase() }, "wrong-credential"],
    ["several audiences", { aud: [APP_ID, "another"] }, "wrong-credential"],
    ["no audience", { aud: undefined }, "wrong-credential"],
    ["another issuer", { iss: "https://api.botframework.com" }, "wrong-credential"],
    ["no issuer", { iss: undefined }, "wrong-credential"],
    ["no end", { exp: undefined }, "wrong-credential"],
  ])("is refused with %s", async (_what, claims, reason) => {
    expect(await verifyBot(await issuer.sign({ ...BOT, ...claims }))).toEqual(refusal(reason));
  });

  it.each([
    [{ exp: seconds(-299) }, { ok: true }],
    [{ exp: seconds(-300) }, refusal("stale-timestamp")],
    [{ nbf: seconds(300) }, { ok: true }],
    [{ nbf: seconds(301) }, refusal("future-timestamp")],
  ])("is judged at the time of the webhook: %j", async (claims, verdict) => {
    expect(await verifyBot(await issuer.sign({ ...BOT, ...claims }))).toMatchObject(verdict);
  });

  it("is refused when another key signed it", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    expect(await verifyBot(await issuer.sign(BOT, { key: privateKey }))).toEqual(refusal("wrong-credential"));
  });

  it("is refused when its claims were altered", async () => {
    const [header, , signature] = (await issuer.sign(BOT)).split(".");
    const claims = Buffer.from(JSON.stringify({ ...BOT, iss: issuer.url, exp: seconds(9_999_999) })).toString("base64url");
    expect(await verifyBot(`${header}.${claims}.${signature}`)).toEqual(refusal("wrong-credential"));
  });

  it("is refused where it brings its own key", async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = await crypto.subtle.exportKey("jwk", publicKey);
    const other = await startTestIssuer();
    other.keys = [{ ...jwk, kid: "k1" }];
    const header = { jwk, jku: `${other.url}/keys`, x5u: `${other.url}/keys` };
    for (const kid of ["k1", "theirs"])
      expect(await verifyBot(await issuer.sign(BOT, { key: privateKey, kid, header }))).toEqual(refusal("wrong-credential"));
    expect(other.reads).toEqual({ metadata: 0, keys: 0 });
    await other.stop();
  });

  it("is refused without a signature", async () => {
    const unsecured = new UnsecuredJWT({ ...BOT, iss: issuer.url, exp: seconds(600) }).encode();
    expect(await verifyBot(unsecured)).toEqual(refusal("malformed-credential"));
    const [, claims] = unsecured.split(".");
    const header = Buffer.from('{"alg":"none","kid":"k1"}').toString("base64url");
    expect(await verifyBot(`${header}.${claims}.`)).toEqual(refusal("malformed-credential"));
  });

  it.each(["HS256", "PS256", "ES256"])("is refused with %s, the public key as secret or not", async (alg) => {
    const secret = new TextEncoder().encode(await exportSPKI(issuer.publicKey));
    const key = alg === "HS256" ? secret : (await generateKeyPair(alg)).privateKey;
    const claims = { ...BOT, iss: issuer.url, exp: seconds(600) };
    const token = await new SignJWT(claims).setProtectedHeader({ alg, kid: "k1" }).sign(key);
    expect(await verifyBot(token)).toEqual(refusal("malformed-credential"));
  });

  it("is refused without the name of a key", async () => {
    const token = await new SignJWT({ ...BOT, iss: issuer.url, exp: seconds(600) }).setProtectedHeader({ alg: "RS256" }).sign(issuer.key);
    expect(await verifyBot(token)).toEqual(refusal("wrong-credential"));
  });

  it.each([
    ["", "missing-credential"],
    ["Bearer", "missing-credential"],
    ["Bearer ", "missing-credential"],
    ["Basic YTpiYmJiYmJiYg==", "missing-credential"],
    ["Bearer token", "malformed-credential"],
    ["Bearer a.b.c", "malformed-credential"],
    ["Bearer e30.e30.e30", "malformed-credential"],
    ["Bearer a.b.c.d.e", "malformed-credential"],
    [`Bearer ${"x".repeat(9_000)}`, "malformed-credential"],
  ])("is not read from %j", async (authorization, reason) => {
    expect(await verifierOf(botFrameworkToken, APP_ID, { channels: CHANNELS })(toWebhook({ headers: { authorization } }))).toEqual(
      refusal(reason),
    );
  });

  it("is not read from a header that came twice", async () => {
    const token = await issuer.sign(BOT);
    expect(await verifyBot(`${token},Bearer ${token}`)).toEqual(refusal("malformed-credential"));
  });
});

describe("an ID token of Google", () => {
  it.each([ADDRESS, URL])("is recognised for the webhook's address %s", async (aud) => {
    expect(await verifyGoogle({ ...GOOGLE, aud })).toMatchObject({ ok: true, secretId: "current", claims: { email: ACCOUNT } });
  });

  it("is recognised for the audience that the connection names, and then for no other", async () => {
    const audience = "https://dialogflow.example/hook";
    expect(await verifyGoogle({ ...GOOGLE, aud: audience }, { audience })).toMatchObject({ ok: true });
    expect(await verifyGoogle(GOOGLE, { audience })).toEqual(refusal("wrong-credential"));
  });

  it.each<[string, Settings]>([
    ["another connection's address", { aud: "https://hooks.example/v1/transfers/other" }],
    ["another host", { aud: "https://hooks.example.org/v1/transfers/dialogflow" }],
    ["no audience", { aud: undefined }],
    ["another account", { email: "somebody@gmail.com" }],
    ["an account that begins alike", { email: `${ACCOUNT}.example` }],
    ["no account", { email: undefined }],
    ["an account that is not verified", { email_verified: false }],
    ["an account that is verified in words", { email_verified: "true" }],
    ["an account of which it is not said", { email_verified: undefined }],
    ["another issuer", { iss: "https://accounts.google.com" }],
  ])("is refused for %s", async (_what, claims) => {
    expect(await verifyGoogle({ ...GOOGLE, ...claims })).toEqual(refusal("wrong-credential"));
  });
});
