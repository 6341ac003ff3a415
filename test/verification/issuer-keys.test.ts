import type { ServerResponse } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { botFrameworkToken } from "../../lib/verification/oidc.ts";
import type { Verdict } from "../../lib/verification/scheme.ts";
import { startTestIssuer, type TestIssuer } from "../support/token-issuer.ts";
import { instantAfter, toWebhook } from "../support/webhook.ts";

const APP_ID = "2f1e6d1c-5b0a-4f0e-9c7d-8a1b2c3d4e5f";
const CLAIMS = { aud: APP_ID, exp: instantAfter(10 * 24 * 60 * 60 * 1_000).getTime() / 1_000 };
const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

// Each on a port of its own: what is kept of one is not another's.
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await startTestIssuer();
});
afterEach(() => issuer.stop());

async function verify(token: string, ms = 0, signal?: AbortSignal): Promise<Verdict> {
  const accepted = [{ id: "current", value: APP_ID }];
  const { url, metadataUrl } = issuer;
  const verifier = botFrameworkToken
    .verifier({ test: false })
    .parse({ scheme: "bot-framework-token", accepted, channels: ["directline"], issuer: url, metadataUrl });
  return verifier(toWebhook({ headers: { authorization: `Bearer ${token}` }, receivedAt: instantAfter(ms).toISOString() }), signal);
}

async function failureOf(verdict: Promise<Verdict>): Promise<string> {
  const error = await verdict.then(
    (answer) => answer,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TransferError)) throw new Error(`no failure: ${JSON.stringify(error)}`);
  expect(error.code).toBe("secrets-unavailable");
  expect(error.effect).toBe("none");
  expect(error.message).not.toContain(issuer.url);
  return error.message.replace("keys of the token's issuer: ", "");
}

const UNKNOWN = expect.objectContaining({ ok: false, reason: "wrong-credential" });

describe("keys of an issuer", () => {
  it("are read once, by whichever reading of the connection", async () => {
    const token = await issuer.sign(CLAIMS);
    expect(issuer.reads).toEqual({ metadata: 0, keys: 0 });
    for (const ms of [0, SECOND, HOUR - 1]) expect(await verify(token, ms)).toMatchObject({ ok: true });
    expect(issuer.reads).toEqual({ metadata: 1, keys: 1 });
  });

  it("are read once for all who ask at a time", async () => {
    const token = await issuer.sign(CLAIMS);
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(verdicts.every(({ ok }) => ok)).toBe(true);
    expect(issuer.reads).toEqual({ metadata: 1, keys: 1 });
  });

  it("are read again after an hour", async () => {
    const token = await issuer.sign(CLAIMS);
    await verify(token);
    expect(await verify(token, HOUR)).toMatchObject({ ok: true });
    expect(issuer.reads.keys).toBe(2);
  });

  it("that were withdrawn count no longer than that hour", async () => {
    const token = await issuer.sign(CLAIMS);
    await verify(token);
    const { publicKey } = await generateKeyPair("RS256", { extractable: true });
    issuer.keys = [{ ...(await exportJWK(publicKey)), kid: "k2" }];
    expect(await verify(token, HOUR)).toEqual(UNKNOWN);
  });

  it("are read again for a key id that is new, but not for each", async () => {
    await verify(await issuer.sign(CLAIMS));
    const token = await issuer.sign(CLAIMS, { kid: "k2" });
    for (const ms of [0, SECOND, 29 * SECOND]) expect(await verify(token, ms)).toEqual(UNKNOWN);
    expect(issuer.reads.keys).toBe(1);
    for (const ms of [30, 31, 59]) expect(await verify(token, ms * SECOND)).toEqual(UNKNOWN);
    expect(issuer.reads.keys).toBe(2);
    issuer.keys = issuer.keys.map((key) => ({ ...key, kid: "k2" }));
    expect(await verify(token, 60 * SECOND)).toMatchObject({ ok: true });
    expect(issuer.reads.keys).toBe(3);
  });

  it("serve on for a day while the issuer cannot be reached", async () => {
    const token = await issuer.sign(CLAIMS);
    await verify(token);
    issuer.answers.metadata = (response) => response.writeHead(500).end();
    expect(await verify(token, HOUR)).toMatchObject({ ok: true });
    expect(await verify(token, 24 * HOUR - 1)).toMatchObject({ ok: true });
    expect(await failureOf(verify(token, 24 * HOUR))).toBe("status 500");
  });

  it("that cannot be asked for leave a new key id undecided", async () => {
    await verify(await issuer.sign(CLAIMS));
    issuer.answers.keys = (response) => response.writeHead(503).end();
    expect(await failureOf(verify(await issuer.sign(CLAIMS, { kid: "k2" }), 30 * SECOND))).toBe("status 503");
  });

  it("are not asked for again at once after a failure", async () => {
    issuer.answers.keys = (response) => response.writeHead(503).end();
    const token = await issuer.sign(CLAIMS);
    for (const ms of [0, SECOND, 5 * SECOND - 1]) expect(await failureOf(verify(token, ms))).toBe("status 503");
    expect(issuer.reads.keys).toBe(1);
    issuer.answers = {};
    expect(await verify(token, 5 * SECOND)).toMatchObject({ ok: true });
  });

  it("are not believed fresh by a clock that was set back", async () => {
    const token = await issuer.sign({ ...CLAIMS, nbf: 0 });
    await verify(token);
    expect(await verify(token, -HOUR)).toMatchObject({ ok: true });
    expect(issuer.reads.keys).toBe(2);
  });
});

