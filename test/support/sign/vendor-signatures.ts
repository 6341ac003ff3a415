/** Signatures as vendors' pages describe them, written apart from lib/: a wrong digest must not agree with itself. */
import { createHmac } from "node:crypto";

/** developer.zendesk.com, "Verifying webhooks": base64(HMACSHA256(timestamp + body)). */
export function signAsZendesk(secret: string, timestamp: string, body: Uint8Array): string {
  return createHmac("sha256", Buffer.from(secret, "utf8")).update(timestamp, "utf8").update(body).digest("base64");
}

/** developers.intercom.com, "Webhook notifications": `sha1=` and the hexadecimal HMAC-SHA1 of the body. */
export function signAsIntercom(secret: string, body: Uint8Array): string {
  return `sha1=${createHmac("sha1", Buffer.from(secret, "utf8")).update(body).digest("hex")}`;
}

/** Second-hand: HMAC-SHA256 of `timestamp.body` in hex. */
export function signAsChatwoot(secret: string, timestamp: string, body: Uint8Array): string {
  return createHmac("sha256", Buffer.from(secret, "utf8")).update(`${timestamp}.`, "utf8").update(body).digest("hex");
}
