/**
 * The events of agents: their documented shapes, and the queue of one session. It delivers none. AgentMediaEvent_* are about recordings, and have whatever
 * content; other events are documented for nothing that this project does.
 */
import * as z from "zod";
import type { SimulatorClock } from "./clock.ts";

const text = z.string();
const callId = text.min(1);

const DocumentedEvent = z.discriminatedUnion(
  "eventType",
  [
    z.strictObject({
      eventType: z.literal("AgentEvent_SuccTransResult"),
      /** 0 is success, all else failure. */
      content: z.strictObject({ result: z.int(), callId }),
    }),
    z.strictObject({ eventType: z.literal("AgentEvent_Connect_Fail"), content: callId }),
    z.strictObject({ eventType: z.literal("AgentEvent_Call_Release"), content: callId }),
    z.strictObject({
      eventType: z.literal("AgentEvent_Talking"),
      content: z.looseObject({ callid: callId, caller: text, called: text, feature: z.int(), type: z.int(), mediaAbility: z.int() }),
    }),
    z.strictObject({ eventType: z.literal("AgentEvent_Customer_Release"), content: z.strictObject({ callid: callId, number: text }) }),
    z.strictObject({ eventType: z.literal("AgentEvent_Incoming_CallInfo"), content: z.looseObject({ callId }) }),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? `one of ${EVENT_TYPES.join(", ")}, AgentMediaEvent_*` : undefined) },
);
const EVENT_TYPES: readonly string[] = DocumentedEvent.options.map(({ shape }) => shape.eventType.value);
const MediaEvent = z.strictObject({ eventType: z.templateLiteral(["AgentMediaEvent_", z.string().min(1)]), content: z.unknown() });

export type GatewayEvent = z.output<typeof DocumentedEvent> | z.output<typeof MediaEvent>;

/** Throws zod's error for what is no event. */
export function parseEvent(given: unknown): GatewayEvent {
  return MediaEvent.safeParse(given).data ?? DocumentedEvent.parse(given);
}

export interface QueuedEvent {
  readonly event: GatewayEvent;
  readonly generatedAt: number;
}

export interface EventQueue {
  readonly size: number;
  push(event: GatewayEvent): void;
  /** The oldest. */
  shift(): QueuedEvent | undefined;
  takeAll(): readonly QueuedEvent[];
  /** Until there is an event, the time is up or the signal says so. Of several who wait, each event wakes one, in their order. */
  whenFilled(ms: number, signal: AbortSignal): Promise<void>;
}

export function createEventQueue(clock: SimulatorClock): EventQueue {
  const queue: QueuedEvent[] = [];
  const waiting = new Set<AbortController>();

  return {
    get size() {
      return queue.length;
    },
    push(event) {
      queue.push({ event, generatedAt: clock.now() });
      const [first] = waiting;
      if (first === undefined) return;
      waiting.delete(first);
      first.abort();
    },
    shift: () => queue.shift(),
    takeAll: () => queue.splice(0),
    async whenFilled(ms, signal) {
      if (queue.length > 0) return;
      const wake = new AbortController();
      waiting.add(wake);
      await clock.wait(ms, AbortSignal.any([signal, wake.signal]));
      waiting.delete(wake);
    },
  };
}
