/** The port to the contact centre: everything that can fail is prepared, then it is sent once. */
import type { Connection } from "./connection.ts";
import type { Invocation } from "./invocation.ts";
import type { TransferRequest } from "./request.ts";
import type { GatewayAnswer } from "./result.ts";

/** What a dry run shows: the POST that would have been sent, without the Guid. */
export interface WirePreview {
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface PreparedTransfer {
  readonly preview: WirePreview;
  /** Whether somebody listens to the agent's events. */
  readonly observed: boolean;
  /**
   * Sends it, at most once: never after the deadline, never again once it may have been read. Throws `gateway-unreachable` or
   * `deadline-exceeded` where provably nothing was sent; whatever else it throws leaves open whether it was.
   */
  send(): Promise<GatewayAnswer>;
}

export interface Preparation extends Invocation {
  /** Of a dry run: not even a sign-in may be done at the gateway. */
  readonly isRehearsal?: boolean;
}

export interface Gateway {
  /** Everything that can fail before the claim: the gateway's and the agent's secret, the encoded body. Sends nothing. */
  prepare(request: TransferRequest, connection: Connection, preparation: Preparation): Promise<PreparedTransfer>;
}
