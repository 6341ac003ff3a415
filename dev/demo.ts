/** What there is to say of a demo caller, and the ways in which callers hear that a transfer was accepted. */
import type { Verification } from "./sign/signer.ts";

export interface DemoContext {
  /** Of the tokens that this machine can sign. */
  readonly issuer: string;
}

export interface Demo {
  readonly source: string;
  /** Of the connection. */
  readonly name: string;
  readonly verification: (context: DemoContext) => Verification;
  /** Not called over HTTP: its function is invoked, and nothing is signed. */
  readonly isInvoked?: true;
  /** How this source names a secret that its connection wants in the query, unless that names it. */
  readonly parameter?: string;
  /** Over the usual connection. */
  readonly connection?: Readonly<Record<string, unknown>>;
  /** A file, from the root of the repository: the tests' fixtures are the samples. */
  readonly sample: string;
  /** The sample as another delivery, happening now, where its body says which one it is, or when. */
  readonly renew?: (sample: string) => string;
  readonly contentType: string;
  /** What else this caller sends with a body. */
  readonly headers?: (body: string, verification: Verification) => Readonly<Record<string, string>>;
  /** Whether `?dryRun` shows the canonical request. */
  readonly dryRun?: true;
  readonly isAccepted: IsAccepted;
}

/**
 * Whether this answer tells this caller that all was accepted; undefined where it leaves that open. `isEachAccepted` is what the local gateway says of the
 * calls, for a caller whose answer tells nothing of it; undefined for a deployed stack.
 */
type IsAccepted = (answer: string, isEachAccepted: boolean | undefined) => boolean | undefined;

const ACCEPTED = "accepted";
const DRY_RUN = "dry-run";

/** In our own words: one transfer, or several. */
export const isAcceptedCanonically: IsAccepted = (answer) => {
  const transfers = valueAt(answer, "transfers");
  if (!Array.isArray(transfers)) return valueAt(answer, "state") === ACCEPTED;
  return transfers.length > 0 && transfers.every((transfer) => memberOf(transfer, "state") === ACCEPTED);
};

/** `ccgw_state` among the members of what is found by these names. */
export function isAcceptedAt(...path: readonly (string | number)[]): IsAccepted {
  return (answer) => valueAt(answer, ...path, "ccgw_state") === ACCEPTED;
}

/** Rasa's events, each of which sets a slot. */
export const isAcceptedAsSlot: IsAccepted = (answer) => {
  const events = valueAt(answer, "events");
  return Array.isArray(events) && events.some((event) => memberOf(event, "name") === "ccgw_state" && memberOf(event, "value") === ACCEPTED);
};

/** The Bot Framework's three: replies that were expected, the value of an invoke, and our own words to whoever sees the status alone. */
export const isAcceptedAsActivity: IsAccepted = (answer, isEachAccepted) =>
  [isAcceptedAt("activities", 0, "value"), isAcceptedAt(), isAcceptedCanonically].some((isAccepted) => isAccepted(answer, isEachAccepted));

/** Salesforce is acknowledged for what was refused, too: only the gateway can tell. */
export const isAcknowledged: IsAccepted = (answer, isEachAccepted) => answer.includes("<Ack>true</Ack>") && isEachAccepted;

/** Whether the answer says that nobody was moved, since it was asked only what would be: in our own words, or in a bot's. */
export function isDryRun(answer: string): boolean {
  const transfers = valueAt(answer, "transfers");
  if (Array.isArray(transfers)) return transfers.length > 0 && transfers.every((transfer) => memberOf(transfer, "dryRun") === true);
  return valueAt(answer, "dryRun") === true || isDryState(valueAt(answer));
}

/** However deep a bot's answer has it, as a parameter or as a slot. */
function isDryState(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (memberOf(value, "ccgw_state") === DRY_RUN) return true;
  if (memberOf(value, "name") === "ccgw_state" && memberOf(value, "value") === DRY_RUN) return true;
  return Object.values(value).some(isDryState);
}

/** Whether the answer, in our own words, says that it is an earlier one. Of other answers it is not known. */
export function isReplayed(answer: string): boolean {
  const transfers = valueAt(answer, "transfers");
  if (!Array.isArray(transfers)) return valueAt(answer, "replayed") === true;
  return transfers.length > 0 && transfers.every((transfer) => memberOf(transfer, "replayed") === true);
}

function valueAt(answer: string, ...path: readonly (string | number)[]): unknown {
  try {
    const json: unknown = JSON.parse(answer);
    return path.reduce(memberOf, json);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === String(name))?.[1];
}
