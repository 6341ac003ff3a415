import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTokenIssuer, type TokenIssuer, tokensUrl } from "../../dev/token-issuer.ts";

let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await startTokenIssuer({ port: 0 });
});
afterAll(() => issuer.stop());

function askFor(claims: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(tokensUrl(issuer.url), { method: "POST", body: claims, headers });
}

describe("the local issuer of tokens", () => {
  it("publishes the keys that its tokens are signed with", async () => {
    expect(await (await fetch(issuer.metadataUrl)).json()).toMatchObject({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` });
    const token = await (await askFor('{"aud":"bot","email_verified":true}')).text();
    const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(`${issuer.url}/keys`)), {
      issuer: issuer.url,
      audience: "bot",
    });
    expect(protectedHeader).toMatchObject({ alg: "RS256", kid: "local" });
    expect(payload.email_verified).toBe(true);
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
  });

  it("publishes no private key", async () => {
    const text = expect.any(String);
    expect(await (await fetch(`${issuer.url}/keys`)).json()).toEqual({
      keys: [{ alg: "RS256", e: text, kid: "local", kty: "RSA", n: text, use: "sig" }],
    });
  });

  it("is the issuer, whatever is asked for", async () => {
    const token = await (await askFor('{"iss":"https://api.botframework.com","exp":1}')).text();
    expect(decodeJwt(token)).toMatchObject({ iss: issuer.url });
    expect(decodeJwt(token).exp).toBeGreaterThan(1);
  });

  it.each(["", "[]", '{"a":{}}', "text"])("refuses %j for claims", async (claims) => {
    expect((await askFor(claims)).status).toBe(400);
  });

  it("refuses what a web page may send", async () => {
    expect((await askFor("{}", { origin: "https://example.com" })).status).toBe(403);
    expect((await askFor("{}", { origin: "http://localhost:3000" })).status).toBe(200);
  });

  it("knows no other address", async () => {
    expect((await fetch(`${issuer.url}/elsewhere`)).status).toBe(404);
  });
});
