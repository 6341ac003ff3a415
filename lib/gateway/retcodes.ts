/**
 * What each retcode means for a transfer. Effect none needs proof: only a code whose documented meaning excludes that the transfer was carried
 * out is listed. All others are `gateway-error`, with effect unknown; docs/gateway-api.md says why each is where it is.
 */
import type { RefusalReason } from "../transfer/result.ts";

export const RETCODE_SUCCESS = "0";
/** The forms that the vendor's table of codes shows (cec_07_0580). */
export const RETCODE_FORM = /^\d{1,3}-\d{3}$/;

export type Refusal =
  | { readonly code: "gateway-refused"; readonly reason: RefusalReason }
  | { readonly code: "agent-not-signed-in" }
  | { readonly code: "gateway-busy" };

const refused = (reason: RefusalReason): Refusal => ({ code: "gateway-refused", reason });
const notSignedIn: Refusal = { code: "agent-not-signed-in" };
const busy: Refusal = { code: "gateway-busy" };

/** Vendor's error codes (cec_07_0580); 200-012 as seen in older public clients. */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  "000-001": refused("other"), // wrong method of obtaining events
  "000-002": refused("other"), // a parameter or the address in the URL is wrong
  "000-003": notSignedIn, // no permission; the agent's authentication may have expired
  "000-004": busy, // the agent is being switched over
  "000-006": refused("other"), // message parameter error
  "100-006": notSignedIn, // agent is not signed in; also a wrong or stale Guid
  "105-001": notSignedIn, // agent information is not cached in Redis
  "105-002": busy, // disaster recovery running
  "105-003": notSignedIn, // disaster recovery finished
  "105-004": notSignedIn, // could not join the recovery queue
  "105-005": notSignedIn, // waiting for recovery timed out: sign in again
  "105-006": notSignedIn, // Guid mismatch after recovery: sign in again
  "105-007": notSignedIn, // disaster recovery switch is off: sign in again
  "106-001": refused("not-permitted"), // multimedia switch is not enabled
  "106-004": refused("invalid-target"), // the session-transfer device type is not (valid)
  "200-012": refused("no-such-call"), // no call exists to transfer
};

/** CTI codes, which come in the message as `Unknown ERROR._<code>`, from another of the vendor's tables. */
export const CTI_REFUSALS: Readonly<Record<string, Refusal>> = {
  "160007": refused("no-such-call"), // call does not exist
  "160015": refused("call-released"), // call already released
  "160021": refused("already-transferred"), // call already transferred to an agent
};

/** Codes whose documented meaning does not exclude that the transfer was carried out: an operator's list cannot change that. */
const DOCUMENTED_UNKNOWN: readonly string[] = ["000-000", "000-007", "100-007"];

export function isKnownRetcode(retcode: string): boolean {
  return Object.hasOwn(REFUSALS, retcode) || DOCUMENTED_UNKNOWN.includes(retcode);
}

/** The refusal that a retcode other than success proves, or undefined where it proves none. */
export function findRefusal(retcode: string, message: string, ofSite: Readonly<Record<string, RefusalReason>>): Refusal | undefined {
  const documented = lookUp(REFUSALS, retcode);
  if (documented !== undefined) return documented;
  const reason = lookUp(ofSite, retcode);
  if (reason !== undefined) return refused(reason);
  return lookUp(CTI_REFUSALS, ctiCodeOf(message) ?? "");
}

export function ctiCodeOf(message: string): string | undefined {
  return /^Unknown ERROR\._(\d{1,9})$/.exec(message.trim())?.[1];
}

/** A retcode is the gateway's text: `constructor` must not find what every object has. */
function lookUp<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
