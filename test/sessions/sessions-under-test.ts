/** What the parts of the contract of agents' sessions share. */
import { expect } from "vitest";
import type {
  AgentKey,
  AgentRecord,
  HandedOverSessions,
  Holder,
  LiveSession,
  RecordChange,
  SessionRecords,
} from "../../lib/sessions/agent-record.ts";
import { INSTANT } from "../support/manual-clock.ts";

export type Sessions = SessionRecords & HandedOverSessions;

export interface SessionsUnderTest {
  readonly sessions: Sessions;
  /** Another one over the same store, as another process would hold it. */
  readonly others: Sessions;
  /** The wall clock of both, which starts at `INSTANT`. */
  advance(ms: number): void;
}

export type StartSessions = () => Promise<SessionsUnderTest> | SessionsUnderTest;

export const UNTIL = INSTANT + 30_000;
export const SESSION: LiveSession = { guid: "planted-guid", cookies: "lb=planted-cookie", renewedAt: INSTANT };

let count = 0;
/** One that no test has used. */
export function newAgent(): AgentKey {
  count += 1;
  return `main/${100 + count}`;
}

/** The lease of an agent as it is now, taken by this owner. */
export async function taken(sessions: Sessions, agent: AgentKey, owner: string): Promise<AgentRecord & { readonly holder: Holder }> {
  const record = await sessions.takeLease(agent, { owner, until: UNTIL }, await sessions.read(agent));
  expect(record).toBeDefined();
  return { fence: 0, ...record, holder: { owner, fence: record?.fence ?? 0 } };
}

/** As whoever holds the lease writes: by the beat that it knows. */
export async function writeAs(
  sessions: Sessions,
  agent: AgentKey,
  holder: Holder,
  change: RecordChange & { readonly until: number },
): Promise<AgentRecord | undefined> {
  const beat = (await sessions.read(agent))?.lease?.beat ?? 1;
  return sessions.write(agent, { ...holder, beat }, change);
}
