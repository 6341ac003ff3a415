/** How agents' sessions are held, by their secrets. */
import { AgentAccess } from "../gateway/agent-access.ts";
import { createSecretLookup, type SecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { HandedOverAgent } from "../sessions/handing-over.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A changed credential is in use within a minute, and at once where an old one is refused. */
const HANDED_OVER_TTL_MS = 60_000;
const now = RUNNING_CLOCK.monotonicMs;

export function composeAccesses({ read }: Secrets, ttlMs: number): SecretLookup<AgentAccess> {
  return createSecretLookup({ read, folder: "agents", schema: AgentAccess, ttlMs, now });
}

/** Who may hand over whose session. */
export function composeHandedOverAgents({ read }: Secrets): SecretLookup<HandedOverAgent> {
  return createSecretLookup({ read, folder: "agents", schema: HandedOverAgent, ttlMs: HANDED_OVER_TTL_MS, now });
}
