/** What one invocation brings with it: how long it may go on, and who is told what happens. The core reads no clock and writes no log. */
import type { TransferRequest } from "./request.ts";

export interface Deadline {
  /** Milliseconds until the answer has to leave; negative afterwards. */
  remainingMs(): number;
  /** Aborts at the deadline, and once the invocation has answered: nothing may be begun then. */
  readonly signal: AbortSignal;
}

/** For the access line and the metrics. `cause` is an error's code, or why an answer could not be read: nothing of a request, a secret or an answer. */
export type TransferEvent =
  /** The request is valid: from here on the log can name it. */
  | { readonly kind: "parsed"; readonly request: TransferRequest }
  /** One try to send, and how it ended. */
  | { readonly kind: "attempt"; readonly outcome: string; readonly cause?: string | undefined; readonly durationMs: number }
  | { readonly kind: "guid-renewed" }
  /** Refused for the Guid, and there is no other. */
  | { readonly kind: "not-signed-in"; readonly why: string }
  /** The result could not be kept. The caller is answered with the truth all the same. */
  | { readonly kind: "not-kept"; readonly error: unknown };

export interface Invocation {
  readonly deadline: Deadline;
  readonly observe: (event: TransferEvent) => void;
}
