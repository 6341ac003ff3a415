/** An outcome in the few words that a bot's flow or a workflow branches on, whichever language they are put in. */
import { type Effect, type FailureCode, failureOf } from "../../errors.ts";
import type { Connection } from "../../transfer/connection.ts";
import type { Ending, OutcomeReason } from "../../transfer/outcome.ts";
import type { RefusalReason, TransferResult } from "../../transfer/result.ts";
import type { Outcome } from "../source.ts";

export interface Summary {
  /**
   * Whether the customer is on the way to somebody. `failed`: refused, kept from an answer, or accepted and not carried out, as `outcome` tells then.
   * `dry-run`: nothing was asked of the gateway.
   */
  readonly state: "accepted" | "unknown" | "failed" | "dry-run";
  /** How one ended that was accepted, or may have been. */
  readonly outcome?: Ending["outcome"] | undefined;
  readonly outcomeReason?: OutcomeReason | undefined;
  readonly code?: FailureCode | undefined;
  readonly reason?: RefusalReason | undefined;
  readonly retryable: boolean;
  readonly effect?: Effect | undefined;
  readonly transferId?: string | undefined;
  readonly reference?: string | undefined;
  readonly replayed: boolean;
  /** The next agent sees less than was said. */
  readonly callDataTruncated?: true | undefined;
}

export function toSummary(outcome: Outcome): Summary {
  if (outcome.kind === "dry-run") {
    const { reference, callDataTruncated } = outcome.request;
    return { state: "dry-run", retryable: false, replayed: false, reference, callDataTruncated };
  }
  if (outcome.kind === "failure") {
    const { code, effect, retryable, transferId, reference } = outcome.error;
    // Whoever only asks whether the customer is on the way to an agent has to hear that it may be so: by this delivery, or by the one that has the call.
    const state = effect === "unknown" || code === "call-busy" ? "unknown" : "failed";
    const summary = { state, code, retryable, effect, reference, replayed: false } as const;
    // Another request than the first: its id would say that this one is on the way.
    return code === "idempotency-mismatch" ? summary : { ...summary, transferId };
  }
  return toResultSummary(outcome.result);
}

function toResultSummary({ transferId, reference, replayed, callDataTruncated, ...answer }: TransferResult): Summary {
  const told = { transferId, reference, replayed, callDataTruncated };
  if (answer.state === "refused") {
    const { code, reason } = answer;
    return { state: "failed", code, reason, retryable: failureOf(code).retryable, effect: "none", ...told };
  }
  const { state, outcome, outcomeReason } = answer;
  const ended = { outcome, outcomeReason, ...told };
  const code = state === "unknown" ? answer.code : undefined;
  // The gateway acted on it, and a repeat is told the same.
  if (outcome === "failed") return { state: "failed", code, retryable: false, effect: "unknown", ...ended };
  if (code === undefined) return { state: "accepted", retryable: false, ...ended };
  // A repeat tells the settled answer; one that told it has nothing more to tell.
  const isLast = replayed && outcome !== "pending";
  return { state: "unknown", code, retryable: !isLast && failureOf(code).retryable, effect: "unknown", ...ended };
}

/**
 * Whether the same webhook once more does what is left of it: nothing was done, and it can go better. Where the record could not be read, it tells what was done
 * before, or does it: nobody else does.
 */
export function isWorthRepeating(outcome: Outcome): boolean {
  const { retryable, effect, code } = toSummary(outcome);
  return retryable && (effect === "none" || code === "store-unavailable");
}

/** What only we write: a bot that keeps the parameters of one answer gives them back with its next request. */
const OURS = [
  "ccgw_state",
  "ccgw_outcome",
  "ccgw_outcome_reason",
  "ccgw_code",
  "ccgw_reason",
  "ccgw_retryable",
  "ccgw_effect",
  "ccgw_transfer_id",
  "ccgw_call_data_truncated",
];

/** What a bot keeps, without the parameters of an earlier answer. */
export function withoutParameters<Value>(kept: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !OURS.includes(name)));
}

/** The summary as flat `ccgw_…` values: what bots keep as parameters, attributes or slots. Absent ones are left out. */
export function toParameters(summary: Summary): Record<string, string | boolean> {
  const { state, outcome, outcomeReason, code, reason, retryable, effect, transferId, reference, callDataTruncated } = summary;
  const values = {
    ccgw_state: state,
    ccgw_outcome: outcome,
    ccgw_outcome_reason: outcomeReason,
    ccgw_code: code,
    ccgw_reason: reason,
    ccgw_retryable: retryable,
    ccgw_effect: effect,
    ccgw_transfer_id: transferId,
    ccgw_reference: reference,
    ccgw_call_data_truncated: callDataTruncated,
  };
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The same for bots that keep a value until they are told otherwise: what an earlier answer said and this one does not is null. */
export function toSettledParameters(summary: Summary): Record<string, string | boolean | null> {
  return { ...Object.fromEntries(OURS.map((name) => [name, null])), ...toParameters(summary) };
}

/** What the connection wants a customer to read: in the language asked for (RFC 4647 lookup), else its default. None, unless it is written there. */
export function textFor({ state }: Summary, { texts }: Connection, language: string | undefined): string | undefined {
  if (state === "dry-run") return undefined;
  const byTag = new Map(Object.entries(texts[state] ?? {}).map(([tag, text]) => [tag.toLowerCase(), text]));
  for (let range = language?.toLowerCase() ?? ""; range !== ""; range = range.slice(0, Math.max(0, range.lastIndexOf("-")))) {
    const text = byTag.get(range);
    if (text !== undefined) return text;
  }
  return byTag.get("default");
}
