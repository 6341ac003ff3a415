/**
 * The HMAC family: a digest over parts of the request, keyed with a secret that both sides hold. One implementation, one row a vendor; the vendors'
 * pages are linked at their sources. `hmac` is the row that a connection writes itself.
 */
import { createHash, createHmac } from "node:crypto";
import * as z from "zod";
import { findStaleness, parseTimestamp, TIMESTAMP_UNITS, toSkew } from "./freshness.ts";
import { ZENDESK_TEST_SECRET } from "./published-secrets.ts";
import { defineScheme, type Hint, refused, type Scheme, type Verdict, type Webhook } from "./scheme.ts";
import { isEqual, matchSecrets, type Secret, Secrets } from "./secret.ts";

const PARTS = ["method", "url", "timestamp", "body"] as const;

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;

/** What is signed elsewhere, and so taken for granted by who writes a signer. */
const USUAL_SIGNED: readonly string[] = ["{body}", "{timestamp}.{body}", "{timestamp}{body}", "{url}{body}", "{method}{url}{body}"];
/** Who tries it by hand sends less: over more, no digest is made for a hint. */
const HINTED_BODY_MAX_BYTES = 16 * 1_024;

const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, "must match ^[A-Za-z0-9-]{1,64}$")
  .transform((name) => name.toLowerCase());

export const HmacProfile = z.strictObject({
  /** Header of the signature. */
  header: HeaderName,
  algorithm: z.enum(["sha1", "sha256", "sha384", "sha512"]).default("sha256"),
  encoding: z.enum(["hex", "base64"]).default("hex"),
  /** Stands before the digest: `sha256=`. */
  prefix: z.string().max(32).default(""),
  /** What is signed: `{timestamp}.{body}`. */
  signed: z
    .string()
    .max(128)
    .regex(/\{body\}/, "must contain {body}")
    .default("{body}"),
  timestamp: z.strictObject({ header: HeaderName, unit: z.enum(TIMESTAMP_UNITS) }).optional(),
  toleranceSeconds: z.int().min(1).max(3_600).default(300),
});
type Profile = z.infer<typeof HmacProfile>;

interface VendorProfile extends z.input<typeof HmacProfile> {
  /** Plain hash of the secret and then what is signed: no HMAC, but what the vendor does. */
  readonly plainHash?: true;
  /** Whether the digest may come without its prefix, too. */
  readonly prefixOptional?: true;
  /** Whether the address may be signed with its escapes decoded, too. */
  readonly urlDecoded?: true;
  /** A header that says which of the vendor's signatures this is. */
  readonly version?: { readonly header: string; readonly value: string };
  /** Published by the vendor for its test button: never accepted by a connection that sends. */
  readonly publicTestSecret?: string;
}

/** Facts and their sources: the vendors' pages, as their sources in lib/sources name them. By the ids of their schemes. */
export const VENDORS = {
  zendesk: {
    header: "x-zendesk-webhook-signature",
    encoding: "base64",
    signed: "{timestamp}{body}",
    timestamp: { header: "x-zendesk-webhook-signature-timestamp", unit: "iso8601" },
    publicTestSecret: ZENDESK_TEST_SECRET,
  },
  "hubspot-v3": {
    header: "x-hubspot-signature-v3",
    encoding: "base64",
    signed: "{method}{url}{body}{timestamp}",
    timestamp: { header: "x-hubspot-request-timestamp", unit: "ms" },
    urlDecoded: true,
  },
  "hubspot-v2": {
    header: "x-hubspot-signature",
    signed: "{method}{url}{body}",
    plainHash: true,
    version: { header: "x-hubspot-signature-version", value: "v2" },
  },
  "hubspot-v1": {
    header: "x-hubspot-signature",
    plainHash: true,
    version: { header: "x-hubspot-signature-version", value: "v1" },
  },
  intercom: { header: "x-hub-signature", algorithm: "sha1", prefix: "sha1=" },
  // After `sha256=` by chatwoot/chatwoot#13573, bare by our reference.
  chatwoot: {
    header: "x-chatwoot-signature",
    prefix: "sha256=",
    prefixOptional: true,
    signed: "{timestamp}.{body}",
    timestamp: { header: "x-chatwoot-timestamp", unit: "s" },
  },
} as const satisfies Readonly<Record<string, VendorProfile>>;

