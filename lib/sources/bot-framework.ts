/**
 * Source `bot-framework`: an activity of the Bot Framework or Copilot Studio; the event `handoff.initiate` asks for a transfer. An answer is read from the
 * body for `expectReplies` and invoke activities alone: of any other, this says where its conversation is, for whoever posts `handoff.status` through the
 * Connector. How long a channel waits is second-hand; whether it repeats an activity was not found: its id makes a repeat the same delivery.
 * https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human, activity protocol: github.com/microsoft/Agents specs/activity
 */
import * as z from "zod";
import { TransferError } from "../errors.ts";
import type { Connection } from "../transfer/connection.ts";
import { isListedService } from "../transfer/connector.ts";
import { Conversation } from "../transfer/conversation.ts";
import { isFields } from "../transfer/request.ts";
import { botFrameworkToken } from "../verification/oidc.ts";
import { replyCanonically } from "./answering/canonical.ts";
import { toHandoffAnswer } from "./answering/handoff-status.ts";
import { toJsonReply } from "./answering/json-reply.ts";
import { textFor, toSummary, withoutParameters } from "./answering/summary.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, type Claims, defineSource, type Reply, toDraft } from "./source.ts";

/** A channel gives up after 15 s (github.com/daveta/analytics, troubleshooting_timeout.md: second-hand). */
const DEADLINE_MS = 13_000;
/** To an invoke that nobody handles, as the SDK's CloudAdapterBase.ProcessTurnResults does: a 200 would be a result. */
const NOT_IMPLEMENTED = 501;

const Text = z.string().optional().catch(undefined);

const Activity = z.looseObject({
  type: z.string("must be the activity's type"),
  id: Text,
  name: Text,
  serviceUrl: Text,
  deliveryMode: Text,
  locale: Text,
  channelId: Text,
  conversation: z.unknown().optional(),
  from: z.unknown().optional(),
  recipient: z.unknown().optional(),
  value: z.unknown().optional(),
});
type Activity = z.infer<typeof Activity>;

const Flag = z.boolean().optional().catch(undefined);

/** What an answer gives back of them, by the activity protocol: of the rest nobody knows how much it is. */
const ConversationAccount = z
  .object({ id: Text, name: Text, isGroup: Flag, conversationType: Text, tenantId: Text, aadObjectId: Text, role: Text })
  .optional()
  .catch(undefined);
const Account = z.object({ id: Text, name: Text, aadObjectId: Text, role: Text }).optional().catch(undefined);

export const botFramework = defineSource({
  id: "bot-framework",
  schemes: [botFrameworkToken],
  deadlineMs: DEADLINE_MS,
  deliveryId: "unsigned",
  options: ["mapping", "texts", "connector"],
  nothingAsked: "another activity than handoff.initiate",
  readBody: readJsonBody,
  payload: Activity,
  toDrafts: async (activity, { proof: { claims = {} }, map }) => {
    assertSameService(activity, claims);
    if (!asksForTransfer(activity)) return [];
    assertListed(activity, claims);
    return [toDraft(await map(activity, isFields(activity.value) ? withoutParameters(activity.value) : {}), toDeliveryId(activity))];
  },
  conversationOf: (activity, { settings, proof: { claims = {} } }) => toConversation(activity, settings, claims),
  reply,
});

function asksForTransfer({ type, name }: Activity): boolean {
  return ["event", "invoke"].includes(type) && name === "handoff.initiate";
}

/** An activity's id is unique on its channel alone. */
function toDeliveryId({ channelId, id }: Activity): string | undefined {
  return channelId === undefined || id === undefined ? undefined : `${channelId}/${id}`;
}

/**
 * The token is for one service: an activity that names another would send our replies, and the bot's credentials with them, to whoever wrote it. So it is
 * not an invalid request but an unproven one, and looks like any other from outside.
 */
function assertSameService({ serviceUrl }: Activity, { serviceurl }: Claims): void {
  if (serviceUrl === undefined || serviceUrl !== serviceurl)
    throw new TransferError("unauthenticated", { reason: "serviceUrl is not the token's" });
}

/** Who may write on a channel decides what an activity is worth: on some of them, a customer can send any event, `handoff.initiate` for any call. */
function assertListed({ channelId }: Activity, { channels }: Claims): void {
  if (!Array.isArray(channels) || channelId === undefined || !channels.includes(channelId))
    throw new TransferError("unauthenticated", { reason: "the channel is not listed, or the token's key not endorsed for it" });
}

function reply(answering: Answering<Activity>): Reply {
  const {
    outcomes: [outcome],
    payload: activity,
    settings,
  } = answering;
  if (activity === undefined) return replyCanonically(answering);
  const expectsReplies = activity.deliveryMode === "expectReplies";
  const isInvoke = activity.type === "invoke";
  if (outcome === undefined)
    return expectsReplies ? toJsonReply({ activities: [] }, undefined) : { ...NOTHING, status: isInvoke ? NOT_IMPLEMENTED : 200 };

  const summary = toSummary(outcome);
  const { code } = summary;
  if (expectsReplies) {
    const text = textFor(summary, settings, activity.locale);
    const message = text === undefined ? [] : [{ ...toAnswer(activity, "message"), text }];
    const status = { ...toAnswer(activity, "event"), name: "handoff.status", value: toHandoffAnswer(summary) };
    return toJsonReply({ activities: [status, ...message] }, code);
  }
  return isInvoke ? toJsonReply(toHandoffAnswer(summary), code) : replyCanonically(answering);
}

const NOTHING: Omit<Reply, "status"> = { headers: {}, body: "" };

/** Where the body of our answer is read, nothing is told twice. */
function isAnsweredInBody({ type, deliveryMode }: Activity): boolean {
  return type === "invoke" || deliveryMode === "expectReplies";
}

/**
 * As the bot that the token is for, at the service that it is for (`assertSameService`), if the connection lists it: an address of somebody else's would be
 * shown the bot's own token.
 */
function toConversation(activity: Activity, { connector }: Connection, { aud }: Claims): Conversation | undefined {
  const { serviceUrl = "", id: activityId, conversation, from, recipient } = activity;
  if (connector === undefined || !asksForTransfer(activity) || isAnsweredInBody(activity)) return undefined;
  if (connector.appId !== aud || !isListedService(connector, serviceUrl)) return undefined;
  const ids = {
    conversationId: ConversationAccount.parse(conversation)?.id,
    botId: Account.parse(recipient)?.id,
    userId: Account.parse(from)?.id,
  };
  return Conversation.safeParse({ serviceUrl, activityId, ...ids }).data;
}

/** Back to where the activity came from. */
function toAnswer({ id, channelId, serviceUrl, locale, conversation, from, recipient }: Activity, type: "event" | "message") {
  const back = { conversation: ConversationAccount.parse(conversation), from: Account.parse(recipient), recipient: Account.parse(from) };
  return { type, channelId, serviceUrl, locale, ...back, replyToId: id };
}
