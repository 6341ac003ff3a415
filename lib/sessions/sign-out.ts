/**
 * Signs a managed agent out at its gateway, once the run that keeps it has let go. The next run of the keeper signs it in again, unless whoever asked has seen to
 * it that none begins: for him, those that have begun already are kept out, and so are transfers that would sign the agent in themselves.
 */
import type { Deadline } from "../transfer/invocation.ts";
import type { AgentCalls, KeepAliveAnswer } from "./agent-calls.ts";
import type { AgentName, LiveSession, SessionRecords } from "./agent-record.ts";
import type { KeeperClock } from "./keeper-clock.ts";
import { type HeldLease, LeaseLost, takeOver } from "./lease.ts";
import type { OpenManagedAgent } from "./managed-agents.ts";

/** Vendor: "agent has already signed out". */
const ALREADY_SIGNED_OUT = "100-008";
/** Two questions for a Guid and two sign-outs, and what is written between them. */
const CALLS_MAX_MS = 4 * 25_000 + 5_000;
/** Whoever keeps it lets go, or is taken for dead, or is met as one that lives and does not. */
const TAKING_MAX_MS = 45_000;
/**
 * For how long transfers are kept out: longer than a removal takes, of which each hundred agents take two minutes, and the framework half an hour at most. Good for
 * 15 000 agents: the first of more could be signed in again by a transfer, if it may, before the stack is gone. A run of the keeper goes by the beat, and comes in sooner.
 */
const KEPT_OUT_MS = 6 * 60 * 60_000;
/** A run of the keeper that has begun gives up before: it waits 45 s at most for an owner that lives. */
const GUARD_MS = 60_000;
/** An owner that is silent for 30 s is taken for dead. */
const BEAT_MS = 10_000;

export type SignOutEnding =
  | { readonly ended: "not-managed" }
  | { readonly ended: "signed-out" }
  /** Nothing is known of a session, or the gateway does not know it any more: then `reason` is its retcode. */
  | { readonly ended: "not-signed-in"; readonly reason?: string | undefined }
  /** It may be signed in. */
  | { readonly ended: "failed"; readonly reason: string }
  /** There was not the time for it: nothing was done, and the next who asks has more. */
  | { readonly ended: "not-begun" };

interface SignOutOptions {
  readonly records: SessionRecords;
  readonly open: OpenManagedAgent<unknown>;
  readonly clock: KeeperClock;
  /** A name of one attempt alone. */
  readonly newOwner: () => string;
}

export interface SignOutRun {
  readonly deadline: Deadline;
  /** Takes a minute more, after which nobody is left who would sign the agent in, if no run of the keeper is begun any more. */
  readonly keepOut: boolean;
}

/** Throws what reading the secrets does, and `store-unavailable`. */
export type SignOut = (agent: AgentName, run: SignOutRun) => Promise<SignOutEnding>;

export function createSignOut({ records, open, clock, newOwner }: SignOutOptions): SignOut {
  async function takeLease(agent: AgentName, { deadline, keepOut }: SignOutRun): Promise<HeldLease | undefined> {
    const neededMs = toNeededMs(keepOut);
    let lease: HeldLease | undefined;
    // A run that asked for it after us comes first, and then lets go in its turn.
    while (lease === undefined && deadline.remainingMs() > neededMs)
      lease = await takeOver({ records, clock, agent: `${agent.gateway}/${agent.agentId}`, owner: newOwner() }, deadline);
    return lease;
  }

  /** Alive for whoever watches, and then, not let go, for whoever goes by the clocks. */
  async function guard(lease: HeldLease, { signal }: Deadline): Promise<void> {
    const endsAt = clock.monotonicMs() + GUARD_MS;
    while (clock.monotonicMs() < endsAt && !signal.aborted) {
      await clock.sleep(BEAT_MS, signal);
      await lease.write({}, KEPT_OUT_MS);
    }
  }

  return async (agent, run) => {
    const { deadline, keepOut } = run;
    const kept = await open(agent, { signal: deadline.signal, forSignIn: false });
    if (kept === undefined) return { ended: "not-managed" };
    if (deadline.remainingMs() <= toNeededMs(keepOut) + TAKING_MAX_MS) return { ended: "not-begun" };
    const lease = await takeLease(agent, run);
    if (lease === undefined) return { ended: "failed", reason: "whoever keeps it does not let go" };
    // Taking it may have used what keeping others out needs.
    if (deadline.remainingMs() <= toNeededMs(keepOut)) {
      await lease.release();
      return { ended: "not-begun" };
    }
    try {
      const ending = await signOutWith({ lease, calls: kept.calls, clock, deadline });
      if (ending.ended !== "failed") {
        await lease.write(isOurs(lease.record.session) ? { session: null } : {});
        if (keepOut) await guard(lease, deadline);
      }
      if (ending.ended === "failed" || !keepOut) await lease.release();
      return ending;
    } catch (error) {
      if (error instanceof LeaseLost) return { ended: "failed", reason: "somebody else keeps it meanwhile" };
      await lease.release();
      throw error;
    }
  };
}

/** Once it is taken. */
function toNeededMs(keepOut: boolean): number {
  return CALLS_MAX_MS + (keepOut ? GUARD_MS : 0);
}

interface SignOutCalls {
  readonly lease: HeldLease;
  readonly calls: AgentCalls<unknown>;
  readonly clock: KeeperClock;
  readonly deadline: Deadline;
}

async function signOutWith(held: SignOutCalls): Promise<SignOutEnding> {
  const { lease, calls, deadline } = held;
  const { session, attempt } = lease.record;
  if (!isOurs(session)) {
    if (attempt?.result === "pending") return { ended: "failed", reason: "nobody heard whether its last sign-in succeeded" };
    return { ended: "not-signed-in" };
  }
  // A renewal may have been lost with whoever held the lease and died.
  const known = lease.isClean ? session : await askForGuid(held, session);
  const answer = await calls.signOut(known, deadline);
  if (answer.kind !== "signed-out" || !lease.isClean) return toEnding(answer);
  // Or with an answer that did not arrive: one refusal is no proof that the session is gone.
  const other = await askForGuid(held, session);
  return toEnding(other.guid === session.guid ? answer : await calls.signOut(other, deadline));
}

/** One that we did not sign in is somebody else's. */
function isOurs(session: LiveSession | undefined): session is LiveSession {
  return session?.events !== undefined;
}

/** The session as it is then, written down. */
async function askForGuid({ lease, calls, clock, deadline }: SignOutCalls, session: LiveSession): Promise<LiveSession> {
  const answer = await calls.updateGuid(session, deadline);
  const guid = answer.kind === "alive" ? answer.renewal.guid : undefined;
  const cookies = answer.kind === "alive" ? answer.renewal.cookies : undefined;
  const known = {
    ...session,
    ...(guid !== undefined && { guid, renewedAt: clock.wallMs() }),
    ...(cookies !== undefined && { cookies: cookies || undefined }),
  };
  await lease.write({ session: known });
  return known;
}

function toEnding(answer: KeepAliveAnswer<unknown>): SignOutEnding {
  if (answer.kind === "alive") return { ended: "signed-out" };
  if (answer.kind === "signed-out") return { ended: "not-signed-in", reason: answer.retcode };
  if (answer.kind !== "refused") return { ended: "failed", reason: `${answer.kind} ${answer.cause}` };
  const { retcode: reason } = answer;
  return { ended: reason === ALREADY_SIGNED_OUT ? "not-signed-in" : "failed", reason };
}
