/**
 * What is known of an agent as flat attributes of one item, and back. An attribute that is undefined is one that is to be taken away; a part that is not
 * named stays. Pure: knows the attribute values' spelling on the wire, and no SDK. What stands in an item was written here, so it is trusted.
 */
import { isNewer, isOneOf, SCHEMA_VERSIONS } from "../transfer/schema-version.ts";
import {
  type AgentRecord,
  EVENT_MODES,
  type Lease,
  type LiveSession,
  type PasswordFacts,
  type RecordChange,
  type SignInAttempt,
} from "./agent-record.ts";

/** But for the key, the expiry and the schemaVersion, which every item has. */
const PARTS = [
  "guid",
  "cookies",
  "renewedAt",
  "events",
  "leaseOwner",
  "leaseUntil",
  "leaseBeat",
  "leaseSuccessor",
  "fence",
  "attemptSecretVersion",
  "attemptAt",
  "attemptResult",
  "attemptRetcode",
  "attemptFailures",
  "attemptProven",
  "attemptParkedVersions",
  "passwordMustChange",
  "passwordDaysLeft",
  "passwordAt",
] as const;
type Attribute = (typeof PARTS)[number] | "expiresAt" | "schemaVersion";

type Scalar = string | number | boolean;
export type Changes = { readonly [attribute in Attribute]?: Scalar | undefined };

/** As it is sent. */
export type ScalarValue = { readonly S: string } | { readonly N: string } | { readonly BOOL: boolean };
/** As it is received. */
interface StoredValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly BOOL?: boolean | undefined;
}
export type Item = Readonly<Record<string, StoredValue>>;

/** Of an item that is replaced whole. */
export const NOTHING: Changes = Object.fromEntries(PARTS.map((part) => [part, undefined]));
/** `renewedAt` stays: an older session that arrives late is then known as one. */
export const NO_SESSION: Changes = { guid: undefined, cookies: undefined, events: undefined };
/** The fence stays: it is the number of the last lease. */
export const NO_LEASE: Changes = { leaseOwner: undefined, leaseUntil: undefined, leaseBeat: undefined, leaseSuccessor: undefined };

export function toScalarValue(value: Scalar): ScalarValue {
  if (typeof value === "string") return { S: value };
  return typeof value === "number" ? { N: String(value) } : { BOOL: value };
}

export function toSessionChanges({ guid, cookies, renewedAt, events }: LiveSession): Changes {
  return { guid, cookies, renewedAt, events };
}

export function toRecordChanges({ session, attempt, password }: RecordChange): Changes {
  return {
    ...(session === null ? NO_SESSION : session && toSessionChanges(session)),
    ...(attempt && {
      attemptSecretVersion: attempt.secretVersion,
      attemptAt: attempt.at,
      attemptResult: attempt.result,
      attemptRetcode: attempt.retcode,
      attemptFailures: attempt.failures,
      attemptProven: attempt.proven,
      attemptParkedVersions: attempt.parkedVersions?.join(" ") || undefined,
    }),
    ...(password && { passwordMustChange: password.mustChange, passwordDaysLeft: password.daysLeft, passwordAt: password.at }),
  };
}

/**
 * Whether it is all that this version takes it for. A session whose events are had in an unknown way would be signed in anew, and an attempt with an unknown result
 * would count as none. Items of before there was a schemaVersion have none.
 */
export function isKnownItem(item: Item): boolean {
  const { events, attemptResult: result } = item;
  if (isNewer(numberOf(item, "schemaVersion"), SCHEMA_VERSIONS.session)) return false;
  return (events === undefined || isOneOf(EVENT_MODES, events.S)) && (result === undefined || isOneOf(RESULTS, result.S));
}

export function toRecord(item: Item): AgentRecord {
  return {
    session: toSession(item),
    lease: toLease(item),
    fence: numberOf(item, "fence") ?? 0,
    attempt: toAttempt(item),
    password: toPassword(item),
  };
}

/** Also of a session that was ended. */
export function renewedAtOf(item: Item): number | undefined {
  return numberOf(item, "renewedAt");
}

/** In seconds since 1970. */
export function expiresAtOf(item: Item): number | undefined {
  return numberOf(item, "expiresAt");
}

function toSession(item: Item): LiveSession | undefined {
  const [guid, renewedAt] = [textOf(item, "guid"), renewedAtOf(item)];
  if (guid === undefined || renewedAt === undefined) return undefined;
  const events = EVENT_MODES.find((mode) => mode === textOf(item, "events"));
  return { guid, cookies: textOf(item, "cookies"), renewedAt, events };
}

function toLease(item: Item): Lease | undefined {
  const [owner, until, beat] = [textOf(item, "leaseOwner"), numberOf(item, "leaseUntil"), numberOf(item, "leaseBeat")];
  if (owner === undefined || until === undefined || beat === undefined) return undefined;
  return { owner, until, beat, successor: textOf(item, "leaseSuccessor") };
}

function toAttempt(item: Item): SignInAttempt | undefined {
  const [secretVersion, at, failures] = [
    textOf(item, "attemptSecretVersion"),
    numberOf(item, "attemptAt"),
    numberOf(item, "attemptFailures"),
  ];
  const result = RESULTS.find((each) => each === textOf(item, "attemptResult"));
  if (secretVersion === undefined || at === undefined || failures === undefined || result === undefined) return undefined;
  const proven = isSet(item, "attemptProven") === true;
  const parkedVersions = textOf(item, "attemptParkedVersions")?.split(" ");
  return {
    secretVersion,
    at,
    result,
    retcode: textOf(item, "attemptRetcode"),
    failures,
    proven,
    ...(parkedVersions && { parkedVersions }),
  };
}

const RESULTS = ["pending", "signed-in", "refused", "not-sent"] as const satisfies readonly SignInAttempt["result"][];

function toPassword(item: Item): PasswordFacts | undefined {
  const at = numberOf(item, "passwordAt");
  if (at === undefined) return undefined;
  return { mustChange: isSet(item, "passwordMustChange"), daysLeft: numberOf(item, "passwordDaysLeft"), at };
}

function textOf(item: Item, attribute: Attribute): string | undefined {
  return item[attribute]?.S;
}

function numberOf(item: Item, attribute: Attribute): number | undefined {
  const digits = item[attribute]?.N;
  return digits === undefined ? undefined : Number(digits);
}

function isSet(item: Item, attribute: Attribute): boolean | undefined {
  return item[attribute]?.BOOL;
}
