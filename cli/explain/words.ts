/** What each failure means and how it is mended, in words for who looks after a stack: by its code, and of the gateway's refusals by their reason. */
import type { FailureCode } from "../../lib/errors.ts";
import type { RefusalReason } from "../../lib/transfer/result.ts";

export interface Words {
  readonly what: string;
  readonly mend: string;
}

const REPEAT = "Nothing: the caller may repeat it.";
const LOOK_FIRST =
  "Look at the call before anything is done by hand: `ccgw transfers show` has what became of it, once its events have come.";

export const CODE_WORDS: Readonly<Record<FailureCode, Words>> = {
  "not-found": {
    what: "there is no such address, or no such transfer of this connection",
    mend: "Compare the caller's address with the one that `ccgw connection show` prints.",
  },
  "method-not-allowed": { what: "the address is right, the method is not", mend: "Let the caller POST." },
  "invalid-json": {
    what: "the body cannot be read",
    mend: "Let the caller send valid JSON in UTF-8, or the form that its Content-Type names.",
  },
  "payload-too-large": { what: "the body has more than 1 MiB", mend: "Let the caller send less: no transcript, no attachment." },
  "unsupported-media-type": {
    what: "the body is of another type than this source sends",
    mend: "Set the caller's Content-Type: most want application/json.",
  },
  unauthenticated: { what: "the caller could not prove itself", mend: "See which check it was." },
  "invalid-request": {
    what: "fields are missing or wrong",
    mend: "Put right what is listed, in the caller or in the connection's mapping.",
  },
  forbidden: {
    what: "the connection may not do this",
    mend: "Let it (`ccgw connection set NAME` changes `allow`), or let the caller ask for something else.",
  },
  expired: {
    what: "it came later than the connection's maxAgeSeconds allow",
    mend: "Nothing, if the customer is gone; else a greater maxAgeSeconds, or another `attempt`.",
  },
  "rate-limited": {
    what: "there were more requests than the limit allows",
    mend: "Find out who asks so often (`ccgw transfers list --connection …`), or raise the connection's rateLimit.",
  },
  paused: { what: "an operator holds it back", mend: "`ccgw pauses` says who and why; `ccgw resume` ends it." },
  "duplicate-in-progress": { what: "the same delivery was still being transferred", mend: REPEAT },
  "idempotency-mismatch": {
    what: "the same delivery id came with another request",
    mend: "Let the caller make a new id for each request: that of a run, not of a ticket.",
  },
  "call-busy": {
    what: "another delivery had the call",
    mend: "See what became of the other: `ccgw transfers list --call …`. Two workflows may ask for the same call.",
  },
  "deadline-exceeded": {
    what: "time ran out before anything was sent",
    mend: "The caller may repeat it. If it stays so: a greater deadlineMs, or see what was slow (`gatewayMs`).",
  },
  "gateway-refused": { what: "the gateway refused the transfer, and moved nobody", mend: "See the gateway's retcode and reason." },
  "agent-not-signed-in": {
    what: "nobody is signed in as this agent at the gateway",
    mend: "`ccgw agent show` says why; docs/sessions.md what mends it.",
  },
  "gateway-busy": { what: "the gateway is switching over", mend: REPEAT },
  "gateway-unreachable": {
    what: "the gateway could not be reached, and nothing was sent",
    mend: "`ccgw gateway show` has its address; docs/runbook.md, Gateway unreachable, the ways there.",
  },
  "gateway-timeout": { what: "the gateway did not answer in time: whether it transferred is unknown", mend: LOOK_FIRST },
  "gateway-invalid-response": { what: "the gateway's answer could not be read: whether it transferred is unknown", mend: LOOK_FIRST },
  "gateway-error": { what: "the gateway reported an error: whether it transferred is unknown", mend: LOOK_FIRST },
  "secrets-unavailable": {
    what: "Secrets Manager, or the keys of a token's issuer, could not be read",
    mend: "The caller may repeat it. If it stays so: the function's network, its role, the service's health.",
  },
  "store-unavailable": {
    what: "the table of records or of sessions could not be read or written",
    mend: "The caller may repeat it. If it stays so: the function's role, DynamoDB's health, a newer version beside this one.",
  },
  misconfigured: { what: "a secret of ours cannot be used", mend: "The reason names the secret and the field: write it anew." },
  internal: {
    what: "there is a bug",
    mend: "Report it with the lines of this request: `stack` says where. Look at the call first if the effect is unknown.",
  },
};

/** Why the gateway refused. */
export const REFUSAL_WORDS: Readonly<Record<RefusalReason, Words>> = {
  "invalid-target": {
    what: "there is no such target",
    mend: "Compare the target with the gateway's own names of skill queues, agents and access codes.",
  },
  "no-such-call": { what: "it knows no such call", mend: "See docs/call-id.md: which id is the call's, and when." },
  "call-released": { what: "the call has ended", mend: "Nothing: the customer has hung up." },
  "already-transferred": {
    what: "the call was transferred already",
    mend: "`ccgw transfers list --call …` says by whom, if it was one of ours.",
  },
  "not-permitted": { what: "the agent may not do this", mend: "Give the agent the right, at the site." },
  other: { what: "for a reason that its retcode alone tells", mend: "Look the retcode up at docs/gateway-api.md." },
};
