/** Which connection sent this? Its source verifies the bytes. Unknown, disabled and unproven look alike outside. */
import { toTransferError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ConfiguredConnection } from "../sources/configured-connection.ts";
import { createDigestDecoy, createSecretDecoy } from "../sources/decoy-verifier.ts";
import type { Proof } from "../sources/source.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { Name } from "../transfer/target.ts";
import { createProver, type Lookup } from "./prover.ts";
import type { HttpRequest } from "./request.ts";
import type { ProveByAddress } from "./status-url.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface Connections extends Lookup<ConfiguredConnection> {
  /** What was read last, however long ago. */
  peek(name: string): ConfiguredConnection | undefined;
  /** When the document that was read last was written. */
  writtenAt?(name: string): Date | undefined;
}

interface Dependencies {
  readonly connections: Connections;
  readonly log: Log;
  /** Monotonic, in ms: the clock of `connections`. */
  readonly now: () => number;
  /** For a route whose addresses can prove whoever has one. */
  readonly proveByAddress?: ProveByAddress;
}

export interface Authenticated {
  readonly connection: ConfiguredConnection;
  readonly proof: Proof;
  /** Anybody can sign so: nothing of the connection is told. */
  readonly publicSecret?: boolean;
  /** Proven by the address alone: by whoever was given it. */
  readonly byAddress?: boolean;
}

export type Authenticate = (request: HttpRequest) => Promise<Authenticated>;

/** Throws `unauthenticated`, `secrets-unavailable` or `misconfigured`, and of a bug, such as a source that cannot be loaded, that nothing was done. */
export function createAuthenticator({ connections, log, now, proveByAddress }: Dependencies): Authenticate {
  const prove = createProver({
    lookup: connections,
    bar,
    decoy: createSecretDecoy(),
    toll: createDigestDecoy(),
    proveOtherwise: proveByAddress,
    now,
  });

  async function authenticate(request: HttpRequest): Promise<Authenticated> {
    const name = Name.safeParse(request.connectionName).data;
    request.note({ connection: name });
    const kept = name === undefined ? undefined : connections.peek(name);
    const { signal } = request.stopwatch.deadline(kept?.settings.deadlineMs ?? kept?.source.deadlineMs ?? DEADLINE_MAX_MS);
    const { known: connection, verdict, otherwise: byAddress = false } = await prove(request, name, signal);
    const { ok: _ok, secretId, secretNotAfter, publicSecret = false, ...proof } = verdict;
    request.note({ source: connection.source.id, secretId });
    const dimensions = { connection: request.connectionName, secretId };
    log.count("Authenticated", dimensions);
    const isOwn = !byAddress && !publicSecret;
    const writtenAt = isOwn ? connections.writtenAt?.(request.connectionName) : undefined;
    const { receivedAt } = request.webhook;
    if (writtenAt !== undefined) log.measure("SecretAgeDays", daysBetween(writtenAt, receivedAt), dimensions);
    if (secretNotAfter !== undefined) log.measure("SecretDaysLeft", daysBetween(receivedAt, new Date(secretNotAfter)), dimensions);
    return { connection, proof, publicSecret, byAddress };
  }

  return (request) =>
    authenticate(request).catch((thrown: unknown) => {
      throw toTransferError(thrown, "none");
    });
}

function daysBetween(earlier: Date, later: Date): number {
  return Math.floor((later.getTime() - earlier.getTime()) / DAY_MS);
}

function bar(connection: ConfiguredConnection | undefined): string | undefined {
  if (connection === undefined) return "unknown-connection";
  return connection.settings.enabled ? undefined : "disabled-connection";
}
