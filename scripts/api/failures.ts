/** The failures of `lib/errors.ts` for whoever meets one: what to do, and the answer as it comes. */
import { type FailureCode, failureOf } from "../../lib/errors.ts";
import { EXAMPLE_TRANSFER_ID, type Example, REQUEST_ID } from "./examples.ts";

/** Those that are no problem but a transfer nobody knows the end of. */
export type ProblemCode = Exclude<FailureCode, "gateway-timeout" | "gateway-invalid-response" | "gateway-error">;

/** In the imperative where there is something to do. */
const ADVICE: Readonly<Record<ProblemCode, string>> = {
  "not-found": "There is no such route, or the connection has no such transfer: it was refused, or its record has expired.",
  "method-not-allowed": "Use another method: see the header Allow.",
  "invalid-json": "Send JSON in UTF-8.",
  "payload-too-large": "Send at most 1 MiB.",
  "unsupported-media-type": "Send Content-Type: application/json, in UTF-8 and uncompressed.",
  unauthenticated: "The connection does not exist, is disabled, or the secret is wrong: the operator's log tells which.",
  "invalid-request": "Put right what errors lists: it lists everything at once.",
  forbidden: "Ask the operator to allow this agent, target or mode to the connection.",
  expired: "The customer may be long gone. Where they are not, send it with another attempt.",
  "rate-limited": "Send it again after Retry-After.",
  paused: "An operator has stopped transfers for now: send it again after Retry-After.",
  "duplicate-in-progress": "The same delivery is under way: ask again after Retry-After, with the same delivery id.",
  "idempotency-mismatch": "Use a delivery id of its own for each transfer.",
  "call-busy": "Another delivery is moving this call. With retryable, ask again; without it the call is, or may be, on its way.",
  "deadline-exceeded": "Nothing was sent: send it again.",
  "gateway-refused": "Nothing was done: reason says why.",
  "agent-not-signed-in": "Nothing was done: have the operator see to the agent's session.",
  "gateway-busy": "Nothing was done: send it again after Retry-After.",
  "gateway-unreachable": "Nothing was sent: send it again after Retry-After.",
  "secrets-unavailable": "Nothing was sent: send it again after Retry-After.",
  "store-unavailable": "Nothing was sent by this request, but an earlier one of the same delivery cannot be ruled out: send it again.",
  misconfigured: "Have the operator read the log, which names the secret and the field.",
  internal: "With the effect unknown it may have been transferred: look at the call.",
};

/** What an example of a code has beside what the table says. */
const MORE: Readonly<Partial<Record<ProblemCode, Readonly<Record<string, unknown>>>>> = {
  // Of the route that has it: an id that we no longer know may have been of a transfer.
  "not-found": {
    effect: "unknown",
    detail: "This connection has no transfer of this id: it never had one, it was refused, or its record has expired.",
  },
  "invalid-json": { detail: "The body is empty." },
  "payload-too-large": { detail: "The body may have at most 1048576 bytes." },
  "unsupported-media-type": { detail: "Send the body with Content-Type: application/json." },
  "invalid-request": {
    errors: [
      { pointer: "#/callId", detail: "is required" },
      { pointer: "#/callid", detail: "is not a known field; did you mean callId?" },
    ],
  },
  "duplicate-in-progress": { transferId: EXAMPLE_TRANSFER_ID },
  "idempotency-mismatch": { transferId: EXAMPLE_TRANSFER_ID },
  "gateway-refused": {
    state: "refused",
    reason: "no-such-call",
    transferId: EXAMPLE_TRANSFER_ID,
    gateway: { retcode: "200-012", message: "no call to transfer" },
    reference: "ticket-4711",
  },
  "agent-not-signed-in": {
    state: "refused",
    transferId: EXAMPLE_TRANSFER_ID,
    gateway: { retcode: "105-006", message: "the Guid does not match" },
  },
  "gateway-busy": { state: "refused", transferId: EXAMPLE_TRANSFER_ID, gateway: { retcode: "000-004", message: "switching over" } },
};

export function toProblemExample(code: ProblemCode): Example {
  const { status, title, retryable, effect } = failureOf(code);
  return {
    summary: title,
    description: ADVICE[code],
    value: { type: `urn:ccgw:problem:${code}`, title, status, code, retryable, effect, ...MORE[code], requestId: REQUEST_ID },
  };
}

/** For the description of a response. */
export function toAdvice(codes: readonly ProblemCode[]): string {
  return codes.map((code) => `- \`${code}\`: ${failureOf(code).title}. ${ADVICE[code]}`).join("\n");
}
