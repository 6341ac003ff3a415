/** Does whoever holds this agent's session send this? By the agent's own secrets. Unknown, not handed over and unproven look alike outside. */
import type { Log } from "../log.ts";
import type { AgentKey } from "../sessions/agent-record.ts";
import type { HandedOverAgent } from "../sessions/handing-over.ts";
import { createSecretDecoy } from "../sources/decoy-verifier.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { findAgent } from "./agent-name.ts";
import { createProver, type Lookup } from "./prover.ts";
import type { HttpRequest } from "./request.ts";

interface Dependencies {
  /** By `main/101`. */
  readonly agents: Lookup<HandedOverAgent>;
  readonly log: Log;
  /** Monotonic, in ms: the clock of `agents`. */
  readonly now: () => number;
}

export type AuthenticateAgent = (request: HttpRequest) => Promise<{ readonly agent: AgentKey }>;

/** Throws `unauthenticated`, `secrets-unavailable` or `misconfigured`. */
export function createAgentAuthenticator({ agents, log, now }: Dependencies): AuthenticateAgent {
  const prove = createProver({ lookup: agents, bar, decoy: createSecretDecoy(), now });

  return async (request) => {
    const named = findAgent(request);
    const { gateway = "", agentId = "" } = named ?? {};
    const agent: AgentKey = `${gateway}/${agentId}`;
    request.note({ ...named });
    const { signal } = request.stopwatch.deadline(DEADLINE_MAX_MS);
    const { verdict } = await prove(request, named && agent, signal);
    request.note({ secretId: verdict.secretId });
    log.count("HandOvers", { gateway, agentId, secretId: verdict.secretId });
    return { agent };
  };
}

function bar(agent: HandedOverAgent | undefined): string | undefined {
  if (agent === undefined) return "unknown-agent";
  return agent.verify === undefined ? "not-handed-over" : undefined;
}
