/**
 * Who is signed in at the simulated gateway, with which Guid. External agents are kept by somebody else and never signed out by time; managed ones were
 * signed in here. Nothing runs by a timer: what has run out is found when it is asked for.
 * Silent in the documents, and chosen here: an answer to an old but good Guid is as any other, so that it may bring the next renewal.
 */
import { randomBytes, randomUUID } from "node:crypto";
import type { SimulatorClock } from "./clock.ts";
import { createEventQueue, type EventQueue } from "./events.ts";
import type { SiteSettings } from "./settings.ts";
import type { Violations } from "./violations.ts";

/** The suffix names the gateway's node. */
const GUID_SUFFIX = ".AgentGateway0";
/** 102 is not among them: it has an account, and is signed in by whoever does so. */
const SEED = [
  ["101", `11111111-1111-4111-8111-111111111111${GUID_SUFFIX}`],
  ["104", `44444444-4444-4444-8444-444444444444${GUID_SUFFIX}`],
  ["205", `55555555-5555-4555-8555-555555555555${GUID_SUFFIX}`],
  ["999999", `99999999-9999-4999-8999-999999999999${GUID_SUFFIX}`],
  ["150", undefined],
] as const;
/** What public clients show is only that there are such cookies: the names are ours. */
const COOKIE_NAMES = ["NSLB", "ROUTE"];

export interface SignedIn {
  readonly authMode: 1 | 2;
  /** Where events are pushed to; without it they are polled. */
  readonly push?: { readonly callBackUri: string; readonly serviceToken: string } | undefined;
}

export interface AgentSession extends SignedIn {
  readonly agentId: string;
  readonly kind: "external" | "managed";
  readonly guid: string;
  /** Pairs of name and value, as a client returns them. */
  readonly cookies: readonly string[];
  readonly events: EventQueue;
  readonly ended: AbortSignal;
}

export interface Credentials {
  readonly agentId: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AgentSessions {
  /** The agents of the seed, signed in or not. */
  readonly seeded: readonly string[];
  find(agentId: string): AgentSession | undefined;
  authenticate(credentials: Credentials): AgentSession | "100-006" | "000-003";
  open(agentId: string, signedIn: SignedIn): AgentSession;
  keepAlive(session: AgentSession): void;
  /** The new Guid, when it is time for one. */
  renewIfDue(session: AgentSession): string | undefined;
  /** The new Guid, or that of AUTHMODE 1, which stays. The old one is good until its time-out. */
  renew(session: AgentSession): string;
  /** No earlier Guid is good from then on. Signs in an agent who was not, as an external one. */
  replaceGuid(agentId: string): string;
  end(agentId: string): void;
  endAll(): void;
  reset(): void;
}

interface Wiring {
  readonly clock: SimulatorClock;
  readonly settings: SiteSettings;
  readonly violations: Violations;
}

export function createAgentSessions({ clock, settings, violations }: Wiring): AgentSessions {
  const sessions = new Map<string, Kept>();

  function put(agentId: string, fields: Pick<Kept, "kind" | "guid" | "cookies" | "authMode" | "push">): Kept {
    end(agentId);
    const ending = new AbortController();
    const at = { renewedAt: clock.now(), keptAliveAt: clock.now() };
    const events = createEventQueue(clock);
    const session = { ...fields, ...at, agentId, replaced: new Map(), events, ending, ended: ending.signal };
    sessions.set(agentId, session);
    return session;
  }

  const openExternal = (agentId: string, guid: string) =>
    put(agentId, { kind: "external", guid, cookies: [], authMode: 1, push: undefined });

  function find(agentId: string): Kept | undefined {
    const session = sessions.get(agentId);
    const isLost = session?.kind === "managed" && clock.now() - session.keptAliveAt >= settings.current().keepAliveTimeoutMs;
    if (isLost) end(agentId);
    return isLost ? undefined : session;
  }

  function end(agentId: string) {
    sessions.get(agentId)?.ending.abort();
    sessions.delete(agentId);
  }

  function endAll() {
    for (const agentId of [...sessions.keys()]) end(agentId);
  }

  function renew(session: AgentSession): string {
    const kept = toKept(session);
    if (kept.authMode === 1) return kept.guid;
    kept.replaced.set(kept.guid, clock.now());
    kept.guid = createGuid();
    kept.renewedAt = clock.now();
    return kept.guid;
  }

  function reset() {
    endAll();
    for (const [agentId, guid] of SEED) if (guid !== undefined) openExternal(agentId, guid);
  }
  reset();

  return {
    seeded: SEED.map(([agentId]) => agentId),
    find,
    authenticate({ agentId, headers: { guid = "", cookie = "" } }) {
      const session = find(agentId);
      const { cookies, guidTimeoutMs, staleGuidRetcode } = settings.current();
      if (session === undefined || (cookies === "required" && !holdsCookies(cookie, session.cookies))) return "100-006";
      if (guid === session.guid) return session;
      const replacedAt = session.replaced.get(guid);
      if (replacedAt === undefined) return "100-006";
      if (clock.now() - replacedAt < guidTimeoutMs) return session;
      violations.add("stale-guid", agentId);
      return staleGuidRetcode;
    },
    open(agentId, { authMode, push }) {
      const hasCookies = settings.current().cookies !== "none";
      const cookies = hasCookies ? COOKIE_NAMES.map((name) => `${name}=${randomBytes(8).toString("hex")}`) : [];
      return put(agentId, { kind: "managed", guid: createGuid(), cookies, authMode, push });
    },
    keepAlive(session) {
      toKept(session).keptAliveAt = clock.now();
    },
    renewIfDue(session) {
      const isDue = session.authMode === 2 && clock.now() - toKept(session).renewedAt >= settings.current().guidIntervalMs;
      return isDue ? renew(session) : undefined;
    },
    renew,
    replaceGuid(agentId) {
      const session = find(agentId) ?? openExternal(agentId, "");
      session.replaced.clear();
      session.guid = createGuid();
      session.renewedAt = clock.now();
      return session.guid;
    },
    end,
    endAll,
    reset,
  };

  function toKept(session: AgentSession): Kept {
    const kept = sessions.get(session.agentId);
    if (kept !== session) throw new Error(`the session of agent ${session.agentId} has ended`);
    return kept;
  }
}

interface Kept extends AgentSession {
  guid: string;
  renewedAt: number;
  keptAliveAt: number;
  /** Each earlier Guid, and when it was renewed. */
  readonly replaced: Map<string, number>;
  readonly ending: AbortController;
}

function createGuid(): string {
  return `${randomUUID()}${GUID_SUFFIX}`;
}

function holdsCookies(header: string, cookies: readonly string[]): boolean {
  const held = new Set(header.split(";").map((pair) => pair.trim()));
  return cookies.every((cookie) => held.has(cookie));
}
