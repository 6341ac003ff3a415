/**
 * The events that follow a transfer which was accepted, for agents whose account says so. It judges no transfer.
 * Mode 2 ends with AgentEvent_SuccTransResult; on success the agent has left the session too (AgentEvent_Call_Release), on failure it keeps it. In mode 0 the
 * agent leaves whether or not the transfer succeeds. Silent in the documents, and chosen here: the order; that nothing but AgentEvent_Connect_Fail tells that
 * a transfer of mode 0 failed; the 1 of a failure; that they come at once.
 */
import type { Account } from "./accounts.ts";
import type { GatewayEvent } from "./events.ts";

const FAILURE = 1;

export interface AcceptedTransfer {
  readonly agentId: string;
  readonly callid: string;
  readonly mode: 0 | 2;
  /** Who had the call. */
  readonly holder: string;
}

export interface Outcome {
  readonly events: readonly GatewayEvent[];
  /** The session stays with its agent, who may transfer it anew. */
  readonly callStays: boolean;
}

export function toOutcome({ callid, mode }: AcceptedTransfer, outcomes: Account["outcomes"]): Outcome {
  if (outcomes === "none") return { events: [], callStays: false };
  const released: GatewayEvent = { eventType: "AgentEvent_Call_Release", content: callid };
  const failed = outcomes === "failure";
  if (mode === 0) {
    const connectFail: GatewayEvent = { eventType: "AgentEvent_Connect_Fail", content: callid };
    return { events: failed ? [connectFail, released] : [released], callStays: false };
  }
  const result: GatewayEvent = { eventType: "AgentEvent_SuccTransResult", content: { result: failed ? FAILURE : 0, callId: callid } };
  return { events: failed ? [result] : [result, released], callStays: failed };
}
