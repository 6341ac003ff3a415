/**
 * Standard Webhooks (standardwebhooks.com, specification 1.0): `v1`, HMAC-SHA256 with a secret `whsec_…`, and `v1a`, ed25519 with a public key `whpk_…`.
 * The header may carry several signatures; one that matches is enough.
 */
import { createHash, createHmac, createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto";
import * as z from "zod";
import { findStaleness, parseTimestamp, toSkew } from "./freshness.ts";
import { defineScheme, refused } from "./scheme.ts";
import { isEqual, matchSecrets, Secrets } from "./secret.ts";

const HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;
const SECRET_PREFIX = "whsec_";
const PUBLIC_KEY_PREFIX = "whpk_";
/** What a raw ed25519 key is wrapped in as SubjectPublicKeyInfo (RFC 8410 section 4). */
const ED25519_SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
/** The specification asks for 24 to 64; it is the sender who chose, and what is shorter than this can be guessed. */
const SECRET_MIN_BYTES = 16;
const PUBLIC_KEY_BYTES = 32;
/** A header of more is no sender's; each costs a comparison. */
const SIGNATURES_MAX = 10;
const ASYMMETRIC = "v1a,";
/** Each costs as much as many digests: an old and a new key, and one to spare. */
const ASYMMETRIC_MAX = 3;

const Settings = z.strictObject({
  scheme: z.literal("standard-webhooks"),
  secrets: Secrets.refine(
    (secrets) => secrets.every(({ value }) => isKey(value)),
    `must begin with ${SECRET_PREFIX} or ${PUBLIC_KEY_PREFIX}`,
  ),
  toleranceSeconds: z.int().min(1).max(3_600).default(300),
});

export const standardWebhooks = defineScheme({
  id: "standard-webhooks",
  settings: () => Settings,
  verify({ headers, body, receivedAt }, { secrets, toleranceSeconds }) {
    const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": list } = headers;
    if (!id || !timestamp || !list) return refused("missing-credential", { missing: HEADERS.filter((name) => !headers[name]).join(", ") });
    const signedAtMs = parseTimestamp(timestamp, "s");
    if (signedAtMs === undefined) return refused("malformed-credential", { hint: "timestamp-format" });
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
    const signatures = list.split(" ").slice(0, SIGNATURES_MAX);
    const verdict = matchSecrets(secrets, receivedAt, (value) => isSignedBy(value, signed, signatures));
    if (!verdict.ok) {
      const isVersioned = signatures.some((signature) => /^v1a?,/.test(signature));
      return isVersioned ? verdict : refused(verdict.reason, { ...verdict.details, hint: "signature-version" });
    }
    const staleness = findStaleness(signedAtMs, receivedAt, toleranceSeconds);
    // Of what was signed: one message may bear several signatures.
    return staleness === undefined
      ? { ...verdict, signature: createHash("sha256").update(signed).digest("hex") }
      : refused(staleness, toSkew(signedAtMs, receivedAt, { unit: "s", toleranceSeconds }));
  },
});

/** The digest is made once a secret, however many signatures are listed. */
function isSignedBy(key: string, signed: Uint8Array, signatures: readonly string[]): boolean {
  if (key.startsWith(SECRET_PREFIX)) {
    const secret = Buffer.from(key.slice(SECRET_PREFIX.length), "base64");
    const expected = `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`;
    return signatures.some((signature) => isEqual(signature, expected));
  }
  const publicKey = toPublicKey(key);
  const asymmetric = signatures.filter((signature) => signature.startsWith(ASYMMETRIC)).slice(0, ASYMMETRIC_MAX);
  return asymmetric.some((signature) => {
    const bytes = decodeExactly(signature.slice(ASYMMETRIC.length));
    return publicKey !== undefined && bytes !== undefined && verifySignature(null, signed, publicKey, bytes);
  });
}

function isKey(value: string): boolean {
  if (value.startsWith(PUBLIC_KEY_PREFIX)) return toPublicKey(value) !== undefined;
  const secret = value.startsWith(SECRET_PREFIX) ? decodeExactly(value.slice(SECRET_PREFIX.length)) : undefined;
  return secret !== undefined && secret.length >= SECRET_MIN_BYTES;
}

function toPublicKey(key: string): KeyObject | undefined {
  const raw = decodeExactly(key.slice(PUBLIC_KEY_PREFIX.length));
  if (raw?.length !== PUBLIC_KEY_BYTES) return undefined;
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI_PREFIX, raw]), format: "der", type: "spki" });
}

/** Node's decoder leaves out what is not base64: a signature or a key would have many spellings. */
function decodeExactly(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
