/**
 * Where a transfer gets its agent's session: from the agent's secret, from whoever hands it over, or from our keeper; and, where the secret allows it, by signing
 * the agent in itself. Says when asking again is of use where there is none.
 */
import { TransferError } from "../errors.ts";
import type { AgentAccess } from "../gateway/agent-access.ts";
import type { AgentSessions, NotSignedIn, SessionCredentials } from "../gateway/transfer-gateway.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { AgentKey, AgentName, AgentRecord, LiveSession, SessionRecords } from "./agent-record.ts";
import type { KeeperClock } from "./keeper-clock.ts";
import type { KeptAgent } from "./kept-session.ts";
import { isLeaseLive, LeaseLost, takeDead } from "./lease.ts";
import type { OpenManagedAgent } from "./managed-agents.ts";
import { type SignInEvent, signInOnce, toSignInEvent } from "./sign-in.ts";
import { decideSignIn, meaningOf } from "./sign-in-rules.ts";

/** A Guid is good for a minute after it was renewed: a record this old is still right, and saves a read where many transfer at once. */
const RECORD_TTL_MS = 3_000;
/** Bounds the memory. */
const RECORDS_MAX = 1_000;
/** Signing in and transferring take two answers of the gateway: with less time left, neither would be heard. */
const SIGN_IN_MIN_MS = 6_000;
/** The keeper's tick, and what its sign-in takes. */
const NEXT_TICK_SECONDS = 75;
/** The keeper notices a lost session at its next poll or handshake. */
const KEEPER_NOTICES_SECONDS = 25;
/** Of a lease that was written for 30 s at most 15 s ago. */
const BEATING_MS = 15_000;
/** A tick, the time for which a dead owner's lease is watched, and a sign-in. */
const DEAD_KEEPER_SECONDS = 120;
/** Somebody has to change the secret: no time is true, and asking often is of no use. */
const PARKED_SECONDS = 300;

interface Accesses {
  get(name: string, signal: AbortSignal): Promise<AgentAccess | undefined>;
  /** Reads it anew, not from a cache. */
  reread(name: string, signal: AbortSignal): Promise<AgentAccess | undefined>;
}

interface SessionSourceOptions {
  readonly accesses: Accesses;
  readonly records: SessionRecords;
  /** A managed agent's secret as it is now, for signing in. */
  readonly open: OpenManagedAgent<unknown>;
  readonly clock: KeeperClock;
  readonly newOwner: () => string;
  /** Told of each attempt that a transfer makes itself. */
  readonly observe: (agent: AgentName, event: SignInEvent) => void;
}

