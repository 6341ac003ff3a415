/**
 * Where a bot's conversation is told what became of its transfer: as little as the Connector needs to know where a reply goes. No names, no texts. Whether the
 * bot may write there is not known here.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-send-and-receive-messages
 */
import * as z from "zod";

/** The activity protocol sets no limit. Those of Teams have some 150. */
const ID_MAX_CHARACTERS = 1_024;
const ADDRESS_MAX_CHARACTERS = 2_048;

/** Becomes a segment of a path, where dots alone would lead elsewhere. */
const Id = z
  .string()
  .max(ID_MAX_CHARACTERS)
  .regex(/^\P{C}+$/u)
  .refine((id) => !/^\.+$/.test(id));

export const Conversation = z.object({
  serviceUrl: z.string().max(ADDRESS_MAX_CHARACTERS),
  conversationId: Id,
  /** That asked for the transfer: what is told is a reply to it. */
  activityId: Id.optional(),
  /** The bot's account on the channel. */
  botId: Id,
  /** The account there of whoever asked. */
  userId: Id,
});
export type Conversation = Readonly<z.infer<typeof Conversation>>;
