/** From the name of an agent's secret to the agent. */
import { AgentId, Name } from "../transfer/target.ts";
import type { AgentName } from "./agent-record.ts";

/** Of `main/101`; undefined where no agent can be called so. */
export function parseAgentName(name: string): AgentName | undefined {
  const [gateway = "", agentId = "", ...more] = name.split("/");
  const isName = Name.safeParse(gateway).success && AgentId.safeParse(agentId).success && more.length === 0;
  return isName ? { gateway, agentId } : undefined;
}
