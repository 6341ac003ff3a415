/** The connections, for the functions that callers post to. */
import { createSecretLookup, type SecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { ConfiguredConnection } from "../sources/configured-connection.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A changed connection is in use within a minute. */
const TTL_MS = 60_000;

export function composeConnections({ read }: Secrets): SecretLookup<ConfiguredConnection> {
  return createSecretLookup({ read, folder: "connections", schema: ConfiguredConnection, ttlMs: TTL_MS, now: RUNNING_CLOCK.monotonicMs });
}
