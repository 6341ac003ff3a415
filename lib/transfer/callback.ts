/**
 * A connection's callback: who is told how its transfers ended, and the secrets that sign it. Which addresses are public is not known here: that is looked at
 * when one is connected to.
 */
import * as z from "zod";
import { isPlaceholder, PLACEHOLDER_RULE } from "./placeholder.ts";

const URL_MAX_CHARACTERS = 2_048;
/** A new one, the one before, and one to spare. Each makes a header longer and costs a digest. */
const SECRETS_MAX = 3;
/** Standard Webhooks 1.0, "Signature scheme". */
const SECRET_MIN_BYTES = 24;
const SECRET_MAX_BYTES = 64;
const SECRET_RULE = `must be whsec_ and ${SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes in base64`;
/** Of the libraries of Standard Webhooks and their tests. */
const PUBLISHED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const RANGES_MAX = 20;
/** The largest private networks, 10.0.0.0/8 and fc00::/7. What is wider would turn the check off. */
const PREFIX_MIN = { v4: 8, v6: 7 };

const CallbackSecret = z
  .string()
  .refine((secret) => isPlaceholder(secret) || isSecret(secret), SECRET_RULE)
  .refine((secret) => !isPlaceholder(secret) && !isPlaceholder(decode(secret) ?? ""), PLACEHOLDER_RULE)
  .refine((secret) => secret !== PUBLISHED, "must not be the published example of Standard Webhooks");

const AddressRange = z
  .string()
  .refine(isRange, "must be an IP address or a CIDR range")
  .refine((range) => !isRange(range) || isNarrow(range), `must not be wider than /${PREFIX_MIN.v4}, for IPv6 than /${PREFIX_MIN.v6}`);

const CaCertificates = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((pem) => [pem].flat())
  .refine((pems) => pems.every(isPem), "must be one PEM certificate or a list of them");

export const Callback = z
  .strictObject({
    url: z
      .string()
      .max(URL_MAX_CHARACTERS)
      .pipe(z.url({ protocol: /^https?$/, normalize: true, error: "must be an https URL" }))
      .refine((url) => !hasExtras(url), "must have no user name, password or fragment"),
    /** The newest first. Each signs. */
    secrets: z.array(CallbackSecret).min(1).max(SECRETS_MAX),
    /** Addresses that are not public and may be connected to all the same: a receiver on the operator's own network. */
    allowAddresses: z.array(AddressRange).min(1).max(RANGES_MAX).optional(),
    /** What the receiver's certificate must chain to, and nothing else is trusted. Unset: the public authorities that Node ships. */
    ca: CaCertificates.optional(),
  })
  // That it goes to those addresses alone is seen to when one is connected to.
  .refine(({ url, allowAddresses }) => allowAddresses !== undefined || !url.startsWith("http:"), {
    path: ["url"],
    error: "must be https unless it goes to addresses that allowAddresses lists",
  });
export type Callback = Readonly<z.infer<typeof Callback>>;

function isSecret(secret: string): boolean {
  const bytes = decode(secret)?.length ?? 0;
  return bytes >= SECRET_MIN_BYTES && bytes <= SECRET_MAX_BYTES;
}

/** One character a byte. Undefined also for base64 that another spelling is the usual one of: whoever verifies might read other bytes. */
function decode(secret: string): string | undefined {
  const [, text = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = text.length % 4 === 0 ? atob(text) : "";
  return bytes !== "" && btoa(bytes) === text ? bytes : undefined;
}

function isRange(range: string): boolean {
  return [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()].some((form) => form.safeParse(range).success);
}

function isNarrow(range: string): boolean {
  const [address = "", prefix] = range.split("/");
  return prefix === undefined || Number(prefix) >= (address.includes(":") ? PREFIX_MIN.v6 : PREFIX_MIN.v4);
}

function isPem(pem: string): boolean {
  return /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/.test(pem);
}

function hasExtras(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password, hash } = new URL(url);
  return username !== "" || password !== "" || hash !== "";
}
