/** HTTP API events of the routes whose path names an agent. */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type EventOptions, toEvent } from "./http-event.ts";
import { INSTANT } from "./manual-clock.ts";

type AgentRoute = "agent-sessions" | "gateway-events";

export interface AgentEventOptions extends Pick<EventOptions, "headers" | "body" | "timeEpoch"> {
  readonly gateway?: string;
  readonly agentId?: string;
}

export function toAgentEvent(
  method: string,
  route: AgentRoute,
  { gateway = "main", agentId = "101", ...others }: AgentEventOptions = {},
): APIGatewayProxyEventV2 {
  const path = `/v1/${route}/${gateway}/${agentId}`;
  const matched = `${method} /v1/${route}/{gateway}/{agentId}`;
  return toEvent({ method, path, route: matched, agent: { gateway, agentId }, timeEpoch: INSTANT, ...others });
}
