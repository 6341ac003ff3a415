/** From a managed agent's secret to the calls with which it is kept: its gateway's site, and where its events are pushed to. */
import { TransferError } from "../errors.ts";
import type { AgentCalls } from "../sessions/agent-calls.ts";
import type { ManagedAgent } from "./agent-access.ts";
import { createAgentCalls, type PushTarget } from "./agent-calls.ts";
import type { SendToGateway } from "./client.ts";
import type { AgentEvent } from "./events.ts";
import type { GatewaySite } from "./site.ts";

/** Vendor: callBackUri "at most 200". */
const CALLBACK_URI_MAX_CHARACTERS = 200;

export interface Agent {
  readonly gateway: string;
  readonly agentId: string;
}

interface AgentConnectorOptions {
  readonly sites: { get(name: string, signal: AbortSignal): Promise<GatewaySite | undefined> };
  /** Of an agent whose events are pushed. Throws `misconfigured` where there is no key to make its service token of. */
  readonly pushTarget: (agent: Agent, signal: AbortSignal) => Promise<PushTarget>;
  readonly send: SendToGateway;
  readonly wallMs: () => number;
}

/** Throws `misconfigured` or `secrets-unavailable`. */
export type ConnectAgent = (agent: Agent, managed: ManagedAgent, options: ConnectOptions) => Promise<AgentCalls<AgentEvent>>;

interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Only a sign-in needs to know where events are pushed to: its calls cannot be used for one otherwise. */
  readonly forSignIn: boolean;
}

export function createAgentConnector({ sites, pushTarget, send, wallMs }: AgentConnectorOptions): ConnectAgent {
  return async (agent, { signIn: configured }, { signal, forSignIn }) => {
    const site = await sites.get(agent.gateway, signal);
    if (site === undefined) throw new TransferError("misconfigured", { reason: `no secret for gateway ${agent.gateway}` });
    const signIn = forSignIn ? configured : { ...configured, events: "poll" as const };
    const push = signIn.events === "push" ? await pushTarget(agent, signal) : undefined;
    if (push !== undefined && push.callBackUri.length > CALLBACK_URI_MAX_CHARACTERS)
      throw new TransferError("misconfigured", {
        reason: `the callback's address has more than ${CALLBACK_URI_MAX_CHARACTERS} characters: set a shorter CCGW_PUBLIC_BASE_URL`,
      });
    return createAgentCalls({ site, agentId: agent.agentId, signIn, push, send, wallMs });
  };
}
