/**
 * Whether an item is all that this version takes it for. A state, a code or a reason that only a newer version knows is not guessed at: nothing is sent because of
 * it, and nobody is told that nothing was. Attributes that are not known are no matter.
 */
import { OUTCOME_REASONS, OUTCOMES } from "../transfer/outcome.ts";
import { type GatewayAnswer, REFUSAL_REASONS } from "../transfer/result.ts";
import { isNewer, isOneOf, SCHEMA_VERSIONS } from "../transfer/schema-version.ts";
import { MODES, TARGET_TYPES } from "../transfer/target.ts";
import type { DeliveryItem, EarlierTransfer, RecordItem } from "./record-item.ts";

/** Of what there is no list but the type. */
type All<Value extends string> = Readonly<Record<Value, true>>;
type CodeOf<State extends GatewayAnswer["state"]> = Extract<GatewayAnswer, { state: State; code: string }>["code"];

const KINDS: All<RecordItem["kind"]> = {
  delivery: true,
  guard: true,
  alias: true,
  moved: true,
  pause: true,
  "pause-entry": true,
  capture: true,
};
const STATUSES: All<DeliveryItem["status"]> = { open: true, claimed: true, settled: true };
const REFUSED: All<CodeOf<"refused">> = { "gateway-refused": true, "agent-not-signed-in": true, "gateway-busy": true };
const UNKNOWN: All<CodeOf<"unknown">> = {
  "gateway-timeout": true,
  "gateway-invalid-response": true,
  "gateway-error": true,
  internal: true,
};

export function isKnownItem(item: RecordItem): boolean {
  if (isNewer(item.schemaVersion, SCHEMA_VERSIONS.record) || !Object.hasOwn(KINDS, item.kind)) return false;
  return item.kind !== "delivery" || isKnownDelivery(item);
}

function isKnownDelivery({ status, answer, pending, earlier = [] }: DeliveryItem): boolean {
  if (!Object.hasOwn(STATUSES, status) || !earlier.every(isKnownEarlier)) return false;
  // Of an open one, whatever was asked and answered before is over.
  if (status === "open") return true;
  const isKnownPending = pending === undefined || (isOneOf(MODES, pending.mode) && isOneOf(TARGET_TYPES, pending.target.type));
  return isKnownPending && (answer === undefined || isKnownAnswer(answer));
}

function isKnownEarlier({ result }: EarlierTransfer): boolean {
  const { outcome, outcomeReason } = result;
  return isKnownAnswer(result) && isOneOf(OUTCOMES, outcome) && (outcomeReason === undefined || isOneOf(OUTCOME_REASONS, outcomeReason));
}

function isKnownAnswer(answer: GatewayAnswer): boolean {
  switch (answer.state) {
    case "accepted":
      return true;
    case "refused":
      return Object.hasOwn(REFUSED, answer.code) && (answer.reason === undefined || isOneOf(REFUSAL_REASONS, answer.reason));
    case "unknown":
      return Object.hasOwn(UNKNOWN, answer.code);
    default:
      return false;
  }
}
