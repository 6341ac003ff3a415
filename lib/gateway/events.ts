/**
 * The gateway's events, pushed or polled, read by one parser into the little of them that is about transfers (api-cec cec_07_0514, 1355, 1363, 1364, 0516). No
 * number of a caller gets past it. What is unknown or not as documented is an event all the same: counted, never fatal.
 */
import * as z from "zod";
import { CALL_ID_MAX_CHARACTERS } from "../transfer/limits.ts";
import type { CallEvent } from "../transfer/outcome.ts";

const callId = z.string().min(1).max(CALL_ID_MAX_CHARACTERS);
const inText = callId.transform((id) => ({ callId: id }));

/** Content as the documents have it: a text or an object, and the call's id in two spellings. */
const CONTENTS = {
  /** 0 is success, all else failure. Ends a transfer of mode 2. */
  AgentEvent_SuccTransResult: z.object({ callId, result: z.int() }),
  AgentEvent_Connect_Fail: inText,
  /** The agent has left the session. */
  AgentEvent_Call_Release: inText,
  AgentEvent_Talking: z.object({ callid: callId }).transform(({ callid }) => ({ callId: callid })),
  AgentEvent_Customer_Release: z.object({ callid: callId }).transform(({ callid }) => ({ callId: callid })),
  AgentEvent_Incoming_CallInfo: z.object({ callId }),
} as const satisfies Readonly<Record<string, z.ZodType<{ readonly callId: string; readonly result?: number }>>>;
export type EventType = keyof typeof CONTENTS;

export interface AgentEvent {
  /** `other`: none that this project knows, or one whose content is not as documented. */
  readonly type: EventType | "other";
  readonly callId?: string | undefined;
  /** Of AgentEvent_SuccTransResult. */
  readonly result?: number | undefined;
  /** `eventGenTime`, in ms since 1970: newer releases have it in the answer to a poll. */
  readonly generatedAt?: number | undefined;
}

/** Who is told of events. Called with what one poll or one push brought, oldest first; the same may come again. */
export interface EventSink {
  take(agent: { readonly gateway: string; readonly agentId: string }, events: readonly AgentEvent[]): Promise<void>;
}

/** The last instant that a Date has. What is beyond it is no time, and too long a number for the records. */
const TIME_MAX_MS = 8.64e15;
const Time = z.int().min(0).max(TIME_MAX_MS);
const Envelope = z.looseObject({ eventType: z.string(), content: z.unknown(), eventGenTime: Time.optional().catch(undefined) });

/** Total: whatever it is given, it is an event. */
export function parseEvent(given: unknown): AgentEvent {
  const envelope = Envelope.safeParse(given).data;
  if (envelope === undefined || !isKnown(envelope.eventType)) return { type: "other" };
  const content = CONTENTS[envelope.eventType].safeParse(envelope.content).data;
  if (content === undefined) return { type: "other" };
  return { type: envelope.eventType, ...content, ...(envelope.eventGenTime !== undefined && { generatedAt: envelope.eventGenTime }) };
}

/** `AgentEvent_Incoming_CallInfo` tells where a call came, not what became of it. */
const KINDS: Partial<Readonly<Record<AgentEvent["type"], CallEvent["kind"]>>> = {
  AgentEvent_SuccTransResult: "transfer-result",
  AgentEvent_Connect_Fail: "connect-failed",
  AgentEvent_Call_Release: "released",
  AgentEvent_Talking: "talking",
  AgentEvent_Customer_Release: "customer-released",
};

/** What it says of a call. Undefined where that can mean nothing for a transfer. */
export function toCallEvent(agent: { readonly gateway: string; readonly agentId: string }, event: AgentEvent): CallEvent | undefined {
  const { type, callId, result, generatedAt } = event;
  const kind = KINDS[type];
  if (kind === undefined || callId === undefined) return undefined;
  return { kind, ...agent, callId, ...(result !== undefined && { succeeded: result === 0 }), generatedAt };
}

function isKnown(eventType: string): eventType is EventType {
  return Object.hasOwn(CONTENTS, eventType);
}
