/** For callers that decide by the status alone: our own words, under the status that makes this caller do the right thing. */
import { failureOf } from "../../errors.ts";
import type { Answering, Outcome, Reply } from "../source.ts";
import { replyCanonically } from "./canonical.ts";
import { toSummary } from "./summary.ts";

/** Each with its reason where a source declares it. */
export interface Statuses {
  /** Where this caller only repeats some of what is worth repeating: a status that it does repeat. */
  readonly retry?: number;
  /** Where this caller repeats on 500, or on the status of what is worth repeating at other times: one that ends it, for what no repeat can mend. */
  readonly stop?: number;
}

/** A bug after the request was sent leaves what every unknown transfer leaves: nobody knows, and a repeat does not tell. */
const UNKNOWN_STATUS = 202;

export function replyWithStatuses(statuses: Statuses): (answering: Answering<unknown>) => Reply {
  return (answering) => {
    const { canonical } = answering;
    return replyCanonically({ ...answering, canonical: (outcome) => canonical(outcome, { status: toStatus(outcome, statuses) }) });
  };
}

/** Undefined where the canonical one is right. */
export function toStatus(outcome: Outcome, { retry, stop }: Statuses): number | undefined {
  const { code, effect, retryable } = toSummary(outcome);
  if (code === undefined) return undefined;
  const { status, retryable: isUsuallyRetryable } = failureOf(code);
  if (status < 400) return undefined;
  if (retryable) return retry;
  if (status < 500 && !isUsuallyRetryable) return undefined;
  return effect === "unknown" ? UNKNOWN_STATUS : stop;
}