const Settings = HmacProfile.extend({ scheme: z.literal("hmac"), secrets: Secrets })
  .refine(({ signed, timestamp }) => signed.includes("{timestamp}") === (timestamp !== undefined), {
    path: ["timestamp"],
    error: "goes with {timestamp} in signed: one that is not signed proves nothing",
  })
  .refine(({ signed }) => [...signed.matchAll(/\{(\w*)\}/g)].every(([, name]) => PARTS.some((part) => part === name)), {
    path: ["signed"],
    error: `may contain ${PARTS.map((part) => `{${part}}`).join(", ")}`,
  });

export const hmac = defineScheme({
  id: "hmac",
  settings: () => Settings,
  verify: (webhook, { scheme: _scheme, secrets, ...profile }) => verifyHmac(webhook, profile, secrets),
});

export const zendeskSignature = defineVendor("zendesk");
export const hubspotV3 = defineVendor("hubspot-v3");
export const hubspotV2 = defineVendor("hubspot-v2");
export const hubspotV1 = defineVendor("hubspot-v1");
export const intercomSignature = defineVendor("intercom");
export const chatwootSignature = defineVendor("chatwoot");

function defineVendor(id: keyof typeof VENDORS): Scheme {
  const vendor: VendorProfile = VENDORS[id];
  const { plainHash, prefixOptional, urlDecoded, version, publicTestSecret, ...settings } = vendor;
  const profile: SigningProfile = {
    ...HmacProfile.parse(settings),
    ...(plainHash && { plainHash }),
    ...(prefixOptional && { prefixOptional }),
    ...(urlDecoded && { urlDecoded }),
    ...(version && { version }),
  };
  const publicSecrets = publicTestSecret === undefined ? [] : [{ id: "vendor-test", value: publicTestSecret }];
  return defineScheme({
    id,
    settings: ({ test }) =>
      z.strictObject({
        scheme: z.literal(id),
        // A test connection can do with the public secret alone.
        secrets: test ? Secrets.optional() : Secrets,
        toleranceSeconds: HmacProfile.shape.toleranceSeconds,
      }),
    verify(webhook, { secrets = [], toleranceSeconds }, { test }) {
      const verdict = verifyHmac(webhook, { ...profile, toleranceSeconds }, secrets);
      if (verdict.ok || !test) return verdict;
      const anybody = verifyHmac(webhook, { ...profile, toleranceSeconds }, publicSecrets);
      return anybody.ok ? { ...anybody, publicSecret: true } : verdict;
    },
  });
}

type SigningProfile = Profile & Pick<VendorProfile, "plainHash" | "prefixOptional" | "urlDecoded" | "version">;

function verifyHmac(webhook: Webhook, profile: SigningProfile, secrets: readonly Secret[]): Verdict {
  const { headers, receivedAt } = webhook;
  const presented = headers[profile.header];
  const timestamp = profile.timestamp === undefined ? "" : headers[profile.timestamp.header];
  if (presented === undefined || timestamp === undefined) return refused("missing-credential", { missing: toMissing(webhook, profile) });
  if (profile.version !== undefined && headers[profile.version.header] !== profile.version.value)
    return refused("missing-credential", { hint: "signature-version" });
  const hasPrefix = presented.startsWith(profile.prefix);
  if (!hasPrefix && !profile.prefixOptional) return refused("malformed-credential", { hint: "digest-prefix" });

  // Compared as text: lower-case hex and padded base64 are the one spelling of a digest. A repeated header comes as a list, which is none.
  const digest = hasPrefix ? presented.slice(profile.prefix.length) : presented;
  const match = (candidates: readonly Buffer[]) =>
    matchSecrets(secrets, receivedAt, (value) => candidates.some((signed) => isEqual(digest, sign(signed, value, profile))));
  const verdict = match(toSigned(webhook, profile, timestamp));
  if (!verdict.ok) {
    const hint =
      findEncoding(digest, profile) ??
      findOtherUrl(webhook, profile, (other) => match(toSigned(other, profile, timestamp))) ??
      findOtherParts(webhook, { ...profile, digest }, (signed) => match(toSigned(webhook, { ...profile, signed }, timestamp)));
    return hint === undefined ? verdict : refused(verdict.reason, { ...verdict.details, hint });
  }
  // In one spelling: two connections may share a secret and encode its digests differently.
  const proven: Verdict = { ...verdict, signature: Buffer.from(digest, profile.encoding).toString("hex") };
  if (profile.timestamp === undefined) return proven;
  const signedAtMs = parseTimestamp(timestamp, profile.timestamp.unit);
  if (signedAtMs === undefined) return refused("malformed-credential", { hint: "timestamp-format" });
  const { toleranceSeconds } = profile;
  const staleness = findStaleness(signedAtMs, receivedAt, toleranceSeconds);
  if (staleness === undefined) return proven;
  return refused(staleness, toSkew(signedAtMs, receivedAt, { unit: profile.timestamp.unit, toleranceSeconds }));
}

