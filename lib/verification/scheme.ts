/** What a verification scheme is: it proves from the bytes as they came that a webhook is from who holds one of the connection's secrets. */
import type * as z from "zod";

/** A webhook as it was received: nothing parsed, nothing trusted. */
export interface Webhook {
  readonly method: string;
  /** The address that the caller was given, with its query: from our configuration, never from the request (a signed URL proves nothing then). */
  readonly url: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAt: Date;
  /** The address as the request itself names it. It proves nothing: once a signature of `url` has failed, it says why. */
  readonly requestedUrl?: string | undefined;
}

/** For the log alone: outside all of them look alike. */
export const VERIFICATION_FAILURES = [
  "missing-credential",
  "malformed-credential",
  "wrong-credential",
  "expired-credential",
  "stale-timestamp",
  "future-timestamp",
] as const;
export type VerificationFailure = (typeof VERIFICATION_FAILURES)[number];

/** What it looks like that the caller has done. No more than that: whoever is told has no proof of it. */
export const HINTS = [
  /** Base64 where hex is expected, or the other way round, or upper-case hex. */
  "digest-encoding",
  "digest-prefix",
  /** Of another of the vendor's versions. */
  "signature-version",
  /** It would have been right of the address that the request itself names. */
  "url-differs",
  /** It would have been right of other parts of the request: of the body alone, say. */
  "signed-parts",
  "timestamp-format",
  /** Milliseconds for seconds, or the other way round. */
  "timestamp-unit",
  /** An Authorization of another scheme than is asked for. */
  "authorization-scheme",
  "token-format",
  "token-issuer",
  "token-audience",
  "token-key",
  "token-signature",
] as const;
export type Hint = (typeof HINTS)[number];

/** For the log alone, too. Names of ours and numbers: nothing of what was presented or should have been. */
export interface RefusalDetails {
  readonly hint?: Hint | undefined;
  /** Where it should have been: names of headers. */
  readonly missing?: string | undefined;
  /** By how much its time is behind ours; negative where it is ahead. */
  readonly skewSeconds?: number | undefined;
  /** Ids of the secrets that do not match. */
  readonly secretsTried?: string | undefined;
  /** Of the one that matches, but is past its `notAfter`. */
  readonly secretId?: string | undefined;
}

/**
 * `secretId` names the secret that matched, so that an operator sees when an old one is out of use, and `secretNotAfter` (ISO 8601) when it ends. `publicSecret`:
 * anybody can sign so.
 */
export type Verdict =
  | ({ readonly ok: true; readonly secretId: string; readonly secretNotAfter?: string; readonly publicSecret?: true } & Proof)
  | { readonly ok: false; readonly reason: VerificationFailure; readonly details?: RefusalDetails };

/** What a verified webhook proved, beside who sent it. */
export interface Proof {
  readonly claims?: Claims;
  /** The digest that matched: of one body, at one time, with one secret. */
  readonly signature?: string;
}

/** What a verified token says, for a source that has to hold it against the body. */
export type Claims = Readonly<Record<string, unknown>>;

/** Throws `secrets-unavailable` where it needs something of others that it cannot get, also when `signal` aborts first. */
export type Verifier = (webhook: Webhook, signal?: AbortSignal) => Verdict | Promise<Verdict>;

export interface VerifierOptions {
  /** A test connection takes the vendor's public test secret, too. It never sends. */
  readonly test: boolean;
}

export interface Scheme {
  readonly id: string;
  /** Name in the query under which its caller may send a secret, unless a connection has another. */
  readonly parameter?: string | undefined;
  /** Of a secret that is sent as it is: where its caller may put it, unless a connection says otherwise. */
  readonly places?: readonly string[] | undefined;
  /** From a connection's `verification` to what checks its webhooks. */
  verifier(options: VerifierOptions): z.ZodType<Verifier>;
}

interface SchemeDefinition<Settings> {
  readonly id: string;
  readonly parameter?: string | undefined;
  readonly places?: readonly string[] | undefined;
  readonly settings: (options: VerifierOptions) => z.ZodType<Settings>;
  verify(webhook: Webhook, settings: Settings, options: VerifierOptions, signal?: AbortSignal): Verdict | Promise<Verdict>;
}

export function defineScheme<Settings>({ id, parameter, places, settings, verify }: SchemeDefinition<Settings>): Scheme {
  return {
    id,
    parameter,
    places,
    verifier: (options) =>
      settings(options).transform((parsed) => (webhook: Webhook, signal?: AbortSignal) => verify(webhook, parsed, options, signal)),
  };
}

export function refused(reason: VerificationFailure, details?: RefusalDetails): Extract<Verdict, { ok: false }> {
  return { ok: false, reason, ...(details !== undefined && { details }) };
}
