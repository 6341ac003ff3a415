/**
 * `PUT | DELETE /v1/agent-sessions/{gateway}/{agentId}`: whoever holds an agent's session elsewhere hands its Guid over, or says that it has ended. Whether what
 * is handed over is the newest is the records' to decide: an older one is ignored, and answered alike.
 */
import { TransferError } from "../errors.ts";
import type { AgentKey, HandedOverSessions } from "../sessions/agent-record.ts";
import { parseHandOver } from "../sessions/handing-over.ts";
import { readJsonBody } from "../sources/reading/json-body.ts";
import type { Webhook } from "../sources/source.ts";
import type { AuthenticateAgent } from "./authenticate-agent.ts";
import type { Route } from "./handler.ts";

/** Of one agent. The gateway renews a Guid once a minute: whoever sends this many is going in circles. */
const REQUESTS_MAX_PER_MINUTE = 60;
const MINUTE_MS = 60_000;

interface Dependencies {
  readonly authenticate: AuthenticateAgent;
  readonly sessions: HandedOverSessions;
}

export function createHandOver({ authenticate, sessions }: Dependencies): Route {
  async function assertSeldom(agent: AgentKey, nowMs: number): Promise<void> {
    if ((await sessions.count(agent, nowMs)) <= REQUESTS_MAX_PER_MINUTE) return;
    throw new TransferError("rate-limited", {
      reason: "hand-overs of this agent",
      detail: `The session of one agent can be handed over ${REQUESTS_MAX_PER_MINUTE} times a minute.`,
      retryAfterSeconds: Math.ceil((MINUTE_MS - (nowMs % MINUTE_MS)) / 1_000),
    });
  }

  /** Whether it is the newest that is known. */
  function handOver(agent: AgentKey, webhook: Webhook): Promise<boolean> {
    return sessions.handOver(agent, parseHandOver(readJsonBody(webhook), webhook.receivedAt));
  }

  return async (request) => {
    const { webhook } = request;
    const { agent } = await authenticate(request);
    await assertSeldom(agent, webhook.receivedAt.getTime());
    if (webhook.method === "DELETE") await sessions.end(agent);
    else if (!(await handOver(agent, webhook))) request.note({ reason: "not newer than what is known" });
    return { status: 204, headers: {}, body: "" };
  };
}
