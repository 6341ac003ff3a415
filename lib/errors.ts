/**
 * Every way a delivery can fail, in one table, and the one error that carries a code of it.
 * No status number, retry rule or effect stands anywhere else. Knows nothing of HTTP libraries, gateways or sources.
 */

/** `none`: the gateway did not act on this delivery. `unknown`: it may have. */
export type Effect = "none" | "unknown";

interface Failure {
  /** HTTP status of the canonical answer. */
  readonly status: number;
  /** For the caller: the same words for every occurrence of the code. */
  readonly title: string;
  /** Whether repeating this same delivery is useful. */
  readonly retryable: boolean;
  /** What the gateway did, unless the error that is thrown knows better. */
  readonly effect: Effect;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

export const FAILURES = {
  "not-found": { status: 404, title: "There is no such resource", retryable: false, effect: "none" },
  "method-not-allowed": { status: 405, title: "This resource does not take this method", retryable: false, effect: "none" },
  "invalid-json": { status: 400, title: "The body is not valid JSON in UTF-8", retryable: false, effect: "none" },
  "payload-too-large": { status: 413, title: "The body is too large", retryable: false, effect: "none" },
  "unsupported-media-type": {
    status: 415,
    title: "The body is of a type that this connection does not take",
    retryable: false,
    effect: "none",
  },
  unauthenticated: { status: 401, title: "The caller could not be authenticated", retryable: false, effect: "none" },
  "invalid-request": { status: 422, title: "The request is not valid", retryable: false, effect: "none" },
  forbidden: { status: 403, title: "The connection may not make this transfer", retryable: false, effect: "none" },
  expired: { status: 422, title: "The delivery is older than the connection takes", retryable: false, effect: "none" },
  "rate-limited": { status: 429, title: "Too many requests", retryable: true, effect: "none", retryAfterSeconds: 60 },
  paused: { status: 503, title: "Transfers are paused", retryable: true, effect: "none", retryAfterSeconds: 60 },
  "duplicate-in-progress": {
    status: 409,
    title: "The same delivery is still being transferred",
    retryable: true,
    effect: "unknown",
    retryAfterSeconds: 5,
  },
  "idempotency-mismatch": {
    status: 422,
    title: "The same delivery id was used for another transfer request",
    retryable: false,
    effect: "unknown",
  },
  "call-busy": {
    status: 409,
    title: "Another delivery has the call",
    retryable: true,
    effect: "none",
    retryAfterSeconds: 5,
  },
  "deadline-exceeded": {
    status: 503,
    title: "Time ran out before anything was sent to the gateway",
    retryable: true,
    effect: "none",
    retryAfterSeconds: 5,
  },
  "gateway-refused": { status: 422, title: "The gateway refused the transfer", retryable: false, effect: "none" },
  "agent-not-signed-in": {
    status: 503,
    title: "The agent is not signed in at the gateway",
    retryable: true,
    effect: "none",
    retryAfterSeconds: 30,
  },
  "gateway-busy": { status: 503, title: "The gateway is switching over", retryable: true, effect: "none", retryAfterSeconds: 30 },
  "gateway-unreachable": { status: 503, title: "The gateway could not be reached", retryable: true, effect: "none", retryAfterSeconds: 10 },
  "gateway-timeout": {
    status: 202,
    title: "No answer of the gateway arrived in time: whether it transferred is unknown",
    retryable: true,
    effect: "unknown",
    retryAfterSeconds: 10,
  },
  "gateway-invalid-response": {
    status: 202,
    title: "The gateway's answer could not be read: whether it transferred is unknown",
    retryable: true,
    effect: "unknown",
    retryAfterSeconds: 10,
  },
  "gateway-error": {
    status: 202,
    title: "The gateway reported an error: whether it transferred is unknown",
    retryable: true,
    effect: "unknown",
    retryAfterSeconds: 10,
  },
  "secrets-unavailable": {
    status: 503,
    title: "The configuration could not be read",
    retryable: true,
    effect: "none",
    retryAfterSeconds: 5,
  },
  "store-unavailable": {
    status: 503,
    title: "What is known of the agent or of earlier deliveries could not be read",
    retryable: true,
    effect: "unknown",
    retryAfterSeconds: 5,
  },
  misconfigured: {
    status: 500,
    title: "The connection, its gateway or its agent is misconfigured; the log names the secret and the field",
    retryable: false,
    effect: "none",
  },
  internal: { status: 500, title: "An unexpected error occurred", retryable: false, effect: "none" },
} as const satisfies Readonly<Record<string, Failure>>;

export type FailureCode = keyof typeof FAILURES;

/** The row of a code, with its optional members readable on every row. */
export function failureOf(code: FailureCode): Failure {
  return FAILURES[code];
}

/** One violation: where, as a JSON Pointer in a URI fragment (RFC 6901 section 6, as RFC 9457 section 3 shows it), and what is wrong. */
export interface Violation {
  readonly pointer: string;
  readonly detail: string;
}

interface TransferErrorOptions {
  /** For the log alone. Never holds a secret, a Guid, a number or anything that a caller sent. */
  readonly reason: string;
  /** For the caller, about this occurrence. Same rule. */
  readonly detail?: string | undefined;
  readonly errors?: readonly Violation[] | undefined;
  /** Only where it differs from the table's. */
  readonly effect?: Effect;
  /** Only where it differs from the table's. */
  readonly retryable?: boolean | undefined;
  readonly transferId?: string | undefined;
  readonly reference?: string | undefined;
  /** For `method-not-allowed` (RFC 9110 section 15.5.6). */
  readonly allow?: string | undefined;
  /** Only where more is known than the table's. */
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** What kept us from an answer of the gateway. `message` is the reason, for us; the title is for the caller. */
export class TransferError extends Error {
  override readonly name = "TransferError";
  readonly code: FailureCode;
  readonly effect: Effect;
  readonly retryable: boolean;
  readonly detail: string | undefined;
  readonly errors: readonly Violation[] | undefined;
  readonly transferId: string | undefined;
  readonly reference: string | undefined;
  readonly allow: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: FailureCode, options: TransferErrorOptions) {
    super(options.reason, { cause: options.cause });
    this.code = code;
    this.effect = options.effect ?? FAILURES[code].effect;
    this.retryable = options.retryable ?? FAILURES[code].retryable;
    this.detail = options.detail;
    this.errors = options.errors;
    this.transferId = options.transferId;
    this.reference = options.reference;
    this.allow = options.allow;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The same failure, with what is known further out about the transfer. */
  about(known: { readonly transferId?: string; readonly reference?: string | undefined; readonly effect?: Effect }): TransferError {
    const { code, message: reason, retryable, detail, errors, allow, retryAfterSeconds, cause } = this;
    const transferId = this.transferId ?? known.transferId;
    const reference = this.reference ?? known.reference;
    const effect = known.effect ?? this.effect;
    return new TransferError(code, { reason, effect, retryable, detail, errors, allow, retryAfterSeconds, cause, transferId, reference });
  }
}

/** Anything that is not one of ours is a bug: `internal`, whose effect is what the thrower could prove, else unknown. */
export function toTransferError(thrown: unknown, effect: Effect): TransferError {
  if (thrown instanceof TransferError) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new TransferError("internal", { reason: `unexpected ${name}`, effect, cause: thrown });
}
