/** A notice as its producers make it. */
import { OutcomeNotice } from "../../lib/callbacks/notice.ts";

export const NOTICE = {
  schemaVersion: 1,
  transferId: "d0248dec-3b17-4c32-951a-7114bc5806fc",
  connection: "crm",
  state: "accepted",
  outcome: "completed",
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205", skillId: 3 },
  mode: "release-after-transfer",
  reference: "ticket-4711",
  receivedAt: "2026-11-23T07:00:00.000Z",
  at: "2026-11-23T07:00:42.000Z",
} as const;

export function toNotice(over: Readonly<Record<string, unknown>> = {}): OutcomeNotice {
  return OutcomeNotice.parse({ ...NOTICE, ...over });
}
