import { describe, expect, it } from "vitest";
import type { Verdict, Verifier } from "../../lib/verification/scheme.ts";
import { sharedSecret } from "../../lib/verification/shared-secret.ts";
import { toWebhook } from "../support/webhook.ts";

const VALUE = "open sesame";
const SECRETS = [{ id: "current", value: VALUE }];
const MATCH: Verdict = { ok: true, secretId: "current" };
const WRONG: Verdict = expect.objectContaining({ ok: false, reason: "wrong-credential" });
const MISSING: Verdict = expect.objectContaining({ ok: false, reason: "missing-credential" });

type Settings = Readonly<Record<string, unknown>>;

function verify(
  headers: Readonly<Record<string, string>>,
  settings: Settings = {},
  receivedAt = "2026-11-23T07:00:00.000Z",
): ReturnType<Verifier> {
  const verifier = sharedSecret.verifier({ test: false }).parse({ scheme: "shared-secret", secrets: SECRETS, ...settings });
  return verifier(toWebhook({ headers, receivedAt }));
}

// RFC 7617 section 2 and values encoded apart from this code: user-id ":" password, in UTF-8, as base64.
const BASIC = { in: ["basic"] };
const OF_RFC = { ...BASIC, secrets: [{ id: "rfc", value: "open sesame" }] };
const ALADDIN = "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="; // Aladdin:open sesame
const NO_NAME = "Om9wZW4gc2VzYW1l"; // :open sesame
const NO_PASSWORD = "QWxhZGRpbjo="; // Aladdin:
const NO_COLON = "QWxhZGRpbg=="; // Aladdin
const WITH_COLON = "YTpiOmNkZWZnaGlq"; // a:b:cdefghij
const WITH_UMLAUT = "Z3LDvMOfZTpvcGVuIHNlc2FtZQ=="; // grüße:open sesame

describe("a bearer token or an API key, unless told otherwise", () => {
  it.each<[string, Record<string, string>, Verdict]>([
    ["the token", { authorization: `Bearer ${VALUE}` }, MATCH],
    ["the scheme in lower case", { authorization: `bearer ${VALUE}` }, MATCH],
    ["the scheme in upper case", { authorization: `BEARER ${VALUE}` }, MATCH],
    ["white space around it", { authorization: `  Bearer   ${VALUE}  ` }, MATCH],
    ["a wrong token", { authorization: "Bearer open barley" }, WRONG],
    ["a token in another case", { authorization: "Bearer Open Sesame" }, WRONG],
    ["no token", { authorization: "Bearer" }, MISSING],
    ["an empty token", { authorization: "Bearer " }, MISSING],
    ["the token without a scheme", { authorization: "sesame" }, MISSING],
    ["a scheme that begins alike", { authorization: `Bearers ${VALUE}` }, MISSING],
    ["an empty header", { authorization: "" }, MISSING],
    ["no header", {}, MISSING],
    ["the key", { "x-api-key": VALUE }, MATCH],
    ["a wrong key", { "x-api-key": "open barley" }, WRONG],
    ["an empty key", { "x-api-key": "" }, MISSING],
    ["Basic, which is not asked for", { authorization: `Basic ${ALADDIN}` }, MISSING],
    ["another header", { "x-secret": VALUE }, MISSING],
    ["the key beside an empty token", { authorization: "Bearer ", "x-api-key": VALUE }, MATCH],
    ["the key beside another scheme's credentials", { authorization: `Basic ${ALADDIN}`, "x-api-key": VALUE }, MATCH],
    ["a wrong key beside the token", { authorization: `Bearer ${VALUE}`, "x-api-key": "open barley" }, MATCH],
    ["the key beside the token of a proxy", { authorization: "Bearer x", "x-api-key": VALUE }, MATCH],
    ["a wrong key beside a wrong token", { authorization: "Bearer x", "x-api-key": "y" }, WRONG],
  ])("with %s", (_what, headers, verdict) => {
    expect(verify(headers)).toEqual(verdict);
  });

  it("counts where the list names it alone", () => {
    const both = { authorization: "Bearer open barley", "x-api-key": VALUE };
    expect(verify(both, { in: ["api-key", "bearer"] })).toEqual(MATCH);
    expect(verify(both, { in: ["api-key"] })).toEqual(MATCH);
    expect(verify(both, { in: ["bearer"] })).toEqual(WRONG);
    expect(verify({ authorization: `Bearer ${VALUE}` }, { in: ["api-key"] })).toEqual(MISSING);
  });

  it("keeps the blanks within a secret", () => {
    const secrets = [{ id: "current", value: "open  sesame" }];
    expect(verify({ authorization: "Bearer open  sesame" }, { secrets })).toEqual(MATCH);
    expect(verify({ authorization: `Bearer ${VALUE}` }, { secrets })).toEqual(WRONG);
  });

  it("names the secret that matched", () => {
    const secrets = [{ id: "other", value: "another one" }, ...SECRETS];
    expect(verify({ "x-api-key": "another one" }, { secrets })).toEqual({ ok: true, secretId: "other" });
  });

  it("is judged at the time of the webhook", () => {
    const settings = { secrets: [{ ...SECRETS[0], notAfter: "2026-11-23T07:00:00Z" }] };
    expect(verify({ "x-api-key": VALUE }, settings, "2026-11-23T06:59:59.999Z")).toEqual({
      ...MATCH,
      secretNotAfter: "2026-11-23T07:00:00Z",
    });
    expect(verify({ "x-api-key": VALUE }, settings, "2026-11-23T07:00:00.000Z")).toEqual(
      expect.objectContaining({ ok: false, reason: "expired-credential" }),
    );
  });
});

