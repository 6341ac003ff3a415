/**
 * When an agent may be signed in. No account is ever locked by us: what the gateway refused for the password or the account is not tried again before the
 * secret changes, and attempts that nobody heard of are few. Pure.
 */

import type { SignInAnswer } from "./agent-calls.ts";
import type { SignInAttempt } from "./agent-record.ts";

/** The vendor's codes (cec_07_0580) that trying again cannot mend: only another secret, or somebody at the gateway. */
export const PARKING: Readonly<Record<string, string>> = {
  "100-001": "a parameter is empty or invalid",
  "100-004": "wrong user name or password",
  "100-011": "a parameter is invalid",
  "100-012": "wrong agent type",
  "100-013": "the phone is invalid",
  "100-014": "the phone is not in the configured range",
  "100-016": "the IP address is invalid",
  "100-017": "uPortal authentication failed",
  "100-018": "vdnId mismatch",
  "100-020": "the agent's password has expired",
  "110-016": "the account is locked",
};
/** The codes whose meaning excludes that a password was wrong: after a wait they can go better. */
const PASSING: readonly string[] = [
  "000-003",
  "000-004",
  "100-002",
  "100-003",
  "100-015",
  "100-021",
  "105-001",
  "105-002",
  "105-003",
  "105-004",
  "105-005",
  "105-007",
];

/** Public clients of the gateway wait that long after a failed sign-in. After one that nobody heard it is doubled. */
const WAIT_MS = 60_000;
/** Nothing reached the gateway: only the network is to be spared. */
const NOT_SENT_WAIT_MS = 10_000;
/** A session that is lost as soon as it is there is not signed in without end. */
const SIGNED_IN_WAIT_MS = 10_000;
/**
 * After how many since the last sign-in a version of the secret is given up: each may have been a wrong password that was counted, also where it was right once.
 * The documents do not say after how many an account is locked.
 */
const UNHEARD_MAX = 3;
/** More than anybody moves back to. */
const PARKED_VERSIONS_MAX = 20;
const PARKED_BEFORE = "parked-before";

export type SignInDecision =
  | { readonly kind: "now" }
  | { readonly kind: "wait"; readonly ms: number }
  /** `why` is a retcode, `unanswered`, or `parked-before`. */
  | { readonly kind: "parked"; readonly why: string };

export function decideSignIn(attempt: SignInAttempt | undefined, secretVersion: string, nowMs: number): SignInDecision {
  if (attempt === undefined) return { kind: "now" };
  // A version that was moved back to is not a new one.
  if (attempt.secretVersion !== secretVersion)
    return attempt.parkedVersions?.includes(secretVersion) ? { kind: "parked", why: PARKED_BEFORE } : { kind: "now" };
  const why = whyParked(attempt);
  if (why !== undefined) return { kind: "parked", why };
  const waitMs = waitAfter(attempt);
  // A clock that was ahead when it was written must not make it longer.
  const ms = Math.min(attempt.at + waitMs - nowMs, waitMs);
  return ms > 0 ? { kind: "wait", ms } : { kind: "now" };
}

/** To be written before it is made. */
export function beginAttempt(last: SignInAttempt | undefined, secretVersion: string, nowMs: number): SignInAttempt {
  const known = last?.secretVersion === secretVersion ? last : undefined;
  const isLastParked = last !== undefined && known === undefined && whyParked(last) !== undefined;
  const parkedVersions = [...(last?.parkedVersions ?? []), ...(isLastParked ? [last.secretVersion] : [])];
  return {
    secretVersion,
    at: nowMs,
    result: "pending",
    failures: (known?.failures ?? 0) + 1,
    proven: known?.proven ?? false,
    ...(parkedVersions.length > 0 && { parkedVersions: parkedVersions.slice(-PARKED_VERSIONS_MAX) }),
  };
}

export function endAttempt(begun: SignInAttempt, answer: SignInAnswer): SignInAttempt {
  switch (answer.kind) {
    case "signed-in":
      return { ...begun, result: "signed-in", failures: 0, proven: true };
    case "not-sent":
      return { ...begun, result: "not-sent", failures: begun.failures - 1 };
    case "unanswered":
      return begun;
    case "refused":
      // What was not heard before may have been counted all the same.
      return { ...begun, result: "refused", retcode: answer.retcode, failures: begun.failures - (isHeard(answer.retcode) ? 1 : 0) };
  }
}

function whyParked({ result, retcode = "", failures }: SignInAttempt): string | undefined {
  if (result === "refused" && Object.hasOwn(PARKING, retcode)) return retcode;
  if (failures < UNHEARD_MAX) return undefined;
  return result === "refused" ? retcode : "unanswered";
}

function waitAfter({ result, retcode = "", failures }: SignInAttempt): number {
  if (result === "signed-in") return SIGNED_IN_WAIT_MS;
  if (result === "not-sent") return NOT_SENT_WAIT_MS;
  if (result === "refused" && isHeard(retcode)) return WAIT_MS;
  return WAIT_MS * 2 ** Math.max(0, failures - 1);
}

function isHeard(retcode: string): boolean {
  return PASSING.includes(retcode) || Object.hasOwn(PARKING, retcode);
}

/** For the log. */
export function meaningOf(why: string): string {
  if (Object.hasOwn(PARKING, why)) return PARKING[why] ?? "";
  if (why === PARKED_BEFORE) return "this version of the secret was refused before";
  return why === "unanswered" ? `${UNHEARD_MAX} attempts without an answer` : `${UNHEARD_MAX} attempts, and a code that is not documented`;
}
