/**
 * The session of one agent in the hands of whoever has its lease: signing in, a sign of life, and what comes of each is written down. It decides nothing about
 * how long; knows neither the gateway's wire nor the store.
 */
import { TransferError } from "../errors.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { AgentCalls, KeepAliveAnswer } from "./agent-calls.ts";
import type { LiveSession, PasswordFacts, RecordChange } from "./agent-record.ts";
import { createEventTeller } from "./event-teller.ts";
import type { KeeperClock } from "./keeper-clock.ts";
import type { HeldLease } from "./lease.ts";
import { type SignInEvent, signInOnce, toSignInEvent } from "./sign-in.ts";
import { decideSignIn, type SignInDecision } from "./sign-in-rules.ts";

/** Vendor: poll again 200 to 500 ms after each answer. */
export const POLL_PAUSE_MS = 300;
/** Vendor: handshake every 30 s, recommended. What a call and its write take comes on top. */
const HANDSHAKE_PAUSE_MS = 20_000;
/** After a call that came to nothing. */
const TROUBLE_PAUSE_MS = 5_000;
/** Of a gateway that answers nothing. */
const PROBE_PAUSE_MS = 10_000;
const NOBODYS_GUID = "00000000-0000-0000-0000-000000000000";
/** Events may come faster than beats are needed. */
const BEAT_MS = 5_000;

/** For the log and the metrics: nothing of a secret or a Guid. */
export type KeeperEvent =
  /** As the last sign-in told. */
  | { readonly kind: "password"; readonly password: PasswordFacts }
  | SignInEvent
  | { readonly kind: "sign-in-put-off"; readonly decision: PutOff }
  | { readonly kind: "guid-renewed" }
  | { readonly kind: "guid-asked-for" }
  | { readonly kind: "signed-out"; readonly retcode: string }
  | { readonly kind: "trouble"; readonly why: string }
  | { readonly kind: "not-kept"; readonly error: unknown };

type PutOff = Exclude<SignInDecision, { readonly kind: "now" }>;
/** Its secret has become another kind: whoever holds the session now wrote what there is. */
interface NotManaged {
  readonly kind: "not-managed";
}

export interface KeptAgent<Event> {
  /** Of its secret. */
  readonly secretVersion: string;
  readonly forcelogin: boolean;
  readonly calls: AgentCalls<Event>;
}

export interface KeptSession {
  /** Undefined while nobody is signed in. */
  current(): LiveSession | undefined;
  /** Signs in by the secret as it is now, unless it has to wait: then why, and nothing was done. Throws what reading it does, `store-unavailable`, with nothing sent, and `LeaseLost`. */
  signIn(): Promise<PutOff | NotManaged | undefined>;
  /** One poll or handshake, or the question for a new Guid where one may have been lost. Answers with how long to pause. Throws `LeaseLost`. */
  keepAlive(session: LiveSession): Promise<number>;
  /** Writes what is not written yet, and a beat where it is time for one. Throws `LeaseLost`; false where the store does not answer. */
  save(): Promise<boolean>;
  /** Whether the store answered the last time. */
  isKept(): boolean;
}

interface KeptSessionOptions<Event> {
  readonly lease: HeldLease;
  /** As it is when the run begins: for keeping alive what there is. */
  readonly calls: AgentCalls<Event>;
  /** Its secret, anew. */
  readonly reopen: () => Promise<KeptAgent<Event> | undefined>;
  readonly tell: (events: readonly Event[]) => Promise<void>;
  readonly clock: KeeperClock;
  readonly deadline: Deadline;
  readonly observe: (event: KeeperEvent) => void;
}

export function createKeptSession<Event>(options: KeptSessionOptions<Event>): KeptSession {
  const { lease, calls, reopen, clock, deadline, observe } = options;
  const tell = createEventTeller({ take: options.tell, onNotTaken: (error) => observe({ kind: "not-kept", error }) });
  // One that we did not sign in is somebody else's.
  let session = lease.record.session?.events === undefined ? undefined : lease.record.session;
  let { attempt } = lease.record;
  let unsaved: RecordChange = {};
  let beatAt = clock.monotonicMs();
  let isKept = true;
  /** Whether a renewal may have been lost: with whoever held the lease and died, or with an answer. */
  let isInDoubt = !lease.isClean;
  /** Whether the last poll or handshake was refused for its Guid. */
  let isRefused = false;

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

  /** Whether it answers in its own words at all: to a Guid that nobody has. */
  async function isAnswering({ updateGuid }: AgentCalls<Event>): Promise<boolean> {
    const { kind } = await updateGuid({ guid: NOBODYS_GUID, renewedAt: 0 }, deadline);
    return kind !== "unanswered" && kind !== "not-sent";
  }

  async function keep(change: RecordChange): Promise<void> {
    unsaved = { ...unsaved, ...change };
    await save();
  }

  function follow(answer: KeepAliveAnswer<Event>, before: LiveSession): RecordChange {
    if (answer.kind === "signed-out") {
      observe({ kind: "signed-out", retcode: answer.retcode });
      session = undefined;
      // What is written of it is the next sign-in's: until then it may be somebody else's already.
      return {};
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
      const agent = await reopen();
      if (agent === undefined) return { kind: "not-managed" };
      const { secretVersion, forcelogin } = agent;
      const decision = decideSignIn(attempt, secretVersion, clock.wallMs());
      if (decision.kind !== "now") {
        await keep({ session: null });
        observe({ kind: "sign-in-put-off", decision });
        return decision;
      }
      if (attempt?.result === "pending" && !(await isAnswering(agent.calls))) {
        // What was not heard may have been counted: nobody is signed in at a gateway that answers nothing else either.
        const unheard: PutOff = { kind: "wait", ms: PROBE_PAUSE_MS };
        observe({ kind: "sign-in-put-off", decision: unheard });
        // A beat, so that whoever waits sees that somebody is at it.
        await save();
        return unheard;
      }
      const made = await signInOnce({ lease, calls: agent.calls, last: attempt, secretVersion, forcelogin, clock, deadline });
      attempt = made.attempt;
      const { answer, change } = made;
      if (answer.kind === "signed-in") session = answer.session;
      isInDoubt = false;
      isRefused = false;
      observe(toSignInEvent(made));
      await keep(change);
      return undefined;
    },
    async keepAlive(before) {
      const isAsking = isInDoubt;
      if (isAsking) observe({ kind: "guid-asked-for" });
      const answer = await call(calls, before, isAsking, deadline);
      if (answer.kind === "alive" && !isAsking) isRefused = false;
      // One refusal is no proof that the session is gone: the gateway is asked for its Guid before it is given up. A second one is, whatever it answered to that.
      if (answer.kind === "signed-out" && !isAsking && !isRefused) {
        isRefused = true;
        isInDoubt = true;
        observe({ kind: "trouble", why: answer.retcode });
        await save();
        return 0;
      }
      const change = follow(answer, before);
      // Asked once: whatever came of it, the Guid that there is may do, and only a poll or a handshake keeps the session alive.
      isInDoubt = answer.kind === (isAsking ? "not-sent" : "unanswered");
      // Before it is written: a Guid that is lost can be asked for, an event cannot.
      if (answer.kind === "alive") await tell(answer.events);
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
