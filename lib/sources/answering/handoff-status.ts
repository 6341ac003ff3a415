/**
 * The value of the event `handoff.status`, in the words of a bot: `state`, and beside it what we tell every bot.
 * https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human ("Handoff status")
 */
import { type Summary, toParameters } from "./summary.ts";

export type HandoffStatus = { readonly state: "accepted" | "failed" | "completed" } & Readonly<Record<string, string | boolean>>;

/**
 * As the answer to the request. `failed` gives the customer back to the bot. A transfer that may have happened is `accepted`, so that no bot says it did not:
 * `ccgw_state` tells it apart, and `ccgw_outcome` that the customer has got there.
 */
export function toHandoffAnswer(summary: Summary): HandoffStatus {
  const state = summary.state === "accepted" || summary.state === "unknown" ? "accepted" : "failed";
  return { state, ...toParameters(summary) };
}

/**
 * As an event of its own, whenever there is one. Undefined where there is nothing to say that is sure: what may have happened, and what nothing was heard of.
 * Nothing of what is worth a repeat either: the repeat tells; and a dry run was no request.
 */
export function toHandoffEvent(summary: Summary): HandoffStatus | undefined {
  const { state, outcome, retryable } = summary;
  if (state === "failed" && !retryable) return { state, ...toParameters(summary) };
  if (state !== "accepted" || outcome === "unconfirmed") return undefined;
  return { state: outcome === "completed" ? "completed" : "accepted", ...toParameters(summary) };
}
