/** Examples of what is sent: valid by their schemas, as a test has it. */
import { EXAMPLE_CALL_ID, EXAMPLE_TARGET, type Examples } from "./examples.ts";

export const TRANSFER_REQUESTS: Examples = {
  "named-target": {
    summary: "To one of the connection's targets",
    value: { callId: EXAMPLE_CALL_ID, target: "billing", deliveryId: "run-4711" },
  },
  "skill-queue": {
    summary: "To whoever of a skill queue is free",
    value: { callId: EXAMPLE_CALL_ID, target: { type: "skill-queue", address: "31" }, deliveryId: "run-4712", reference: "ticket-4711" },
  },
  agent: {
    summary: "To one agent, by a skill, with what they should know",
    value: {
      callId: EXAMPLE_CALL_ID,
      agentId: "101",
      target: { ...EXAMPLE_TARGET, skillId: 3 },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "help",
      deliveryId: "run-4713",
      reference: "ticket-4711",
    },
  },
  "call-data-fields": {
    summary: "With call data by fields",
    value: { callId: EXAMPLE_CALL_ID, target: "billing", callDataFields: { ticket: "4711", vip: true }, deliveryId: "run-4714" },
  },
  "another-attempt": {
    summary: "A deliberate further transfer of the same call",
    value: { callId: EXAMPLE_CALL_ID, target: "billing", attempt: "2", deliveryId: "run-4715" },
  },
  "dry-run": { summary: "Checked, and not sent", value: { callId: EXAMPLE_CALL_ID, target: EXAMPLE_TARGET, dryRun: true } },
};

export const HAND_OVER: Examples = {
  "hand-over": {
    summary: "A Guid that the gateway gave a moment ago",
    value: { guid: "CHANGE-ME", cookies: "route=a", renewedAt: "2026-11-23T07:00:00Z" },
  },
};

export const AGENT_EVENTS: Examples = {
  "transfer-result": {
    summary: "A transfer has succeeded",
    value: { eventList: [{ eventType: "AgentEvent_SuccTransResult", workNo: "101", content: { result: 0, callId: EXAMPLE_CALL_ID } }] },
  },
};
