/**
 * How a transfer ended, from what the gateway's events told of its call. A set of facts and no sequence: events come early, late, twice and in any order, and
 * whatever order they come in, they mean the same. What no event proves is never guessed.
 * Vendor: api-cec cec_07_1369 (SuccTransResult), cec_07_0583 (modes), cec_07_0460 ("Triggered Event").
 */
import type { Mode, Target } from "./target.ts";

export const OUTCOMES = ["pending", "completed", "failed", "unconfirmed", "not-observed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const OUTCOME_REASONS = [
  /** The gateway said that it was transferred. */
  "transferred",
  /** The agent, or one of the queue, that it was transferred to is talking. */
  "answered",
  /** The gateway said that it was not. */
  "not-transferred",
  /** The target could not be connected. */
  "connect-failed",
  /** The customer hung up first. */
  "customer-left",
  /** The agent is out of the session, and nobody told what became of it. */
  "let-go",
  /** No event of it came. */
  "no-event",
] as const;
export type OutcomeReason = (typeof OUTCOME_REASONS)[number];

/** What events told of the call since its transfer was claimed. Facts are added, never taken away. */
export interface CallFacts {
  /** AgentEvent_SuccTransResult of the agent who transferred: 0, or anything else. */
  readonly transferred?: true | undefined;
  readonly notTransferred?: true | undefined;
  /** AgentEvent_Connect_Fail of the agent who transferred. */
  readonly connectFailed?: true | undefined;
  /** AgentEvent_Call_Release of the agent who transferred: out of the session, for whatever reason. */
  readonly letGo?: true | undefined;
  /** AgentEvent_Customer_Release of the agent who transferred, who then was in the session still. */
  readonly customerLeft?: true | undefined;
  /** AgentEvent_Talking of somebody whom it was transferred to. */
  readonly answered?: true | undefined;
}

export interface Ending {
  readonly outcome: Outcome;
  readonly outcomeReason?: OutcomeReason | undefined;
}

interface OutcomeOptions {
  readonly facts: CallFacts;
  /** Whether somebody listens to the events of the agent who transferred. */
  readonly observed: boolean;
  /** Since the gateway's answer, or since it was given up to wait for it. */
  readonly elapsedMs: number;
}

/** After it, a transfer of which nothing was heard is `unconfirmed`: longer than customers wait in most queues. Events that come later still count. */
export const UNCONFIRMED_AFTER_MS = 15 * 60 * 1_000;

export function toEnding({ facts, observed, elapsedMs }: OutcomeOptions): Ending {
  const final = toFinal(facts);
  if (final !== undefined) return final;
  if (!observed) return { outcome: "not-observed" };
  if (elapsedMs < UNCONFIRMED_AFTER_MS) return { outcome: "pending" };
  return { outcome: "unconfirmed", outcomeReason: facts.letGo === true ? "let-go" : "no-event" };
}

/**
 * The same for both modes. Not here: that the agent let go. With mode 0 it does so whatever becomes of the transfer; with mode 2 it does once the transfer has
 * succeeded, which SuccTransResult tells, but it also does when somebody hangs up.
 */
function toFinal({ transferred, notTransferred, connectFailed, customerLeft, answered }: CallFacts): Ending | undefined {
  if (transferred === true) return { outcome: "completed", outcomeReason: "transferred" };
  if (answered === true) return { outcome: "completed", outcomeReason: "answered" };
  if (customerLeft === true) return { outcome: "failed", outcomeReason: "customer-left" };
  if (notTransferred === true) return { outcome: "failed", outcomeReason: "not-transferred" };
  if (connectFailed === true) return { outcome: "failed", outcomeReason: "connect-failed" };
  return undefined;
}

/** Told only of transfers that the gateway took: it was accepted, whatever became of its answer. */
export function proveAcceptance({ transferred, notTransferred, connectFailed, answered }: CallFacts): boolean {
  return transferred === true || notTransferred === true || connectFailed === true || answered === true;
}

/** Nothing more can come of it that matters to whoever asked. */
export function isFinal({ outcome }: Ending): boolean {
  return outcome === "completed" || outcome === "failed";
}

/** A failed transfer of this mode leaves the customer with the agent, who can try again. */
export function isBackWithAgent({ outcome }: Ending, mode: Mode): boolean {
  return outcome === "failed" && mode === "release-after-transfer";
}

/** Nothing where it is no fact about this transfer. */
export function toFacts(event: CallEvent, transfer: { readonly agentId: string; readonly target: Target }): CallFacts {
  if (event.agentId !== transfer.agentId) return isOfTarget(event, transfer.target) ? { answered: true } : {};
  switch (event.kind) {
    case "transfer-result":
      return event.succeeded === true ? { transferred: true } : { notTransferred: true };
    case "connect-failed":
      return { connectFailed: true };
    case "released":
      return { letGo: true };
    case "customer-released":
      return { customerLeft: true };
    // The agent who transferred was talking before, too.
    case "talking":
      return {};
  }
}

/** An event of a call as the core knows it. `agentId`: whose event it is. */
export interface CallEvent {
  readonly kind: "transfer-result" | "connect-failed" | "released" | "customer-released" | "talking";
  readonly gateway: string;
  readonly agentId: string;
  readonly callId: string;
  /** Of a transfer result. */
  readonly succeeded?: boolean | undefined;
  /** At the gateway, in ms since 1970, where it tells. */
  readonly generatedAt?: number | undefined;
  /** When we heard of it, in ms since 1970. Now, where it is not told. */
  readonly heardAt?: number | undefined;
}

function isOfTarget({ kind, agentId }: CallEvent, { type, address }: Target): boolean {
  return kind === "talking" && (type !== "agent" || address.replace(/^0+(?=\d)/, "") === agentId);
}
