/** The secrets of a connection, and the one place that compares what a caller presents with what it should be. */
import { createHash, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { isPublished } from "./published-secrets.ts";
import { refused, type Verdict } from "./scheme.ts";

/** A guess at a shorter one could succeed. */
const SECRET_MIN_CHARACTERS = 8;
/** More than an old and a new one per person who rotates is a mistake, and each costs a hash. */
const SECRETS_MAX = 10;

const Secret = z.strictObject({
  /** Logged and counted when it matches. */
  id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "must match ^[A-Za-z0-9._-]{1,64}$"),
  value: z.string().min(SECRET_MIN_CHARACTERS),
  /** Refused from then on. */
  notAfter: z.iso.datetime({ offset: true }).optional(),
});
export type Secret = Readonly<z.infer<typeof Secret>>;

export const Secrets = z
  .array(Secret)
  .min(1)
  .max(SECRETS_MAX)
  .refine((secrets) => new Set(secrets.map(({ id }) => id)).size === secrets.length, "must have an id of its own for each secret")
  .refine(
    (secrets) => !secrets.some(({ value }) => isPublished(value)),
    "must not hold a published secret (a vendor's example, or the CHANGE-ME of our documents): anybody can use it",
  );

/** In the same time whatever the lengths and wherever they differ: hashes of equal length are compared. */
export function isEqual(presented: string | Uint8Array, right: string | Uint8Array): boolean {
  return timingSafeEqual(sha256(presented), sha256(right));
}

/**
 * Asks for every secret: a match ends nothing early. A secret beyond its `notAfter` is told apart for the log alone.
 */
export function matchSecrets(secrets: readonly Secret[], now: Date, isMatch: (value: string) => boolean): Verdict {
  const matches = secrets.filter(({ value }) => isMatch(value));
  const live = matches.find(({ notAfter }) => notAfter === undefined || now < new Date(notAfter));
  if (live !== undefined) return { ok: true, secretId: live.id, ...(live.notAfter !== undefined && { secretNotAfter: live.notAfter }) };
  const [expired] = matches;
  return expired === undefined
    ? refused("wrong-credential", { secretsTried: secrets.map(({ id }) => id).join(",") })
    : refused("expired-credential", { secretId: expired.id });
}

function sha256(value: string | Uint8Array): Buffer {
  return createHash("sha256").update(value).digest();
}
