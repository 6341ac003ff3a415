/**
 * What is known of one agent between two invocations, and the port of who keeps it: its live session, who keeps that alive (the lease), and how its last
 * sign-in went. One record an agent; every write is conditional. No I/O here.
 */

/** `main/101`: the same number at another gateway is another agent. */
export type AgentKey = string;

export interface AgentName {
  readonly gateway: string;
  readonly agentId: string;
}

/** A session at the gateway that somebody holds. */
export interface LiveSession {
  readonly guid: string;
  /** Of a load balancer, as one `Cookie` header. */
  readonly cookies?: string | undefined;
  /** When the gateway gave the Guid, in ms since 1970, by the clock of whoever got it. */
  readonly renewedAt: number;
  /** How its events are had, where we signed it in ourselves: it is a property of the session at the gateway. */
  readonly events?: EventMode | undefined;
}

export const EVENT_MODES = ["poll", "push"] as const;
export type EventMode = (typeof EVENT_MODES)[number];

/** Whoever may write, until somebody else takes it. */
export interface Lease {
  /** Of one invocation alone. */
  readonly owner: string;
  /** In ms since 1970, by the owner's clock: for whoever cannot wait and watch. */
  readonly until: number;
  /** Goes up with each write of the owner: whoever watches knows that it lives, whatever the clocks say. */
  readonly beat: number;
  /** Who waits for it: the owner ends what it is doing and lets go. */
  readonly successor?: string | undefined;
}

/** The last attempt to sign in. Written before it is made, so that one whose answer nobody heard is known, too. */
export interface SignInAttempt {
  /** Of the agent's secret, as Secrets Manager names it. */
  readonly secretVersion: string;
  /** In ms since 1970. */
  readonly at: number;
  /** `pending`: being made, or nobody heard how it ended. `not-sent`: the gateway did not get it. */
  readonly result: "pending" | "signed-in" | "refused" | "not-sent";
  /** Of a refusal. */
  readonly retcode?: string | undefined;
  /** How many since the last that signed in, this one included, may have been counted as a wrong password: nobody heard what they came to. */
  readonly failures: number;
  /** Whether this version of the secret has ever signed in. */
  readonly proven: boolean;
  /** Earlier ones that are not to be tried again, oldest first. */
  readonly parkedVersions?: readonly string[] | undefined;
}

/** What the gateway told of the password at the last sign-in. */
export interface PasswordFacts {
  /** `isForceChange`. */
  readonly mustChange?: boolean | undefined;
  /** `timeRemaining`, in days, when `at`. */
  readonly daysLeft?: number | undefined;
  /** In ms since 1970. */
  readonly at: number;
}

export interface AgentRecord {
  readonly session?: LiveSession | undefined;
  readonly lease?: Lease | undefined;
  /** Goes up with each lease: the number of the last one. 0 where there was none. */
  readonly fence: number;
  readonly attempt?: SignInAttempt | undefined;
  readonly password?: PasswordFacts | undefined;
}

/** Of an owner, as it was given with its lease. */
export interface Holder {
  readonly owner: string;
  readonly fence: number;
}

/** Of an owner, and the beat of its last write: one that arrives late must not undo a later one. */
export interface BeatingHolder extends Holder {
  readonly beat: number;
}

/** What an owner writes. What is left out stays; null takes it away. */
export interface RecordChange {
  readonly session?: LiveSession | null | undefined;
  readonly attempt?: SignInAttempt | undefined;
  readonly password?: PasswordFacts | undefined;
}

/** Each method rejects with `store-unavailable` where the store does not answer; a write may then have happened all the same. */
export interface SessionRecords {
  /** Strongly consistent. Undefined for an agent of whom nothing is known, also when all of it is too old. */
  read(agent: AgentKey): Promise<AgentRecord | undefined>;
  /**
   * A new lease with the next fence, beat 1, and no successor. Undefined where the record is not as it was `seen` any more (its fence, and the owner and beat
   * of its lease): somebody else was faster, or the owner lives.
   */
  takeLease(
    agent: AgentKey,
    wanted: { readonly owner: string; readonly until: number },
    seen: AgentRecord | undefined,
  ): Promise<AgentRecord | undefined>;
  /** Makes it known to the owner of that lease that somebody waits. False where the lease is another one meanwhile. */
  announce(agent: AgentKey, successor: string, seen: Holder): Promise<boolean>;
  /**
   * The owner's one way to write: the changes, the lease's new end, and a beat more. Undefined, and nothing written, for whoever is not the owner any more, or
   * has written since: an attempt of the owner's own, perhaps, whose answer did not arrive.
   */
  write(agent: AgentKey, holder: BeatingHolder, change: RecordChange & { readonly until: number }): Promise<AgentRecord | undefined>;
  /** Lets go. Nothing happens where it is not the owner's any more. */
  release(agent: AgentKey, holder: Holder): Promise<void>;
}

/** What is told of a session by whoever holds it elsewhere. */
export interface HandedOverSessions {
  /** False where what is known is as new or newer: an older one never replaces it, also not one that was ended. */
  handOver(agent: AgentKey, session: LiveSession): Promise<boolean>;
  /** Nobody is signed in any more. What arrives late of the ended session stays older than it. */
  end(agent: AgentKey): Promise<void>;
  /** Counts one more within this minute of the wall clock, and answers with how many there were. */
  count(agent: AgentKey, nowMs: number): Promise<number>;
}
