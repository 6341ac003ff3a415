/**
 * The address under which a transfer's status is read, with the capability in it that makes it work without the connection's key. Nothing here is for a log: a
 * capability that is written down can be used by whoever reads it.
 */
import { toTransferError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Verdict } from "../sources/source.ts";
import type { HttpRequest } from "./request.ts";

/** In the query. */
const TOKEN_PARAMETER = "token";

export interface TransferName {
  readonly connection: string;
  readonly transferId: string;
}

/** Each throws `secrets-unavailable` or `misconfigured`. */
export interface StatusTokens {
  /** Makes tokens with the key that is in use. They are good for as long from `at` as records are kept. */
  signer(signal: AbortSignal): Promise<(transfer: TransferName, at: Date) => string>;
  verify(transfer: TransferName, presented: { readonly token: string; readonly now: Date }, signal: AbortSignal): Promise<Verdict>;
}

export type StatusUrlOf = (transferId: string) => string;

export interface StatusUrls {
  /** Of the connection's transfers. Never rejects: where nothing can be signed, the address is good for whoever has the connection's key. */
  fresh(request: HttpRequest, signal: AbortSignal): Promise<StatusUrlOf>;
  /** With the token that the request came with: a capability does not make itself last longer. */
  presented(request: HttpRequest): StatusUrlOf;
}

interface StatusUrlsOptions {
  readonly tokens: StatusTokens;
  readonly publicBaseUrl: string;
  readonly log: Log;
}

export function createStatusUrls({ tokens, publicBaseUrl, log }: StatusUrlsOptions): StatusUrls {
  function toUrl({ connection, transferId }: TransferName, token: string | undefined): string {
    const address = `${publicBaseUrl}/v1/transfers/${connection}/${transferId}`;
    return token === undefined ? address : `${address}?${TOKEN_PARAMETER}=${token}`;
  }

  return {
    async fresh({ connectionName: connection, requestId, webhook }, signal) {
      const sign = await tokens.signer(signal).catch((thrown: unknown) => {
        // An address is nothing that a customer has to wait for.
        const { code, message: reason } = toTransferError(thrown, "none");
        log.problem("status address not signed", { requestId, connection, code, reason });
        return undefined;
      });
      return (transferId) => toUrl({ connection, transferId }, sign?.({ connection, transferId }, webhook.receivedAt));
    },
    presented(request) {
      const token = presentedToken(request);
      return (transferId) => toUrl({ connection: request.connectionName, transferId }, token);
    },
  };
}

/** Whether the address that was asked proves whoever asks. Undefined where there is no capability in it. */
export type ProveByAddress = (request: HttpRequest, signal: AbortSignal) => Promise<Verdict | undefined>;

export function createProveByAddress({ verify }: Pick<StatusTokens, "verify">): ProveByAddress {
  return async (request, signal) => {
    const token = presentedToken(request);
    if (token === undefined) return undefined;
    const { connectionName: connection, transferId, webhook } = request;
    const verdict = await verify({ connection, transferId }, { token, now: webhook.receivedAt }, signal);
    // Beside the ids of the connection's secrets, none of which has a colon.
    return verdict.ok ? { ...verdict, secretId: `status:${verdict.secretId}` } : verdict;
  };
}

/** Twice is not once: which of them would count, others may see otherwise. */
function presentedToken({ webhook: { query } }: HttpRequest): string | undefined {
  const tokens = query.getAll(TOKEN_PARAMETER);
  return tokens.length === 1 ? tokens[0] : undefined;
}
