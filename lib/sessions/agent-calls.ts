/** The port to the gateway for whoever keeps an agent signed in: one agent's calls, and what their answers mean for its session. */
import type { Deadline } from "../transfer/invocation.ts";
import type { LiveSession } from "./agent-record.ts";

/** What a call came to without an answer. `cause` is an error's code, for the log. */
export type Unanswered =
  /** Provably not a byte of it was written, or there was no time left to begin. */
  | { readonly kind: "not-sent"; readonly cause: string }
  /** Written, at least in part, and no answer could be read: it may have been carried out. */
  | { readonly kind: "unanswered"; readonly cause: string };

/** `retcode` is the gateway's, or `other` where it has none of the documented form. */
export interface Refused {
  readonly kind: "refused";
  readonly retcode: string;
}

export type SignInAnswer =
  | {
      readonly kind: "signed-in";
      readonly session: LiveSession;
      /** `isForceChange`. Undefined where the answer does not tell. */
      readonly mustChangePassword?: boolean | undefined;
      /** `timeRemaining`, in days. Undefined for a password that never expires, or where the answer does not tell. */
      readonly passwordDaysLeft?: number | undefined;
    }
  | Refused
  | Unanswered;

/** What came with an answer and is to be used from then on: undefined where it brought nothing new. */
export interface Renewal {
  readonly guid?: string | undefined;
  /** All that are to be sent back, the earlier ones included. Empty where none is left. */
  readonly cookies?: string | undefined;
}

export type KeepAliveAnswer<Event> =
  | { readonly kind: "alive"; readonly renewal: Renewal; readonly events: readonly Event[] }
  /** The gateway does not know this Guid, or not any more. */
  | { readonly kind: "signed-out"; readonly retcode: string }
  | Refused
  | Unanswered;

/** `Event` is what the gateway's events are parsed to: nothing here looks into it. */
export interface AgentCalls<Event> {
  /** PUT onlineagent, or with `forced` its forcelogin. `session.events` says how the events of the new session are had. */
  signIn(options: { readonly forced: boolean; readonly deadline: Deadline }): Promise<SignInAnswer>;
  /** The keep-alive of a session whose events are pushed. Brings none itself. */
  handshake(session: LiveSession, deadline: Deadline): Promise<KeepAliveAnswer<Event>>;
  /** The keep-alive of a session whose events are polled: waits about 10 s for one. */
  poll(session: LiveSession, deadline: Deadline): Promise<KeepAliveAnswer<Event>>;
  /** For a renewal that was lost. */
  updateGuid(session: LiveSession, deadline: Deadline): Promise<KeepAliveAnswer<Event>>;
  signOut(session: LiveSession, deadline: Deadline): Promise<KeepAliveAnswer<Event>>;
}
