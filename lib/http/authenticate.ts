/** Who sent this? Finds the connection that a request names and has its source verify the bytes. Unknown, disabled and unproven look alike outside. */
import { TransferError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ConfiguredConnection } from "../sources/configured-connection.ts";
import { createDecoyVerifier } from "../sources/decoy-verifier.ts";
import type { Proof, Verdict } from "../sources/source.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { Name } from "../transfer/target.ts";
import type { HttpRequest } from "./request.ts";

/** How often a failed verification may read a connection's secret anew: a rotated one is seen this soon, and guesses cost no more. */
const REREAD_INTERVAL_MS = 10_000;
/** Bounds what made-up names can take of the memory. */
const NAMES_MAX = 1_000;

export interface Connections {
  get(name: string, signal: AbortSignal): Promise<ConfiguredConnection | undefined>;
  /** Reads it anew, unless what is kept was read at `since` or later. */
  reread(name: string, signal: AbortSignal, since: number): Promise<ConfiguredConnection | undefined>;
  /** What was read last, however long ago. */
  peek(name: string): ConfiguredConnection | undefined;
}

interface Dependencies {
  readonly connections: Connections;
  readonly log: Log;
  /** Monotonic, in ms: the clock of `connections`. */
  readonly now: () => number;
}

export interface Authenticated {
  readonly connection: ConfiguredConnection;
  readonly proof: Proof;
  /** Anybody can sign so: nothing of the connection is told. */
  readonly publicSecret?: boolean;
}

export type Authenticate = (request: HttpRequest) => Promise<Authenticated>;

/** Throws `unauthenticated`, `secrets-unavailable` or `misconfigured`. */
export function createAuthenticator({ connections, log, now }: Dependencies): Authenticate {
  const decoy = createDecoyVerifier();
  const reread = new Map<string, number>();

  async function check(
    request: HttpRequest,
    connection: ConfiguredConnection | undefined,
    signal: AbortSignal,
  ): Promise<Authenticated | undefined> {
    // The decoy makes a connection that is not there cost what a wrong credential costs.
    const verdict: Verdict = await (connection?.verify ?? decoy)(request.webhook, signal);
    if (connection === undefined) request.note({ reason: "unknown-connection" });
    else if (!connection.settings.enabled) request.note({ reason: "disabled-connection" });
    else if (!verdict.ok) request.note({ reason: verdict.reason });
    else {
      const { ok: _ok, secretId, publicSecret = false, ...proof } = verdict;
      request.note({ reason: undefined, source: connection.source.id, secretId });
      log.count("Authenticated", { connection: request.connectionName, secretId });
      return { connection, proof, publicSecret };
    }
    return undefined;
  }

  /** Whether a name exists or not, the first failure in ten seconds costs one read, and the others none. */
  function mayReread(name: string): boolean {
    if (now() - (reread.get(name) ?? Number.NEGATIVE_INFINITY) < REREAD_INTERVAL_MS) return false;
    reread.delete(name);
    reread.set(name, now());
    const [oldest] = reread.keys();
    if (reread.size > NAMES_MAX && oldest !== undefined) reread.delete(oldest);
    return true;
  }

  return async (request) => {
    const begunAt = now();
    const name = Name.safeParse(request.connectionName).data;
    request.note({ connection: name });
    const known = name === undefined ? undefined : connections.peek(name);
    const { signal } = request.stopwatch.deadline(known?.settings.deadlineMs ?? known?.source.deadlineMs ?? DEADLINE_MAX_MS);
    const kept = name === undefined ? undefined : await connections.get(name, signal);
    let proven = await check(request, kept, signal);
    // Verified twice only where it was read twice.
    if (proven === undefined && name !== undefined && mayReread(name))
      proven = await check(request, await connections.reread(name, signal, begunAt), signal);
    if (proven === undefined) throw new TransferError("unauthenticated", { reason: String(request.facts.reason) });
    return proven;
  };
}
