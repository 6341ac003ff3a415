/** A service of Bot Framework with its token endpoint: HTTPS on loopback, which keeps what it is sent and answers what it is told. Checks no credentials. */
import { createCallbackClient, type PostCallback } from "../../lib/callbacks/callback-client.ts";
import type { ConversationNotice } from "../../lib/connector/conversation-notice.ts";
import { Connector } from "../../lib/transfer/connector.ts";
import { type CallbackReceiver, type ReceivedCallback, type ReceiverAnswer, startReceiver } from "./callback-receiver.ts";

export const BOT = {
  appId: "5a0e1f6c-8d0b-4c55-9d0f-9f1f5d1c7e21",
  appPassword: "canary+password/of&the=bot",
  scope: "https://api.botframework.example/.default",
};
export const CONVERSATION = {
  conversationId: "19:canary-conversation@thread;messageid=1",
  activityId: "canary-activity|0000012",
  botId: "canary-bot@handle",
  userId: "canary-user",
};

export interface BotConnector extends Pick<CallbackReceiver, "port" | "caPem" | "closed"> {
  readonly serviceUrl: string;
  readonly connector: Connector;
  /** The client of the functions, which may connect to this one alone. */
  readonly post: PostCallback;
  tokenRequests(): readonly ReceivedCallback[];
  activities(): readonly ReceivedCallback[];
}

interface BotConnectorOptions {
  /** Of the request of this number, from 1. */
  readonly tokenAnswer?: (count: number) => ReceiverAnswer;
  readonly activityAnswer?: (activity: ReceivedCallback) => ReceiverAnswer;
}

export function toToken(count: number, expiresIn: unknown = 3_600): ReceiverAnswer {
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token_type: "Bearer", expires_in: expiresIn, ext_expires_in: 3_600, access_token: `canary-token-${count}` }),
  };
}

/** Gives out tokens and takes activities unless told otherwise. Stops with the test. */
export async function startBotConnector({
  tokenAnswer = toToken,
  activityAnswer = () => ({ status: 200, body: '{"id":"1"}' }),
}: BotConnectorOptions = {}): Promise<BotConnector> {
  let count = 0;
  const isToken = ({ path = "" }: ReceivedCallback) => path.endsWith("/oauth2/v2.0/token");
  const receiver = await startReceiver({
    answer(received) {
      if (!isToken(received)) return activityAnswer(received);
      count += 1;
      return tokenAnswer(count);
    },
  });
  const { port, caPem, closed } = receiver;
  const client = createCallbackClient();
  const serviceUrl = `https://127.0.0.1:${port}/emea/`;
  return {
    port,
    caPem,
    closed,
    serviceUrl,
    connector: Connector.parse({ ...BOT, serviceUrls: [serviceUrl], tokenUrl: `https://127.0.0.1:${port}/tenant/oauth2/v2.0/token` }),
    post: (request) => client({ ...request, allowAddresses: ["127.0.0.1"], ca: [caPem] }),
    tokenRequests: () => receiver.received.filter(isToken),
    activities: () => receiver.received.filter((received) => !isToken(received)),
  };
}

export function toConversationNotice(serviceUrl: string, over: Partial<ConversationNotice> = {}): ConversationNotice {
  return {
    schemaVersion: 1,
    connection: "bot",
    conversation: { serviceUrl, ...CONVERSATION },
    status: { state: "accepted", ccgw_state: "accepted", ccgw_transfer_id: "t-1", ccgw_reference: "ticket-客" },
    at: "2026-11-23T07:00:42.000Z",
    ...over,
  };
}
