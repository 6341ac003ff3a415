/** The secrets of a connection and the one place that compares them. */
import { createHash, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { Verdict } from "./scheme.ts";

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

export const Secrets = z
  .array(Secret)
  .min(1)
  .max(SECRETS_MAX)
  .refine((secrets) => new Set(secrets.map(({ id }) => id)).size === secrets.length, "must have an id of its own for each secret");
export type Secrets = Readonly<z.infer<typeof Secrets>>;

/**
 * Compares with every secret, each in the same time whatever the lengths: hashes of equal length are compared, and a match ends nothing early.
 */
export function matchSecret(presented: readonly string[], secrets: Secrets, now: Date): Verdict {
  const hashes = (presented.length === 0 ? [""] : presented).map(sha256);
  const matches = secrets.filter(({ value }) => {
    const right = sha256(value);
    return hashes.filter((hash) => timingSafeEqual(hash, right)).length > 0;
  });
  if (presented.length === 0) return { ok: false, reason: "missing-credential" };
  const live = matches.find(({ notAfter }) => notAfter === undefined || now < new Date(notAfter));
  if (live !== undefined) return { ok: true, secretId: live.id };
  return { ok: false, reason: matches.length > 0 ? "expired-credential" : "wrong-credential" };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