describe("Basic", () => {
  it.each<[string, string, Settings, Verdict]>([
    ["the RFC's example", `Basic ${ALADDIN}`, OF_RFC, { ok: true, secretId: "rfc" }],
    ["the scheme in another case", `bASIC ${ALADDIN}`, BASIC, MATCH],
    ["any name where none is asked for", `Basic ${NO_NAME}`, BASIC, MATCH],
    ["the name that is asked for", `Basic ${ALADDIN}`, { ...BASIC, username: "Aladdin" }, MATCH],
    ["a name in another case", `Basic ${ALADDIN}`, { ...BASIC, username: "aladdin" }, WRONG],
    ["another name", `Basic ${ALADDIN}`, { ...BASIC, username: "Ali Baba" }, WRONG],
    ["no name where one is asked for", `Basic ${NO_NAME}`, { ...BASIC, username: "Aladdin" }, WRONG],
    ["a wrong password", `Basic ${WITH_COLON}`, BASIC, WRONG],
    ["an empty password", `Basic ${NO_PASSWORD}`, BASIC, MISSING],
    ["no colon", `Basic ${NO_COLON}`, BASIC, MISSING],
    ["no credentials", "Basic", BASIC, MISSING],
    ["what is no base64", "Basic !!!", BASIC, MISSING],
    ["a colon in the password", `Basic ${WITH_COLON}`, { ...BASIC, secrets: [{ id: "current", value: "b:cdefghij" }] }, MATCH],
    ["a name in UTF-8", `Basic ${WITH_UMLAUT}`, { ...BASIC, username: "grüße" }, MATCH],
    ["the password as a token, which is not asked for", `Bearer ${VALUE}`, BASIC, MISSING],
  ])("with %s", (_what, authorization, settings, verdict) => {
    expect(verify({ authorization }, settings)).toEqual(verdict);
  });
});

describe("a header of any name", () => {
  const settings = { in: ["header"], header: "X-Hub-Secret" };

  it.each<[string, Record<string, string>, Verdict]>([
    ["the secret", { "x-hub-secret": VALUE }, MATCH],
    ["a wrong one", { "x-hub-secret": "open barley" }, WRONG],
    ["an empty one", { "x-hub-secret": "" }, MISSING],
    ["no such header", { "x-api-key": VALUE }, MISSING],
  ])("with %s", (_what, headers, verdict) => {
    expect(verify(headers, settings)).toEqual(verdict);
  });

  it("is never there by a name that every object has", () => {
    expect(verify({}, { in: ["header"], header: "constructor" })).toEqual(MISSING);
  });
});

describe("settings are refused", () => {
  it.each<[string, Settings, string]>([
    ["of another scheme", { scheme: "hmac" }, "scheme"],
    ["without secrets", { secrets: undefined }, "secrets"],
    ["with an empty list of secrets", { secrets: [] }, "secrets"],
    ["with a secret that headers have no encoding for", { secrets: [{ id: "a", value: "grüße-123" }] }, "secrets"],
    ["with a secret that begins with a blank", { secrets: [{ id: "a", value: " 12345678" }] }, "secrets"],
    ["with a secret that ends with a blank", { secrets: [{ id: "a", value: "12345678 " }] }, "secrets"],
    ["with a secret of two lines", { secrets: [...SECRETS, { id: "a", value: "1234\n5678" }] }, "secrets"],
    ["with no place", { in: [] }, "in"],
    ["with an unknown place", { in: ["query"] }, "in.0"],
    ["with a header without its place", { header: "x-secret" }, "header"],
    ["with the place without a header", { in: ["header"] }, "header"],
    ["with a header that is no name", { in: ["header"], header: "x secret" }, "header"],
    ["with a header of 65 characters", { in: ["header"], header: "x".repeat(65) }, "header"],
    ["with a user name without Basic", { username: "Aladdin" }, "username"],
    ["with an empty user name", { in: ["basic"], username: "" }, "username"],
    ["with an unknown field", { secret: VALUE }, ""],
  ])("%s", (_what, settings, path) => {
    const parsed = sharedSecret.verifier({ test: false }).safeParse({ scheme: "shared-secret", secrets: SECRETS, ...settings });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});
