/** Ways to the failures of handing a session over, with a canary in all that is handed over. */
import { TransferError } from "../../lib/errors.ts";
import { createHandOver } from "../../lib/http/agent-sessions.ts";
import { createAgentAuthenticator } from "../../lib/http/authenticate-agent.ts";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { createLog } from "../../lib/log.ts";
import { HandedOverAgent } from "../../lib/sessions/handing-over.ts";
import { toAgentEvent } from "./agent-event.ts";
import { CANARIES, COOKIES } from "./canaries.ts";
import { createHandedOverSessions, type KeptSessions } from "./handed-over-sessions.ts";
import { toContext } from "./http-event.ts";
import { createManualClock } from "./manual-clock.ts";
import { type Answer, PUBLIC_BASE_URL, toResult } from "./stack.ts";

const DOCUMENT = {
  schemaVersion: 1,
  session: "handed-over",
  verification: { scheme: "shared-secret", secrets: [{ id: "current", value: CANARIES.key }] },
};
const BODY = { guid: CANARIES.guid, cookies: COOKIES, renewedAt: "2026-11-23T07:00:00Z" };

export function handOverTooOften(): Promise<readonly Answer[]> {
  return handOver({ count: async () => 61 });
}

export function handOverToNobody(): Promise<readonly Answer[]> {
  const cause = new Error(`${CANARIES.exception} ${CANARIES.guid}`);
  const fail = () => Promise.reject(new TransferError("store-unavailable", { reason: "TimeoutError", effect: "none", cause }));
  return handOver({ handOver: fail });
}

async function handOver(broken: Partial<KeptSessions>): Promise<readonly Answer[]> {
  const clock = createManualClock();
  const log = createLog();
  const agent = HandedOverAgent.parse(DOCUMENT);
  const agents = { get: async () => agent, reread: async () => agent };
  const authenticate = createAgentAuthenticator({ agents, log, now: clock.monotonicMs });
  const route = createHandOver({ authenticate, sessions: { ...createHandedOverSessions(), ...broken } });
  const handler = createHttpHandler(route, { log, edge: { ...clock, publicBaseUrl: PUBLIC_BASE_URL } });
  const event = toAgentEvent("PUT", "agent-sessions", {
    headers: { authorization: `Bearer ${CANARIES.key}`, "content-type": "application/json", "user-agent": CANARIES.header },
    body: JSON.stringify(BODY),
  });
  return [toResult(await handler(event, toContext()))];
}
