/** From a body that the customer wrote to the fields of a transfer request: what goes in, whichever way it is done. */

/** The documented input of a connection's `mapping`. Headers that prove or name the caller are not among it. */
export interface MappingInput {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

/** Throws a `TransferError`: `misconfigured` where the expression fails. */
export type Mapping = (input: MappingInput) => Promise<unknown>;