function toMissing({ headers }: Webhook, { header, timestamp }: SigningProfile): string {
  return [header, timestamp?.header].filter((name) => name !== undefined && headers[name] === undefined).join(", ");
}

/** By its form alone: what it would be in the other encoding is not compared. */
function findEncoding(digest: string, { algorithm, encoding }: SigningProfile): Hint | undefined {
  const bytes = DIGEST_BYTES[algorithm];
  const isHex = digest.length === bytes * 2 && /^[0-9a-f]+$/i.test(digest);
  const isBase64 = digest.length === Math.ceil(bytes / 3) * 4 && Buffer.from(digest, "base64").length === bytes;
  const isOther = encoding === "hex" ? isBase64 || (isHex && /[A-F]/.test(digest)) : isHex;
  return isOther ? "digest-encoding" : undefined;
}

/**
 * Whether it was signed of the address that the request itself names: it is refused all the same. One digest more, which nobody pays who is not there: who sends a
 * signature in the right header, to another address, may tell by it that there is a connection which signs addresses (SECURITY.md).
 */
function findOtherUrl(webhook: Webhook, { signed }: SigningProfile, match: (other: Webhook) => Verdict): Hint | undefined {
  const { url, requestedUrl = url } = webhook;
  if (requestedUrl === url || !signed.includes("{url}")) return undefined;
  return match({ ...webhook, url: requestedUrl }).ok ? "url-differs" : undefined;
}

/** Whether other parts were signed than should be, of those that there are. It is refused all the same, and the log alone is told. */
function findOtherParts(
  { body }: Webhook,
  { digest, algorithm, encoding, signed, timestamp }: SigningProfile & { readonly digest: string },
  match: (signed: string) => Verdict,
): Hint | undefined {
  if (body.length > HINTED_BODY_MAX_BYTES || Buffer.from(digest, encoding).length !== DIGEST_BYTES[algorithm]) return undefined;
  const others = USUAL_SIGNED.filter(
    (other) =>
      other !== signed &&
      (timestamp !== undefined || !other.includes("{timestamp}")) &&
      (signed.includes("{url}") || !other.includes("{url}")),
  );
  return others.some((other) => match(other).ok) ? "signed-parts" : undefined;
}

/** More than one where the vendor's description leaves open how the address is written: each is as hard to sign. */
function toSigned({ method, url, body }: Webhook, { signed, urlDecoded }: SigningProfile, timestamp: string): Buffer[] {
  const urls = urlDecoded && signed.includes("{url}") ? [url, decodeUrl(url)] : [url];
  return urls.map((address) => {
    const parts: Readonly<Record<string, string | Uint8Array>> = { method, url: address, timestamp, body };
    return Buffer.concat(signed.split(/\{(\w+)\}/).map((text, index) => Buffer.from(index % 2 === 1 ? (parts[text] ?? "") : text)));
  });
}

/** HubSpot, "Validating requests": the escapes of these characters are decoded, `: / ? @ ! $ ' ( ) * , ;`, and no others. */
function decodeUrl(url: string): string {
  return url.replace(/%(?:2[14789ACF]|3[ABF]|40)/gi, decodeURIComponent);
}

function sign(signed: Uint8Array, secret: string, { algorithm, encoding, plainHash }: SigningProfile): string {
  const digest = plainHash ? createHash(algorithm).update(secret, "utf8") : createHmac(algorithm, secret);
  return digest.update(signed).digest(encoding);
}