describe("an issuer that answers badly", () => {
  const redirect = (response: ServerResponse) => response.writeHead(302, { location: "/elsewhere" }).end();
  const json = (body: unknown) => (response: ServerResponse) => response.end(JSON.stringify(body));
  const padding = "x".repeat(64 * 1024);

  it.each<[string, TestIssuer["answers"], string]>([
    ["metadata elsewhere", { metadata: redirect }, "no answer"],
    ["keys elsewhere", { keys: redirect }, "no answer"],
    ["metadata that are too large", { metadata: json({ padding }) }, "too large"],
    ["a key set that is too large", { keys: json({ keys: [], padding }) }, "too large"],
    ["no answer", { keys: (response) => response.destroy() }, "no answer"],
    [
      "half an answer",
      { keys: (response) => response.writeHead(200, { "content-length": 99 }).write("{", () => response.destroy()) },
      "no answer",
    ],
    ["something else", { keys: (response) => response.end("<html>") }, "not JSON"],
    [
      "metadata of another",
      { metadata: json({ issuer: "https://evil.example", jwks_uri: "https://evil.example" }) },
      "metadata of another issuer",
    ],
    ["metadata of nobody", { metadata: json([]) }, "metadata of another issuer"],
    ["a key set that is none", { keys: json({ keys: "k1" }) }, "none in the set"],
    ["no key", { keys: json({ keys: [] }) }, "none in the set"],
    ["a short key", { keys: json({ keys: [{ kty: "RSA", kid: "k1", e: "AQAB", n: "x".repeat(171) }] }) }, "none in the set"],
    ["a symmetric key", { keys: json({ keys: [{ kty: "oct", kid: "k1", k: "c2VjcmV0" }] }) }, "none in the set"],
    [
      "a key for encryption",
      { keys: json({ keys: [{ kty: "RSA", kid: "k1", use: "enc", e: "AQAB", n: "x".repeat(342) }] }) },
      "none in the set",
    ],
  ])("with %s leaves the caller unproven, not wrong", async (_what, answers, reason) => {
    issuer.answers = answers;
    expect(await failureOf(verify(await issuer.sign(CLAIMS)))).toBe(reason);
  });

  it("is not followed to an address that is not protected", async () => {
    issuer.answers.metadata = json({ issuer: issuer.url, jwks_uri: "http://login.example/keys" });
    expect(await failureOf(verify(await issuer.sign(CLAIMS)))).toBe("address of the keys");
  });

  it("is not waited for beyond its time", async () => {
    issuer.answers.keys = (response) => response.writeHead(200).write("{");
    expect(await failureOf(verify(await issuer.sign(CLAIMS)))).toBe("timeout");
  });

  it("is not waited for beyond the caller's deadline, and read on for others", async () => {
    let answer: ServerResponse | undefined;
    const asked = new Promise<void>((resolve) => {
      issuer.answers.keys = (response) => {
        answer = response;
        resolve();
      };
    });
    const token = await issuer.sign(CLAIMS);
    const controller = new AbortController();
    const impatient = failureOf(verify(token, 0, controller.signal));
    const patient = verify(token);
    await asked;
    controller.abort();
    expect(await impatient).toBe("deadline");
    answer?.end(JSON.stringify({ keys: issuer.keys }));
    expect(await patient).toMatchObject({ ok: true });
    expect(await failureOf(verify(await issuer.sign(CLAIMS, { kid: "k2" }), 30 * SECOND, AbortSignal.abort()))).toBe("deadline");
  });
});
