/** A message of the queue: one notice for one of those who are told. Each is told, repeated and given up by itself. */
import * as z from "zod";
import { OutcomeNotice } from "../callbacks/notice.ts";
import { ConversationNotice } from "../connector/conversation-notice.ts";

/** The receiver that the connection names, and EventBridge. */
const SINKS = ["callback", "event-bus"] as const;
export type Sink = (typeof SINKS)[number];

export const OutcomeMessage = z.discriminatedUnion("to", [
  z.object({ to: z.enum(SINKS), notice: OutcomeNotice }),
  /** The conversation that asked for it. */
  z.object({ to: z.literal("conversation"), notice: ConversationNotice }),
]);
export type OutcomeMessage = Readonly<z.infer<typeof OutcomeMessage>>;

/** `isNewer`: a newer version may read it. */
export type ParsedMessage = { readonly message: OutcomeMessage } | { readonly why: string; readonly isNewer: boolean };

/** What is a notice of ours, in whatever version. */
const Versioned = z.object({ notice: z.object({ schemaVersion: z.int().min(1) }) });
/** Of a schemaVersion, or a value of a closed list, that is none of those known here. */
const UNLISTED: readonly z.core.$ZodIssue["code"][] = ["invalid_value", "invalid_union"];

/** `why` names fields, never values: the body is nobody's that we know of then. */
export function parseMessage(body: string): ParsedMessage {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { why: "is not JSON", isNewer: false };
  }
  const parsed = OutcomeMessage.safeParse(json);
  if (parsed.success) return { message: parsed.data };
  const { issues } = parsed.error;
  return {
    why: `is not valid in ${issues.map(({ path }) => path.join(".") || "all").join(", ")}`,
    isNewer: Versioned.safeParse(json).success && issues.some(({ code }) => UNLISTED.includes(code)),
  };
}
