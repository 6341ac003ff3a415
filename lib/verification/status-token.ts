/**
 * The capability in the address of a transfer's status: whoever has it may read what became of this one transfer, until it expires. For callers that sign bodies,
 * or poll without headers: they could prove themselves by nothing else. `{key id}.{expiry, in seconds since 1970}.{HMAC-SHA256}`, all of it characters that an
 * address carries unchanged.
 */
import { createHmac } from "node:crypto";
import { refused, type Verdict } from "./scheme.ts";
import { isEqual } from "./secret.ts";

export interface StatusKey {
  readonly id: string;
  readonly value: string;
}

/** Which transfer, and of which connection. */
export interface TransferName {
  readonly connection: string;
  readonly transferId: string;
}

/** One spelling of each number: what is compared is the whole text. */
const TOKEN = /^[A-Za-z0-9_-]{1,32}\.([1-9]\d{0,11})\.[A-Za-z0-9_-]{43}$/;

export function signStatusToken({ id, value }: StatusKey, { connection, transferId }: TransferName, expiresAtSeconds: number): string {
  // As JSON, so that no two of them are written alike, whatever the names.
  const signed = JSON.stringify(["status", id, connection, transferId, expiresAtSeconds]);
  const digest = createHmac("sha256", value).update(signed).digest("base64url");
  return `${id}.${expiresAtSeconds}.${digest}`;
}

/** By any of the keys, every one of which is tried. What is wrong with it is for the log alone. */
export function verifyStatusToken(
  keys: readonly StatusKey[],
  transfer: TransferName,
  { token, now }: { readonly token: string; readonly now: Date },
): Verdict {
  const [, expiry] = TOKEN.exec(token) ?? [];
  if (expiry === undefined) return refused("malformed-credential");
  const expiresAtSeconds = Number(expiry);
  const [key] = keys.filter((each) => isEqual(token, signStatusToken(each, transfer, expiresAtSeconds)));
  if (key === undefined) return refused("wrong-credential");
  return now.getTime() < expiresAtSeconds * 1_000 ? { ok: true, secretId: key.id } : refused("expired-credential");
}
