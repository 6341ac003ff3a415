/** The capabilities in the addresses of transfers' statuses, made of the secret `keys/status`. */
import type { Config } from "../config.ts";
import type { StatusTokens } from "../http/status-url.ts";
import { createSecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { StatusKey, toStatusKeys } from "../secrets/status-key.ts";
import { signStatusToken, verifyStatusToken } from "../verification/status-token.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A new key signs this soon. */
export const STATUS_KEY_TTL_MS = 5 * 60_000;
/** How often a token that no key has signed may have the keys read anew: another function may sign with a newer one, and guesses cost no more. */
const REREAD_INTERVAL_MS = 10_000;

export function composeStatusTokens(
  { retentionDays }: Pick<Config, "retentionDays">,
  { read }: Pick<Secrets, "read">,
  { monotonicMs: now } = RUNNING_CLOCK,
): StatusTokens {
  const lookup = createSecretLookup({ read, folder: "keys", schema: StatusKey, ttlMs: STATUS_KEY_TTL_MS, now });
  const retentionSeconds = retentionDays * 24 * 60 * 60;
  return {
    async signer(signal) {
      const [key] = toStatusKeys(await lookup.get("status", signal));
      // As long as the record, which was written a moment ago at the latest.
      return (transfer, at) => signStatusToken(key, transfer, Math.ceil(at.getTime() / 1_000) + retentionSeconds);
    },
    async verify(transfer, presented, signal) {
      const verdict = verifyStatusToken(toStatusKeys(await lookup.get("status", signal)), transfer, presented);
      if (verdict.ok || verdict.reason !== "wrong-credential") return verdict;
      const latest = await lookup.reread("status", signal, now() - REREAD_INTERVAL_MS);
      return verifyStatusToken(toStatusKeys(latest), transfer, presented);
    },
  };
}
