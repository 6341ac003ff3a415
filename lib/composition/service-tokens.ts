/** The tokens that the gateway sends with pushed events, made of the secret `keys/events`. */
import { EventsKey, toEventsKeys } from "../secrets/events-key.ts";
import { createSecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { isServiceTokenOf, serviceTokenOf } from "../verification/service-token.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A changed key makes other tokens: whoever checks them must not be long behind whoever gives them out. */
const TTL_MS = 10_000;

interface Agent {
  readonly gateway: string;
  readonly agentId: string;
}

/** Each throws `secrets-unavailable` or `misconfigured`. */
interface ServiceTokens {
  of(agent: Agent, signal: AbortSignal): Promise<string>;
  isOf(agent: Agent, presented: string | undefined, signal: AbortSignal): Promise<boolean>;
}

export function composeServiceTokens({ read }: Secrets): ServiceTokens {
  const lookup = createSecretLookup({ read, folder: "keys", schema: EventsKey, ttlMs: TTL_MS, now: RUNNING_CLOCK.monotonicMs });
  const keys = async (signal: AbortSignal) => toEventsKeys(await lookup.get("events", signal));
  return {
    of: async (agent, signal) => serviceTokenOf((await keys(signal))[0], agent),
    isOf: async (agent, presented, signal) => isServiceTokenOf(await keys(signal), agent, presented),
  };
}
