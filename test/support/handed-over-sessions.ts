/** What was handed over, kept in memory: the rules of the port, and nothing of a store. */
import type { AgentKey, HandedOverSessions, LiveSession } from "../../lib/sessions/agent-record.ts";

export interface KeptSessions extends HandedOverSessions {
  /** Null where it was ended. */
  of(agent: AgentKey): LiveSession | null | undefined;
  /** How often an agent was counted, and at what time. */
  readonly counted: readonly (readonly [AgentKey, number])[];
}

export function createHandedOverSessions(): KeptSessions {
  const sessions = new Map<AgentKey, LiveSession | null>();
  const newest = new Map<AgentKey, number>();
  const counted: (readonly [AgentKey, number])[] = [];
  const minuteOf = (ms: number) => Math.floor(ms / 60_000);
  return {
    counted,
    of: (agent) => sessions.get(agent),
    async handOver(agent, session) {
      if (session.renewedAt <= (newest.get(agent) ?? Number.NEGATIVE_INFINITY)) return false;
      newest.set(agent, session.renewedAt);
      sessions.set(agent, session);
      return true;
    },
    async end(agent) {
      sessions.set(agent, null);
    },
    async count(agent, nowMs) {
      counted.push([agent, nowMs]);
      return counted.filter(([who, atMs]) => who === agent && minuteOf(atMs) === minuteOf(nowMs)).length;
    },
  };
}
