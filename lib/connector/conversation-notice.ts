/** What the queue carries for a bot's conversation: where it is, and the value of `handoff.status`. No call data, no number, no name. */
import * as z from "zod";
import { Conversation } from "../transfer/conversation.ts";
import { Name } from "../transfer/target.ts";

/** A reference has 64 characters, a transfer id some 30. */
const VALUE_MAX_CHARACTERS = 256;

export const ConversationNotice = z.object({
  schemaVersion: z.literal(1),
  connection: Name,
  conversation: Conversation,
  /** As the source says it to its bot. */
  status: z
    .object({ state: z.enum(["accepted", "failed", "completed"]) })
    .catchall(z.union([z.string().max(VALUE_MAX_CHARACTERS), z.boolean()])),
  /** When that was known. */
  at: z.iso.datetime(),
});
export type ConversationNotice = Readonly<z.infer<typeof ConversationNotice>>;
