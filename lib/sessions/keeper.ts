/**
 * Keeps one managed agent signed in, for as long as one invocation lasts, and hands it over to the next one. Killed anywhere, it leaves a record from which the
 * next one goes on.
 */
import type { Deadline } from "../transfer/invocation.ts";
import type { AgentName, SessionRecords } from "./agent-record.ts";
import type { KeeperClock } from "./keeper-clock.ts";
import { createKeptSession, type KeeperEvent, type KeptSession, POLL_PAUSE_MS } from "./kept-session.ts";
import { type HeldLease, LeaseLost, takeOver } from "./lease.ts";
import type { OpenManagedAgent } from "./managed-agents.ts";

/**
 * How long a run goes on without a successor. In poll mode past one tick that is lost; in push mode so long that the next tick's handshake is in time, and the
 * rest of the minute costs nothing: the session lasts two minutes without one.
 */
const LIFE_MS = { poll: 110_000, push: 50_000 } as const;
/** A longer wait for a sign-in is left to a later run. */
const WAIT_IN_RUN_MAX_MS = 15_000;
/** What a call and its write may take. */
const CALL_MAX_MS = 25_000;

/** Why a run ended. */
export type KeeperEnding =
  | "not-managed"
  /** Somebody else has the lease, or will have it. */
  | "kept-by-another"
  | "handed-over"
  /** Somebody else took the lease meanwhile. */
  | "fenced"
  | "sign-in-put-off"
  | "end-of-run";

interface KeeperOptions<Event> {
  readonly records: SessionRecords;
  readonly open: OpenManagedAgent<Event>;
  readonly events: { take(agent: AgentName, events: readonly Event[]): Promise<void> };
  readonly clock: KeeperClock;
  /** A name of one run alone. */
  readonly newOwner: () => string;
}

export interface KeeperRun {
  readonly deadline: Deadline;
  readonly observe: (event: KeeperEvent) => void;
}

export type Keep = (agent: AgentName, run: KeeperRun) => Promise<KeeperEnding>;

export function createKeeper<Event>({ records, open, events, clock, newOwner }: KeeperOptions<Event>): Keep {
  async function keepUntilOver(lease: HeldLease, session: KeptSession, deadline: Deadline, startedAt: number): Promise<KeeperEnding> {
    for (;;) {
      const current = session.current();
      const putOff = current === undefined ? await session.signIn() : undefined;
      if (putOff?.kind === "not-managed") return "not-managed";
      if (putOff?.kind === "parked" || (putOff?.kind === "wait" && putOff.ms > WAIT_IN_RUN_MAX_MS)) return "sign-in-put-off";
      const pauseMs = current === undefined ? (putOff?.ms ?? 0) : await session.keepAlive(current);
      if (lease.isWanted()) return "handed-over";
      // What a store that does not answer could not take is in our hands alone, and nobody can take over: as long as the runtime allows.
      const lifeMs = session.isKept() ? LIFE_MS[session.current()?.events ?? "poll"] : Number.POSITIVE_INFINITY;
      const endsAt = startedAt + lifeMs;
      if (deadline.signal.aborted || clock.monotonicMs() + pauseMs >= endsAt || deadline.remainingMs() < pauseMs + CALL_MAX_MS)
        return "end-of-run";
      await clock.sleep(pauseMs, deadline.signal);
    }
  }

  return async (agent, { deadline, observe }) => {
    const startedAt = clock.monotonicMs();
    const { signal } = deadline;
    const kept = await open(agent, { signal, forSignIn: false });
    if (kept === undefined) return "not-managed";
    const lease = await takeOver({ records, clock, agent: `${agent.gateway}/${agent.agentId}`, owner: newOwner() }, deadline);
    if (lease === undefined) return "kept-by-another";
    const tell = (told: readonly Event[]) => events.take(agent, told);
    const session = createKeptSession({
      lease,
      calls: kept.calls,
      reopen: () => open(agent, { signal, forSignIn: true }),
      tell,
      clock,
      deadline,
      observe,
    });
    try {
      if (lease.record.password !== undefined) observe({ kind: "password", password: lease.record.password });
      // Whoever had it before may have had its last answer a moment ago.
      if (session.current() !== undefined) await clock.sleep(POLL_PAUSE_MS, deadline.signal);
      const ending = await keepUntilOver(lease, session, deadline, startedAt);
      // What could not be written is lost with us: not letting go tells so, and the next one asks the gateway.
      if (await session.save()) await lease.release();
      return ending;
    } catch (error) {
      if (error instanceof LeaseLost) return "fenced";
      await lease.release();
      throw error;
    }
  };
}
