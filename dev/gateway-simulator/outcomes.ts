/**
 * What follows a transfer which was accepted: where its call is from then on, and the events, for agents whose account says so. It judges no transfer.
 * Mode 2 ends with AgentEvent_SuccTransResult; on success the agent has left the session too (AgentEvent_Call_Release), on failure it keeps it. In mode 0 the
 * agent leaves whether or not the transfer succeeds. Silent in the documents, and chosen here: the order; that nothing but AgentEvent_Connect_Fail tells that
 * a transfer of mode 0 failed, whose call is then with no agent; the 1 of a failure; that all of it comes at once. Without events a transfer succeeds.
 */
import type { Account } from "./accounts.ts";
import type { GatewayEvent } from "./events.ts";

const FAILURE = 1;

export interface AcceptedTransfer {
  readonly agentId: string;
  readonly callid: string;
  readonly mode: 0 | 2;
  /** Whom it goes to, where that is an agent who is known here. */
  readonly taker: string | undefined;
}

export interface Outcome {
  readonly events: readonly GatewayEvent[];
  /** The session stays with its agent, who may transfer it anew. */
  readonly callStays: boolean;
  /** Who has it, unless it stays: undefined for no agent. */
  readonly taker: string | undefined;
}

export function toOutcome({ callid, mode, taker }: AcceptedTransfer, outcomes: Account["outcomes"]): Outcome {
  if (outcomes === "none") return { events: [], callStays: false, taker };
  const released: GatewayEvent = { eventType: "AgentEvent_Call_Release", content: callid };
  const failed = outcomes === "failure";
  if (mode === 0) {
    const connectFail: GatewayEvent = { eventType: "AgentEvent_Connect_Fail", content: callid };
    return { events: failed ? [connectFail, released] : [released], callStays: false, taker: failed ? undefined : taker };
  }
  const result: GatewayEvent = { eventType: "AgentEvent_SuccTransResult", content: { result: failed ? FAILURE : 0, callId: callid } };
  return { events: failed ? [result] : [result, released], callStays: failed, taker };
}
