/** The connections, for the functions that callers post to. */
import type { Connections } from "../http/authenticate.ts";
import { createSecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { ConfiguredConnection } from "../sources/configured-connection.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A changed connection is in use within a minute. */
export const CONNECTIONS_TTL_MS = 60_000;

export function composeConnections({ readVersion }: Secrets): Connections {
  const writtenAt = new Map<string, Date | undefined>();
  const folder = "connections";
  async function read(name: string): Promise<string | undefined> {
    const version = await readVersion(name);
    // Of those that there are: a caller may name others without end.
    if (version !== undefined) writtenAt.set(name, version.writtenAt);
    return version?.text;
  }
  const lookup = createSecretLookup({
    read,
    folder,
    schema: ConfiguredConnection,
    ttlMs: CONNECTIONS_TTL_MS,
    now: RUNNING_CLOCK.monotonicMs,
  });
  return { ...lookup, writtenAt: (name) => writtenAt.get(`${folder}/${name}`) };
}
