/**
 * Posts the event `handoff.status` to a bot's conversation through the Connector, as the bot, and says what its answer means for the next attempt. Only to
 * a service that the connection lists still, and never to an address that is not public.
 * Operations and statuses: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference; the event:
 * https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human. That 412 and 429 are worth a repeat is said for Teams alone.
 */
import * as z from "zod";
import type { CallbackOutcome, PostCallback } from "../callbacks/callback-client.ts";
import { type Delivery, toDelivery } from "../callbacks/delivery.ts";
import { toAsciiJson } from "../callbacks/notice.ts";
import { Connector, isListedService } from "../transfer/connector.ts";
import type { Conversation } from "../transfer/conversation.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { ConversationNotice } from "./conversation-notice.ts";

/** For all of an attempt, a token and its renewal included. */
const ATTEMPT_MS = 15_000;
/** What is older, the conversation has gone on without. */
const AGE_MAX_MS = 60 * 60 * 1_000;
const UNAUTHORIZED = 401;
/** Of the client errors those that a repeat can mend: a password is corrected, a limit passes. The rest means this activity or this conversation. */
const WORTH_A_REPEAT = [UNAUTHORIZED, 408, 412, 425, 429];
const USER_AGENT = "ccgateway-transfer-webhooks";

/** Of a connection's document. What is wrong elsewhere in it, or that it takes no more transfers, keeps nobody from being told of those there were. */
export const ConnectorOf = z.object({ connector: Connector.optional() });
type ConnectorOf = z.infer<typeof ConnectorOf>;

export type TellConversation = (notice: ConversationNotice, signal: AbortSignal) => Promise<Delivery>;

interface TellConversationOptions {
  /** Undefined where there is no such connection. `get` throws what keeps it from being known. */
  readonly connectors: { get(name: string, signal: AbortSignal): Promise<ConnectorOf | undefined> };
  readonly tokens: AccessTokens;
  readonly post: PostCallback;
  /** In ms since 1970. */
  readonly wallMs: () => number;
}

export function createTellConversation({ connectors, tokens, post, wallMs }: TellConversationOptions): TellConversation {
  async function send(connector: Connector, notice: ConversationNotice, signal: AbortSignal): Promise<Delivery> {
    const attempt = async (isRenewed: boolean): Promise<Delivery> => {
      const answer = await tokens.get(connector, signal);
      if (answer.kind === "none") return { ...toRetry(answer.outcome, wallMs()), why: answer.why };
      const outcome = await post(toPost(notice, answer.token, signal));
      if (outcome.kind !== "answered" || outcome.status !== UNAUTHORIZED) return toResult(outcome, wallMs());
      tokens.forget(connector, answer.token);
      // The one that was kept may have been withdrawn; a new one would be refused for what it is.
      return isRenewed ? toResult(outcome, wallMs()) : attempt(true);
    };
    return attempt(false);
  }

  return async (notice, signal) => {
    if (wallMs() - Date.parse(notice.at) > AGE_MAX_MS) return { kind: "nobody", why: "it is too late to tell a conversation" };
    const connection = await connectors.get(notice.connection, signal);
    if (connection === undefined) return { kind: "nobody", why: "there is no such connection any more" };
    const { connector } = connection;
    if (connector === undefined) return { kind: "nobody", why: "the connection has no connector" };
    if (!isListedService(connector, notice.conversation.serviceUrl))
      return { kind: "nobody", why: "serviceUrls does not list the service" };
    return send(connector, notice, AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]));
  };
}

function toPost({ conversation, status }: ConversationNotice, token: string, signal: AbortSignal): Parameters<PostCallback>[0] {
  const { conversationId, activityId, botId, userId } = conversation;
  const activity = {
    type: "event",
    name: "handoff.status",
    conversation: { id: conversationId },
    from: { id: botId },
    recipient: { id: userId },
    ...(activityId !== undefined && { replyToId: activityId }),
    value: status,
  };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "user-agent": USER_AGENT };
  return { url: toUrl(conversation), headers, body: toAsciiJson(activity), allowAddresses: [], ca: undefined, signal };
}

/** "Reply to Activity", or "Send to Conversation" where there is none. */
function toUrl({ serviceUrl, conversationId, activityId }: Conversation): string {
  const activities = `${new URL(serviceUrl).href.replace(/\/$/, "")}/v3/conversations/${encodeURIComponent(conversationId)}/activities`;
  return activityId === undefined ? activities : `${activities}/${encodeURIComponent(activityId)}`;
}

function toResult(outcome: CallbackOutcome, nowMs: number): Delivery {
  if (outcome.kind !== "answered") return toRetry(outcome, nowMs);
  const { status } = outcome;
  if (status >= 400 && status < 500 && !WORTH_A_REPEAT.includes(status)) return { kind: "gone", status };
  return toDelivery(outcome, nowMs);
}

function toRetry(outcome: CallbackOutcome, nowMs: number): Extract<Delivery, { readonly kind: "retry" }> {
  if (outcome.kind === "forbidden-address") return { kind: "retry", why: "the service's address is not public" };
  const delivery = toDelivery(outcome, nowMs);
  return delivery.kind === "retry" ? delivery : { kind: "retry", why: "no token" };
}
