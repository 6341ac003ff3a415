/** What each failure means and how it is mended, in words for who looks after a stack: by its code, and where a closed list has one by its reason and hint. */
import type { FailureCode } from "../../lib/errors.ts";
import type { RefusalReason } from "../../lib/transfer/result.ts";
import type { Hint, VerificationFailure } from "../../lib/verification/scheme.ts";

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
    mend: "Let it, by `allow` in its secret, or let the caller ask for something else.",
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

const WRONG_SECRET =
  "Compare the caller's secret with the one of the connection: `ccgw connection rotate-secret` makes a new one. A body that something on the way rewrites is signed in vain.";

/** Why a caller is `unauthenticated`. */
export const PROOF_WORDS: Readonly<Record<VerificationFailure | Barred, Words>> = {
  "missing-credential": {
    what: "it brought no proof where one is looked for",
    mend: "Let the caller send what is missing. Proxies and low-code tools drop headers that they do not know.",
  },
  "malformed-credential": {
    what: "its proof is not of the form that it should be",
    mend: "Compare it with the source's page in docs/connect.",
  },
  "wrong-credential": { what: "its secret or signature is that of no secret of the connection", mend: WRONG_SECRET },
  "expired-credential": {
    what: "its secret is right, but past its notAfter",
    mend: "Give the caller the newer secret, or put notAfter off.",
  },
  "stale-timestamp": {
    what: "it was signed too long ago",
    mend: "Set the caller's clock, or find what holds its requests back. toleranceSeconds in the connection's verification says how long is allowed.",
  },
  "future-timestamp": { what: "it was signed ahead of time", mend: "Set the caller's clock." },
  "unknown-connection": {
    what: "there is no connection of this name",
    mend: "`ccgw connection list` has those that there are, of this stage. One that was made a moment ago is found within ten seconds.",
  },
  "disabled-connection": { what: "the connection is disabled", mend: "`ccgw connection enable` lets it in again." },
  "unknown-agent": { what: "there is no agent of this name", mend: "`ccgw agent list` has those that there are." },
  "not-handed-over": {
    what: "the session of this agent is none that is handed over",
    mend: '`ccgw agent show`: its secret needs "session": "handed-over".',
  },
  "the organization is not listed": {
    what: "the message is of a Salesforce organization that the connection does not list",
    mend: "Add its OrganizationId to `verification.organizations`, if it is yours: a sandbox has production's secret.",
  },
  "serviceUrl is not the token's": {
    what: "the activity names another service than its token",
    mend: "Nothing: it is not of the Bot Connector service.",
  },
  "the channel is not listed, or the token's key not endorsed for it": {
    what: "the bot's channel may not ask for transfers",
    mend: "Add it to `verification.channels`, if whoever writes there may.",
  },
  "the vendor's public test secret describes nothing": {
    what: "it was signed with a secret that its vendor publishes",
    mend: "Let the caller sign with the connection's own.",
  },
  "the vendor's public test secret reads nothing": {
    what: "it was signed with a secret that its vendor publishes",
    mend: "Let the caller sign with the connection's own.",
  },
};

/** Those that no scheme of proof has: who is there, and what a source holds against the body. */
type Barred =
  | "unknown-connection"
  | "disabled-connection"
  | "unknown-agent"
  | "not-handed-over"
  | "the organization is not listed"
  | "serviceUrl is not the token's"
  | "the channel is not listed, or the token's key not endorsed for it"
  | "the vendor's public test secret describes nothing"
  | "the vendor's public test secret reads nothing";

export const HINT_WORDS: Readonly<Record<Hint, Words>> = {
  "digest-encoding": {
    what: "the signature is in another encoding: base64 for hex, hex for base64, or hex in capitals",
    mend: "Let the caller encode it as the source's page in docs/connect says, or set `encoding`.",
  },
  "digest-prefix": {
    what: "the signature has not the prefix that it should, such as sha256=",
    mend: "Let the caller put it before the digest, or set `prefix`.",
  },
  "signature-version": {
    what: "the signature is of another version than the connection's scheme",
    mend: "Set the `scheme` of the connection's verification to the version that the caller sends.",
  },
  "url-differs": {
    what: "the signature is right for the address that was called, and that is not the one of our configuration",
    mend: "Let the caller call the address that `ccgw connection show` prints, or deploy with the `publicBaseUrl` that callers use.",
  },
  "timestamp-format": {
    what: "its time cannot be read in the unit that is expected",
    mend: "Let the caller send it as the source's page says, or set `timestamp.unit`.",
  },
  "timestamp-unit": {
    what: "its time is right in another unit: milliseconds for seconds, or the other way round",
    mend: "Let the caller send the other, or set `timestamp.unit`.",
  },
  "authorization-scheme": {
    what: "it has an Authorization header, but of another scheme",
    mend: "Let the caller send the one that is missing, or list its own in `verification.in`.",
  },
  "token-format": { what: "it brings no token that can be read", mend: "Let the caller send the token as it got it." },
  "token-issuer": { what: "its token is of another issuer", mend: "Compare `verification.issuer`: a government cloud has its own." },
  "token-audience": {
    what: "its token is for another address or application",
    mend: "Set `verification.audience` to the one that the caller asks its token for.",
  },
  "token-key": { what: "its token is signed with a key that its issuer does not publish", mend: "Compare `verification.metadataUrl`." },
  "token-signature": {
    what: "its token was changed, or signed by somebody else",
    mend: "Nothing: it is forged, or was rewritten on the way.",
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
