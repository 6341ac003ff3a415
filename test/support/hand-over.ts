/** The route that sessions are handed over by, over secrets and sessions in memory: who asks holds the agent's key unless told otherwise. */
import { createHandOver } from "../../lib/http/agent-sessions.ts";
import { createAgentAuthenticator } from "../../lib/http/authenticate-agent.ts";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { createSecretLookup } from "../../lib/secrets/secret-lookup.ts";
import type { HandedOverSessions } from "../../lib/sessions/agent-record.ts";
import { HandedOverAgent } from "../../lib/sessions/handing-over.ts";
import { type AgentEventOptions, toAgentEvent } from "./agent-event.ts";
import { createHandedOverSessions } from "./handed-over-sessions.ts";
import { toContext } from "./http-event.ts";
import { createKeptLog } from "./kept-log.ts";
import { createManualClock } from "./manual-clock.ts";
import { type Answer, PUBLIC_BASE_URL, toResult } from "./stack.ts";

export const HAND_OVER_KEY = "the-key-of-who-hands-over";
export const OLD_HAND_OVER_KEY = "the-old-key-of-who-hands-over";
export const GUID = "279fe21d-2caa-4437-84c3-ab9e9dae20f5.AgentGateway0";
export const COOKIES = "lb=node-1; route=blue";

export interface HandOverOptions extends AgentEventOptions {
  readonly key?: string;
}

export function startHandOver(over: Partial<HandedOverSessions> = {}) {
  const documents = new Map<string, unknown>();
  const reads: string[] = [];
  const clock = createManualClock();
  const log = createKeptLog();
  const sessions = createHandedOverSessions();
  const agents = createSecretLookup({
    async read(name) {
      reads.push(name);
      const document = documents.get(name);
      return document === undefined ? undefined : JSON.stringify(document);
    },
    folder: "agents",
    schema: HandedOverAgent,
    ttlMs: 60_000,
    now: clock.monotonicMs,
  });
  const authenticate = createAgentAuthenticator({ agents, log, now: clock.monotonicMs });
  const route = createHandOver({ authenticate, sessions: { ...sessions, ...over } });
  const handler = createHttpHandler(route, { log, edge: { ...clock, publicBaseUrl: PUBLIC_BASE_URL } });

  function putAgent(agent: string, document: object) {
    documents.set(`agents/${agent}`, { schemaVersion: 1, ...document });
  }
  function putSecrets(secrets: readonly unknown[], agent = "main/101") {
    putAgent(agent, { session: "handed-over", verification: { scheme: "shared-secret", secrets } });
  }
  putSecrets([
    { id: "current", value: HAND_OVER_KEY },
    { id: "old", value: OLD_HAND_OVER_KEY, notAfter: "2026-11-23T08:00:00Z" },
  ]);

  async function ask(method: "PUT" | "DELETE", { key = HAND_OVER_KEY, headers, ...options }: HandOverOptions = {}): Promise<Answer> {
    const all = { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers };
    return toResult(await handler(toAgentEvent(method, "agent-sessions", { ...options, headers: all }), toContext()));
  }
  return { ask, putAgent, putSecrets, clock, log, reads, sessions };
}

export function toHandOver(over: Readonly<Record<string, unknown>> = {}): { readonly body: string } {
  return { body: JSON.stringify({ guid: GUID, cookies: COOKIES, renewedAt: "2026-11-23T07:00:00.000Z", ...over }) };
}

/** What a caller can tell two answers apart by. */
export function toSeen({ status, headers, text }: Answer) {
  return { status, headers, text };
}
