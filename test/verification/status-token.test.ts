import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signStatusToken, verifyStatusToken } from "../../lib/verification/status-token.ts";

const KEY = { id: "1", value: "a-status-key-of-thirty-two-chars" };
const NEXT_KEY = { id: "2", value: "the-status-key-that-is-in-use-by-now" };
const TRANSFER = { connection: "crm", transferId: "abc-1" };
/** 2026-11-24T07:00:00Z */
const EXPIRES_AT = 1_795_503_600;
const EXPIRY = new Date(EXPIRES_AT * 1_000);
const BEFORE = new Date(EXPIRY.getTime() - 1);
/** printf '%s' '["status","1","crm","abc-1",1795503600]' | openssl dgst -sha256 -hmac a-status-key-of-thirty-two-chars -binary | basenc --base64url */
const TOKEN = "1.1795503600.IZDYPnzLEhh6RFvED_mw1aFDvP4iwa5VXGoYTL6KAWY";

/** Written out, apart from lib/. */
function derive(key: string, text: string): string {
  return createHmac("sha256", key).update(text, "utf8").digest("base64url");
}

describe("a status token", () => {
  it("is what openssl makes of the key, the transfer and the expiry", () => {
    expect(signStatusToken(KEY, TRANSFER, EXPIRES_AT)).toBe(TOKEN);
    expect(derive(KEY.value, '["status","1","crm","abc-1",1795503600]')).toBe(TOKEN.split(".")[2]);
  });

  it("goes into an address as it is", () => {
    expect(encodeURIComponent(TOKEN)).toBe(TOKEN);
  });

  it.each([
    ["another transfer", KEY, { ...TRANSFER, transferId: "abc-2" }, EXPIRES_AT],
    ["another connection", KEY, { ...TRANSFER, connection: "crm-2" }, EXPIRES_AT],
    ["names with the border elsewhere", KEY, { connection: "crma", transferId: "bc-1" }, EXPIRES_AT],
    ["a name that holds a border", KEY, { connection: 'crm","abc-1', transferId: "" }, EXPIRES_AT],
    ["another expiry", KEY, TRANSFER, EXPIRES_AT + 1],
    ["another key", { ...KEY, value: NEXT_KEY.value }, TRANSFER, EXPIRES_AT],
    ["another key's id", { ...KEY, id: "2" }, TRANSFER, EXPIRES_AT],
  ])("has another digest for %s", (_what, key, transfer, expiresAt) => {
    expect(signStatusToken(key, transfer, expiresAt).split(".")[2]).not.toBe(TOKEN.split(".")[2]);
  });
});

describe("a status token that is presented", () => {
  const verify = (token: string, { keys = [KEY], transfer = TRANSFER, now = BEFORE } = {}) =>
    verifyStatusToken(keys, transfer, { token, now });

  it.each([
    ["of the key", [KEY], TOKEN],
    ["of the key before", [NEXT_KEY, KEY], TOKEN],
    ["of the key in use, beside the one before", [KEY, NEXT_KEY], TOKEN],
    ["of the key in use, of two", [NEXT_KEY, KEY], signStatusToken(NEXT_KEY, TRANSFER, EXPIRES_AT)],
  ])("%s proves its transfer until it expires: %#", (_what, keys, token) => {
    const secretId = token.split(".")[0];
    expect(verify(token, { keys })).toEqual({ ok: true, secretId });
    expect(verify(token, { keys, now: EXPIRY })).toEqual({ ok: false, reason: "expired-credential" });
  });

  it.each([
    ["of another transfer", { transfer: { ...TRANSFER, transferId: "abc-2" } }],
    ["of another connection", { transfer: { ...TRANSFER, connection: "crm-2" } }],
    ["of a key that is out of use", { keys: [NEXT_KEY] }],
    ["of a key whose value has changed", { keys: [{ ...KEY, value: NEXT_KEY.value }] }],
    ["of a key that has another id by now", { keys: [{ ...KEY, id: "2" }] }],
  ])("%s proves nothing", (_what, over) => {
    expect(verify(TOKEN, over)).toEqual({ ok: false, reason: "wrong-credential" });
  });

  const [id = "", expiry = "", digest = ""] = TOKEN.split(".");
  it.each([
    ["a later expiry", `${id}.${Number(expiry) + 1}.${digest}`],
    ["another id", `2.${expiry}.${digest}`],
    ["another first character of the digest", `${id}.${expiry}.J${digest.slice(1)}`],
    // Decoded, it would be the same bytes: the last character has two bits that mean nothing.
    ["another spelling of the same digest", `${id}.${expiry}.${digest.slice(0, -1)}Z`],
    ["the digest of what was not signed with the key's id", `${id}.${expiry}.${derive(KEY.value, '["status","crm","abc-1",1795503600]')}`],
    ["no digest but zeros", `${id}.${expiry}.${"A".repeat(43)}`],
  ])("with %s proves nothing", (_what, token) => {
    expect(verify(token, { keys: [KEY, NEXT_KEY] })).toEqual({ ok: false, reason: "wrong-credential" });
  });

  it.each([
    ["nothing", ""],
    ["a word", "token"],
    ["two parts", `${id}.${expiry}`],
    ["four parts", `${TOKEN}.${digest}`],
    ["no id", `.${expiry}.${digest}`],
    ["an id that is none", `a b.${expiry}.${digest}`],
    ["no expiry", `${id}..${digest}`],
    ["an expiry with a zero before it", `${id}.0${expiry}.${digest}`],
    ["an expiry with a sign", `${id}.+${expiry}.${digest}`],
    ["an expiry in another notation", `${id}.1e12.${digest}`],
    ["an expiry that is no number", `${id}.never.${digest}`],
    ["an expiry beyond all reason", `${id}.${expiry}${expiry}.${digest}`],
    ["a digest that is cut short", `${id}.${expiry}.${digest.slice(1)}`],
    ["a digest with more", `${id}.${expiry}.${digest}A`],
    ["a padded digest", `${id}.${expiry}.${digest}=`],
    ["a digest in another alphabet", `${id}.${expiry}.${digest.replace("_", "/")}`],
    ["a line's end", `${TOKEN}\n`],
    ["a blank", ` ${TOKEN}`],
  ])("that is no token is told apart for the log: %s", (_what, token) => {
    expect(verify(token)).toEqual({ ok: false, reason: "malformed-credential" });
  });

  it("is told to have expired only where it was ours", () => {
    expect(verify(`${id}.1.${digest}`)).toEqual({ ok: false, reason: "wrong-credential" });
  });
});
