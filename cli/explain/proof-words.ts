/** Why a caller could not prove itself, and how that is mended, in words for who looks after a stack: by the reason, and by the hint of what came close. */
import type { Hint, VerificationFailure } from "../../lib/verification/scheme.ts";
import type { Words } from "./words.ts";

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
  "disabled-connection": { what: "the connection is disabled", mend: "`ccgw connection enable NAME` lets it in again." },
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
  "signed-parts": {
    what: "the signature is right for other parts of the request than are to be signed: for the body alone, say, where its time goes before it",
    mend: "Let the caller sign what `signed` of the connection's verification says (`ccgw connection show`; for a vendor's scheme, its page in docs/connect), or set `signed` to what it signs: without a timestamp in that, a captured request can be sent again at any time.",
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
