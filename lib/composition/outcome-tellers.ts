/** All who are told of an outcome, for the function that tells them. */
import { createCallbackClient } from "../callbacks/callback-client.ts";
import { createDeliver } from "../callbacks/delivery.ts";
import { createTellReceiver, ReceiverOf, type Tell } from "../callbacks/tell-receiver.ts";
import type { Config } from "../config.ts";
import { createAccessTokens } from "../connector/access-tokens.ts";
import { ConnectorOf, createTellConversation } from "../connector/tell-conversation.ts";
import type { Tellers } from "../queue/batch-handler.ts";
import { createTellEventBus } from "../queue/event-bridge.ts";
import { createSecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A changed callback is in use within a minute. */
const TTL_MS = 60_000;
/** Of a message from when there was a bus. */
const NO_BUS: Tell = async () => ({ kind: "nobody", why: "there is no event bus" });

export function composeOutcomeTellers({ eventBus }: Config, { read }: Secrets): Tellers {
  const { wallMs, monotonicMs: now } = RUNNING_CLOCK;
  const connections = createSecretLookup({ read, folder: "connections", schema: ReceiverOf, ttlMs: TTL_MS, now });
  const connectors = createSecretLookup({ read, folder: "connections", schema: ConnectorOf, ttlMs: TTL_MS, now });
  const post = createCallbackClient();
  return {
    callback: createTellReceiver({ connections, deliver: createDeliver({ post, wallMs }) }),
    conversation: createTellConversation({ connectors, tokens: createAccessTokens({ post, wallMs }), post, wallMs }),
    "event-bus": eventBus === undefined ? NO_BUS : createTellEventBus(eventBus),
  };
}
