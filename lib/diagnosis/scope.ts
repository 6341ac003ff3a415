/** Whom a diagnosis is about: all, or a connection or a gateway with what belongs to it. */
import type { Connection } from "../transfer/connection.ts";
import { type Documents, FOLDERS, type Names } from "./documents.ts";

export interface Scope {
  readonly connection?: string | undefined;
  readonly gateway?: string | undefined;
}

/** Those names that are meant. A connection that does not parse has no gateway. */
export function narrow(names: Names, { connections }: Documents, scope: Scope): Names {
  const settingsOf = (name: string) => connections.get(name)?.settings;
  if (scope.connection !== undefined) {
    const settings = settingsOf(scope.connection);
    const gateway = settings?.gateway;
    const isMeant = scope.gateway === undefined || scope.gateway === gateway;
    return {
      connections: isMeant ? [scope.connection] : [],
      gateways: isMeant && gateway !== undefined ? [gateway] : [],
      agents: isMeant && settings !== undefined ? agentsOf(settings, names.agents) : [],
    };
  }
  const { gateway } = scope;
  if (gateway === undefined) return names;
  return {
    connections: names.connections.filter((name) => settingsOf(name)?.gateway === gateway),
    gateways: [gateway],
    agents: names.agents.filter((name) => name.startsWith(`${gateway}/`)),
  };
}

/** Whose sessions a connection may move, as far as it says so: its own agent, and those that it lists, or all of its gateway. */
function agentsOf({ gateway, agentId, allow }: Connection, all: readonly string[]): readonly string[] {
  if (allow.agents === "any" && agentId === undefined) return all.filter((name) => name.startsWith(`${gateway}/`));
  const listed = allow.agents === "any" ? [] : (allow.agents ?? []);
  return [...new Set([...(agentId === undefined ? [] : [agentId]), ...listed])].map((id) => `${gateway}/${id}`);
}

export function count(names: Names): number {
  return FOLDERS.reduce((sum, folder) => sum + names[folder].length, 0);
}
