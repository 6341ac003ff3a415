/**
 * The session of one agent in the hands of whoever has its lease: signing in, a sign of life, and what comes of each is written down. It decides nothing about
 * how long; knows neither the gateway's wire nor the store.
 */
import { TransferError } from "../errors.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { AgentCalls, KeepAliveAnswer, SignInAnswer } from "./agent-calls.ts";
import type { LiveSession, PasswordFacts, RecordChange } from "./agent-record.ts";
import type { KeeperClock } from "./keeper-clock.ts";
import type { HeldLease } from "./lease.ts";
import { signInOnce } from "./sign-in.ts";
import { decideSignIn, type SignInDecision } from "./sign-in-rules.ts";

/** Vendor: poll again 200 to 500 ms after each answer. */
export const POLL_PAUSE_MS = 300;
/** Vendor: handshake every 30 s, recommended. What a call and its write take comes on top. */
const HANDSHAKE_PAUSE_MS = 20_000;
/** After a call that came to nothing. */
const TROUBLE_PAUSE_MS = 5_000;
/** Events may come faster than beats are needed. */
const BEAT_MS = 5_000;

/** For the log and the metrics: nothing of a secret or a Guid. */
export type KeeperEvent =
  /** As the last sign-in told. */
  | { readonly kind: "password"; readonly password: PasswordFacts }
  | { readonly kind: "signed-in"; readonly password: PasswordFacts | undefined }
  | { readonly kind: "not-signed-in"; readonly why: string }
  | { readonly kind: "sign-in-put-off"; readonly decision: PutOff }
  | { readonly kind: "guid-renewed" }
  | { readonly kind: "guid-asked-for" }
  | { readonly kind: "signed-out"; readonly retcode: string }
  | { readonly kind: "trouble"; readonly why: string }
  | { readonly kind: "not-kept"; readonly error: unknown };

type PutOff = Exclude<SignInDecision, { readonly kind: "now" }>;

export interface KeptAgent<Event> {
  /** Of its secret. */
  readonly secretVersion: string;
  readonly forcelogin: boolean;
  readonly calls: AgentCalls<Event>;
}

export interface KeptSession {
  /** Undefined while nobody is signed in. */
  current(): LiveSession | undefined;
  /** Signs in, unless it has to wait: then why, and nothing was done. Throws `store-unavailable`, with nothing sent, and `LeaseLost`. */
  signIn(): Promise<PutOff | undefined>;
  /** One poll or handshake, or the question for a new Guid where one may have been lost. Answers with how long to pause. Throws `LeaseLost`. */
  keepAlive(session: LiveSession): Promise<number>;
  /** Writes what is not written yet, and a beat where it is time for one. Throws `LeaseLost`; false where the store does not answer. */
  save(): Promise<boolean>;
  /** Whether the store answered the last time. */
  isKept(): boolean;
}

interface KeptSessionOptions<Event> {
  readonly lease: HeldLease;
  readonly agent: KeptAgent<Event>;
  readonly tell: (events: readonly Event[]) => Promise<void>;
  readonly clock: KeeperClock;
  readonly deadline: Deadline;
  readonly observe: (event: KeeperEvent) => void;
}

export function createKeptSession<Event>(options: KeptSessionOptions<Event>): KeptSession {
  const { lease, agent, tell, clock, deadline, observe } = options;
  const { calls, secretVersion, forcelogin } = agent;
  // One that we did not sign in is somebody else's.
  let session = lease.record.session?.events === undefined ? undefined : lease.record.session;
  let { attempt } = lease.record;
  let unsaved: RecordChange = {};
  let beatAt = clock.monotonicMs();
  let isKept = true;
  /** Whether a renewal may have been lost: with whoever held the lease and died, or with an answer. */
  let isInDoubt = !lease.isClean;

  async function save(): Promise<boolean> {
    if (Object.keys(unsaved).length === 0 && clock.monotonicMs() - beatAt < BEAT_MS) return true;
    try {
      await lease.write(unsaved);
      unsaved = {};
      beatAt = clock.monotonicMs();
      isKept = true;
      return true;
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
      observe({ kind: "not-kept", error });
      isKept = false;
      return false;
    }
  }

  async function keep(change: RecordChange): Promise<void> {
    unsaved = { ...unsaved, ...change };
    await save();
  }

  function follow(answer: KeepAliveAnswer<Event>, before: LiveSession): RecordChange {
    if (answer.kind === "signed-out") {
      observe({ kind: "signed-out", retcode: answer.retcode });
      session = undefined;
      return { session: null };
    }
    if (answer.kind !== "alive") {
      observe({ kind: "trouble", why: answer.kind === "refused" ? answer.retcode : `${answer.kind} ${answer.cause}` });
      return {};
    }
    const { guid, cookies } = answer.renewal;
    if (guid === undefined && cookies === undefined) return {};
    if (guid !== undefined) observe({ kind: "guid-renewed" });
    session = {
      ...before,
      ...(guid !== undefined && { guid, renewedAt: clock.wallMs() }),
      ...(cookies !== undefined && { cookies: cookies || undefined }),
    };
    return { session };
  }

  return {
    current: () => session,
    save,
    isKept: () => isKept,
    async signIn() {
      const decision = decideSignIn(attempt, secretVersion, clock.wallMs());
      if (decision.kind !== "now") {
        observe({ kind: "sign-in-put-off", decision });
        return decision;
      }
      const made = await signInOnce({ lease, calls, last: attempt, secretVersion, forcelogin, clock, deadline });
      attempt = made.attempt;
      const { answer, change } = made;
      if (answer.kind === "signed-in") session = answer.session;
      isInDoubt = false;
      observe(
        answer.kind === "signed-in" ? { kind: "signed-in", password: change.password } : { kind: "not-signed-in", why: toWhy(answer) },
      );
      await keep(change);
      return undefined;
    },
    async keepAlive(before) {
      const isAsking = isInDoubt;
      if (isAsking) observe({ kind: "guid-asked-for" });
      const answer = await call(calls, before, isAsking, deadline);
      const change = follow(answer, before);
      // Asked once: whatever came of it, the Guid that there is may do, and only a poll or a handshake keeps the session alive.
      isInDoubt = answer.kind === (isAsking ? "not-sent" : "unanswered");
      // Before it is written: a Guid that is lost can be asked for, an event cannot.
      if (answer.kind === "alive" && answer.events.length > 0)
        await tell(answer.events).catch((error: unknown) => observe({ kind: "not-kept", error }));
      await keep(change);
      if (answer.kind === "signed-out") return 0;
      if (answer.kind !== "alive") return TROUBLE_PAUSE_MS;
      return isAsking || before.events === "poll" ? POLL_PAUSE_MS : HANDSHAKE_PAUSE_MS;
    },
  };
}

function call<Event>(
  calls: AgentCalls<Event>,
  session: LiveSession,
  isAsking: boolean,
  deadline: Deadline,
): Promise<KeepAliveAnswer<Event>> {
  if (isAsking) return calls.updateGuid(session, deadline);
  return session.events === "push" ? calls.handshake(session, deadline) : calls.poll(session, deadline);
}

function toWhy(answer: Exclude<SignInAnswer, { kind: "signed-in" }>): string {
  return answer.kind === "refused" ? answer.retcode : `${answer.kind} ${answer.cause}`;
}
