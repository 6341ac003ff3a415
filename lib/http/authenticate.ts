/** Who sent this? Finds the connection that a request names and has its source verify the bytes. Unknown, disabled and unproven look alike outside. */
import { TransferError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ConfiguredConnection } from "../sources/configured-connection.ts";
import { createDecoyVerifier } from "../sources/decoy-verifier.ts";
import type { Verdict } from "../sources/source.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { Name } from "../transfer/target.ts";
import type { HttpRequest } from "./request.ts";

/** A rotated secret is seen this soon; a stranger's guesses cost no more than one read in the time. */
const REREAD_MIN_AGE_MS = 10_000;

export interface Connections {
  get(name: string, signal: AbortSignal): Promise<ConfiguredConnection | undefined>;
  /** Reads it anew, unless what is kept is younger. */
  reread(name: string, signal: AbortSignal, minAgeMs: number): Promise<ConfiguredConnection | undefined>;
}

export type Authenticate = (request: HttpRequest) => Promise<ConfiguredConnection>;

/** Throws `unauthenticated`, `secrets-unavailable` or `misconfigured`. */
export function createAuthenticator(connections: Connections, log: Log): Authenticate {
  const decoy = createDecoyVerifier();

  function check(request: HttpRequest, connection: ConfiguredConnection | undefined): ConfiguredConnection | undefined {
    // The decoy makes a connection that is not there cost what a wrong credential costs.
    const verdict: Verdict = (connection?.verify ?? decoy)(request.webhook);
    if (connection === undefined) request.note({ reason: "unknown-connection" });
    else if (!connection.settings.enabled) request.note({ reason: "disabled-connection" });
    else if (!verdict.ok) request.note({ reason: verdict.reason });
    else {
      const { secretId } = verdict;
      request.note({ reason: undefined, source: connection.source.id, secretId });
      log.count("Authenticated", { connection: request.connectionName, secretId });
      return connection;
    }
    return undefined;
  }

  return async (request) => {
    const name = Name.safeParse(request.connectionName).data;
    const { signal } = request.stopwatch.deadline(DEADLINE_MAX_MS);
    request.note({ connection: name });
    const proven =
      check(request, name === undefined ? undefined : await connections.get(name, signal)) ??
      check(request, name === undefined ? undefined : await connections.reread(name, signal, REREAD_MIN_AGE_MS));
    if (proven === undefined) throw new TransferError("unauthenticated", { reason: String(request.facts.reason) });
    return proven;
  };
}