export function createSessionSource({ accesses, records, open, clock, newOwner, observe }: SessionSourceOptions): AgentSessions {
  const kept = new Map<AgentKey, { readonly readAt: number; readonly record: Promise<AgentRecord | undefined> }>();

  function readRecord(agent: AgentKey): Promise<AgentRecord | undefined> {
    const record = records.read(agent);
    kept.delete(agent);
    kept.set(agent, { readAt: clock.monotonicMs(), record });
    const [oldest] = kept.keys();
    if (kept.size > RECORDS_MAX && oldest !== undefined) kept.delete(oldest);
    record.catch(() => kept.get(agent)?.record === record && kept.delete(agent));
    return record;
  }

  async function recordOf(agent: AgentKey): Promise<AgentRecord | undefined> {
    const found = kept.get(agent);
    const record = found !== undefined && clock.monotonicMs() - found.readAt < RECORD_TTL_MS ? await found.record : undefined;
    // That there is no session is not kept: somebody may be signing in at this moment.
    return record?.session === undefined ? readRecord(agent) : record;
  }

  /** What is known of a managed agent once it was signed in, if its secret allows it and nobody else is at it; else as it is without. */
  async function signInFor(agent: AgentKey, seen: AgentRecord | undefined, deadline: Deadline): Promise<AgentRecord | undefined> {
    if (deadline.remainingMs() < SIGN_IN_MIN_MS) return seen;
    const [gateway = "", agentId = ""] = agent.split("/");
    const account = await open({ gateway, agentId }, { signal: deadline.signal, forSignIn: true });
    if (account === undefined || decideSignIn(seen?.attempt, account.secretVersion, clock.wallMs()).kind !== "now") return seen;
    // What was not heard is the keeper's to find out.
    if (seen?.attempt?.result === "pending") return seen;
    const lease = await takeDead({ records, clock, agent, owner: newOwner() }, seen);
    if (lease === undefined) return readRecord(agent);
    try {
      const living = await findLiving(account, lease.record, { deadline, nowMs: clock.wallMs });
      if (living === "unknown") {
        await lease.release();
        return seen;
      }
      if (living !== undefined) {
        await lease.write({ session: living });
        await lease.release();
        return { fence: lease.record.fence, session: living };
      }
      const { calls, secretVersion, forcelogin } = account;
      const { record: before } = lease;
      const made = await signInOnce({ lease, calls, last: before.attempt, secretVersion, forcelogin, clock, deadline });
      observe({ gateway, agentId }, toSignInEvent(made));
      // Not written, it is the gateway's all the same: this transfer may use it. Not letting go then tells the keeper that something is lost.
      const isKept = await lease.write(made.change).then(
        () => true,
        () => false,
      );
      if (isKept) await lease.release();
      return { fence: before.fence, session: made.change.session ?? undefined, attempt: made.attempt };
    } catch (error) {
      if (error instanceof LeaseLost) return readRecord(agent);
      await lease.release();
      throw error;
    } finally {
      kept.delete(agent);
    }
  }

  async function otherThan(
    refused: SessionCredentials | undefined,
    { agent, access, record }: { readonly agent: AgentKey; readonly access: AgentAccess; readonly record: AgentRecord | undefined },
    { deadline, maySignIn }: { readonly deadline: Deadline; readonly maySignIn: boolean },
  ): Promise<SessionCredentials | NotSignedIn> {
    const isOther = (found: AgentRecord | undefined) => found?.session !== undefined && found.session.guid !== refused?.guid;
    const mayHelpItself =
      maySignIn && access.session === "managed" && access.inlineSignIn && !isOther(record) && !isLeaseLive(record, clock.wallMs());
    const found = mayHelpItself ? await signInFor(agent, record, deadline) : record;
    return found?.session !== undefined && isOther(found) ? found.session : toNotSignedIn(access, found, clock.wallMs());
  }

  return {
    async find(agent, options) {
      const access = await accesses.get(agent, options.deadline.signal);
      if (access === undefined) return undefined;
      if (access.session === "external") return access;
      const session = await otherThan(undefined, { agent, access, record: await recordOf(agent) }, options);
      if ("guid" in session) return session;
      const { why, retryAfterSeconds } = session;
      throw new TransferError("agent-not-signed-in", { reason: why, retryAfterSeconds });
    },
    async renew(agent, refused, deadline) {
      const access = await accesses.reread(agent, deadline.signal);
      if (access === undefined) return { why: "the agent's secret is gone" };
      if (access.session === "external") return access.guid === refused.guid ? { why: "the Guid in the secret was refused" } : access;
      return otherThan(refused, { agent, access, record: await readRecord(agent) }, { deadline, maySignIn: true });
    },
  };
}

/** One refusal of a transfer is no proof that the session is gone: the gateway is asked for its Guid. Undefined only where it says that there is none. */
async function findLiving(
  { calls }: KeptAgent<unknown>,
  { session }: AgentRecord,
  { deadline, nowMs }: { readonly deadline: Deadline; readonly nowMs: () => number },
): Promise<LiveSession | "unknown" | undefined> {
  if (session === undefined) return undefined;
  const answer = await calls.updateGuid(session, deadline);
  if (answer.kind === "signed-out") return undefined;
  if (answer.kind !== "alive") return "unknown";
  return { ...session, ...(answer.renewal.guid !== undefined && { guid: answer.renewal.guid, renewedAt: nowMs() }) };
}

function toNotSignedIn(access: AgentAccess, record: AgentRecord | undefined, nowMs: number): NotSignedIn {
  if (access.session !== "managed")
    return { why: record?.session === undefined ? "nothing was handed over" : "what was handed over was refused" };
  const { attempt } = record ?? {};
  const isLive = isLeaseLive(record, nowMs);
  const decision = attempt === undefined ? undefined : decideSignIn(attempt, attempt.secretVersion, nowMs);
  if (decision?.kind === "parked") return { why: `sign-in is parked: ${meaningOf(decision.why)}`, retryAfterSeconds: PARKED_SECONDS };
  if (isLive && attempt?.result === "pending") return { why: "the keeper is signing in", retryAfterSeconds: KEEPER_NOTICES_SECONDS };
  if (decision?.kind === "wait" && (access.inlineSignIn || attempt?.result !== "signed-in")) {
    // The first tick after the wait does it, or whoever asks then.
    const seconds = Math.ceil(decision.ms / 1_000) + (access.inlineSignIn ? 0 : NEXT_TICK_SECONDS);
    return { why: `sign-in waits after ${attempt?.retcode ?? attempt?.result}`, retryAfterSeconds: Math.min(seconds, PARKED_SECONDS) };
  }
  // Who has just written is at work; who has not may have died, and is replaced by the tick after the next.
  if (isLive && (record?.lease?.until ?? 0) - nowMs < BEATING_MS)
    return { why: "the keeper has given no sign of life for a while", retryAfterSeconds: DEAD_KEEPER_SECONDS };
  if (isLive) return { why: "the keeper is about to sign in", retryAfterSeconds: KEEPER_NOTICES_SECONDS };
  return { why: "nobody keeps the agent signed in", retryAfterSeconds: NEXT_TICK_SECONDS };
}
