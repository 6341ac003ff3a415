/** The agent that a path names: who it is, not whether there is one. */
import * as z from "zod";
import { AgentId, Name } from "../transfer/target.ts";
import type { HttpRequest } from "./request.ts";

const AgentName = z.object({ gateway: Name, agentId: AgentId });
export type AgentName = Readonly<z.infer<typeof AgentName>>;

/** Undefined where no agent can be called so. */
export function findAgent({ agent }: HttpRequest): AgentName | undefined {
  return AgentName.safeParse(agent).data;
}
