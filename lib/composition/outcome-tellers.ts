/** All who are told of an outcome, for the function that tells them. */
import { createCallbackClient } from "../callbacks/callback-client.ts";
import { createDeliver } from "../callbacks/delivery.ts";
import { createTellReceiver, ReceiverOf, type Tell } from "../callbacks/tell-receiver.ts";
import type { Config } from "../config.ts";
import { createTellEventBus } from "../queue/event-bridge.ts";
import type { Sink } from "../queue/outcome-message.ts";
import { createSecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A changed callback is in use within a minute. */
const TTL_MS = 60_000;
/** Of a message from when there was a bus. */
const NO_BUS: Tell = async () => ({ kind: "nobody", why: "there is no event bus" });

export function composeOutcomeTellers({ eventBus }: Config, { read }: Secrets): Readonly<Record<Sink, Tell>> {
  const { wallMs, monotonicMs: now } = RUNNING_CLOCK;
  const connections = createSecretLookup({ read, folder: "connections", schema: ReceiverOf, ttlMs: TTL_MS, now });
  return {
    callback: createTellReceiver({ connections, deliver: createDeliver({ post: createCallbackClient(), wallMs }) }),
    "event-bus": eventBus === undefined ? NO_BUS : createTellEventBus(eventBus),
  };
}
