/** A managed agent's secret as it is now, opened for signing in: never from a cache, since the version of what is tried is written down. */
import type { AgentAccess, ManagedAgent } from "../gateway/agent-access.ts";
import type { AgentCalls } from "./agent-calls.ts";
import type { AgentName } from "./agent-record.ts";
import type { KeptAgent } from "./kept-session.ts";

interface ManagedAgentsOptions<Event> {
  /** Throws `secrets-unavailable` or `misconfigured`. */
  readonly read: (name: string) => Promise<{ readonly access: AgentAccess; readonly versionId: string } | undefined>;
  readonly connect: (agent: AgentName, managed: ManagedAgent, options: OpenOptions) => Promise<AgentCalls<Event>>;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Whether it is to be signed in. What only that needs is not looked at otherwise: a session that lives is kept without. */
  readonly forSignIn: boolean;
}

/** Undefined where there is no managed agent of this name. Throws `secrets-unavailable` or `misconfigured`. */
export type OpenManagedAgent<Event> = (agent: AgentName, options: OpenOptions) => Promise<KeptAgent<Event> | undefined>;

export function createManagedAgents<Event>({ read, connect }: ManagedAgentsOptions<Event>): OpenManagedAgent<Event> {
  return async (agent, options) => {
    const found = await read(`${agent.gateway}/${agent.agentId}`);
    if (found?.access.session !== "managed") return undefined;
    const { access, versionId } = found;
    return { secretVersion: versionId, forcelogin: access.signIn.forcelogin, calls: await connect(agent, access, options) };
  };
}
