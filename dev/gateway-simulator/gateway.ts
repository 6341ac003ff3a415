/**
 * The simulated gateway without its wire: the rooms that know something, the endpoints over them, and what a developer may ask of it or do to it.
 * It opens no port.
 */
import { type Account, type AccountChange, createAccounts } from "./accounts.ts";
import { type AgentSession, createAgentSessions } from "./agent-sessions.ts";
import { createAgentCallsEndpoint, createCallInfoEndpoint } from "./call-data-endpoint.ts";
import { type Calls, createCalls } from "./calls.ts";
import type { SimulatorClock } from "./clock.ts";
import type { Endpoint } from "./endpoint.ts";
import { type GatewayEvent, parseEvent } from "./events.ts";
import { createHandshakeEndpoint, createUpdateGuidEndpoint } from "./keep-alive-endpoint.ts";
import { type AcceptedTransfer, toOutcome } from "./outcomes.ts";
import { createPollEndpoint } from "./poll-endpoint.ts";
import { createPushDelivery, type RecordedPush } from "./push-delivery.ts";
import { createSiteSettings, type SettingsChange } from "./settings.ts";
import { createSignInEndpoints } from "./sign-in-endpoint.ts";
import { createTargetEndpoints } from "./target-endpoint.ts";
import { createTransferEndpoint } from "./transfer-endpoint.ts";
import { createViolations, type Violation } from "./violations.ts";

export interface AgentSummary {
  readonly agentId: string;
  /** External sessions are kept by somebody else and never end by themselves; managed ones were signed in over the gateway's interface. */
  readonly signedIn: "no" | AgentSession["kind"];
  readonly events: "poll" | "push";
  readonly waitingEvents: number;
}

export interface Gateway {
  readonly endpoints: readonly Endpoint[];
  addCall: Calls["add"];
  endCall: Calls["end"];
  hasAgent(agentId: string): boolean;
  /** Creates or changes an account. A session of the agent goes on as it is. */
  putAccount(change: AccountChange): void;
  accounts(): readonly Account[];
  agents(): readonly AgentSummary[];
  /** The old Guid is refused from then on; signs in an agent who was not. */
  renewGuid(agentId: string): string;
  guidOf(agentId: string): string;
  signOut(agentId: string): void;
  /** Throws for an agent who is not signed in, and for what is no event. */
  emitEvent(agentId: string, event: GatewayEvent): void;
  configure(settings: SettingsChange): void;
  pushes(): readonly RecordedPush[];
  violations(): readonly Violation[];
  endSessions(): void;
  reset(): void;
}

interface Wiring {
  readonly clock: SimulatorClock;
  readonly settings: SettingsChange;
  readonly log: (line: string) => void;
  /** Aborted when the simulator is reset, restarted or stopped. */
  readonly signal: () => AbortSignal;
}

export function createGateway({ clock, settings: initial, log, signal }: Wiring): Gateway {
  const settings = createSiteSettings(initial);
  const violations = createViolations(clock);
  const accounts = createAccounts(violations);
  const sessions = createAgentSessions({ clock, settings, violations });
  const hasAgent = (agentId: string) => sessions.seeded.includes(agentId) || accounts.find(agentId) !== undefined;
  const calls = createCalls(hasAgent);
  const pushDelivery = createPushDelivery({ clock, settings, log });

  function emit(session: AgentSession, event: GatewayEvent) {
    session.events.push(event);
    pushDelivery.deliver(session, signal());
  }

  function onAccepted(transfer: AcceptedTransfer) {
    const { agentId, callid } = transfer;
    const { events, callStays, taker } = toOutcome(transfer, accounts.find(agentId)?.outcomes ?? "none");
    if (callStays) calls.release(callid);
    else calls.move(callid, taker);
    const session = sessions.find(agentId);
    for (const event of events) if (session !== undefined) emit(session, event);
  }

  function findSession(agentId: string): AgentSession {
    const session = sessions.find(agentId);
    if (session === undefined) throw new Error(`agent ${agentId} is not signed in`);
    return session;
  }

  function assertAgent(agentId: string) {
    if (!hasAgent(agentId)) throw new Error(`no agent ${agentId} in the simulator`);
  }

  return {
    endpoints: [
      createTransferEndpoint({ sessions, calls, onAccepted }),
      ...createSignInEndpoints({ clock, settings, accounts, sessions, violations }),
      createHandshakeEndpoint(sessions),
      createUpdateGuidEndpoint(sessions),
      createPollEndpoint({ clock, settings, sessions, violations }),
      createAgentCallsEndpoint({ sessions, calls }),
      createCallInfoEndpoint({ sessions, calls }),
      ...createTargetEndpoints(sessions),
    ],
    addCall: calls.add,
    endCall: calls.end,
    hasAgent,
    putAccount: accounts.put,
    accounts: accounts.list,
    agents() {
      const agentIds = [...new Set([...sessions.seeded, ...accounts.list().map(({ agentId }) => agentId)])].sort();
      return agentIds.map((agentId) => toSummary(agentId, sessions.find(agentId)));
    },
    renewGuid(agentId) {
      assertAgent(agentId);
      return sessions.replaceGuid(agentId);
    },
    guidOf: (agentId) => findSession(agentId).guid,
    signOut(agentId) {
      assertAgent(agentId);
      sessions.end(agentId);
    },
    emitEvent(agentId, event) {
      const parsed = parseEvent(event);
      emit(findSession(agentId), parsed);
    },
    configure: settings.change,
    pushes: pushDelivery.pushes,
    violations: violations.list,
    endSessions: sessions.endAll,
    reset() {
      settings.reset();
      accounts.reset();
      sessions.reset();
      calls.reset();
      violations.clear();
      pushDelivery.clear();
    },
  };
}

function toSummary(agentId: string, session: AgentSession | undefined): AgentSummary {
  return {
    agentId,
    signedIn: session?.kind ?? "no",
    events: session?.push === undefined ? "poll" : "push",
    waitingEvents: session?.events.size ?? 0,
  };
}
