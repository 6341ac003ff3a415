/** One attempt to sign an agent in: written down, made, and how it ended. Whether there may be one is decided in sign-in-rules.ts. */
import type { Deadline } from "../transfer/invocation.ts";
import type { AgentCalls, SignInAnswer } from "./agent-calls.ts";
import type { PasswordFacts, RecordChange, SignInAttempt } from "./agent-record.ts";
import type { KeeperClock } from "./keeper-clock.ts";
import type { HeldLease } from "./lease.ts";
import { beginAttempt, endAttempt } from "./sign-in-rules.ts";

/** Vendor: "agent has already signed in (use forcelogin)". */
const ALREADY_SIGNED_IN = "100-002";

interface SignInOptions {
  readonly lease: HeldLease;
  readonly calls: Pick<AgentCalls<unknown>, "signIn">;
  readonly last: SignInAttempt | undefined;
  readonly secretVersion: string;
  readonly forcelogin: boolean;
  readonly clock: KeeperClock;
  readonly deadline: Deadline;
}

export interface SignedIn {
  readonly answer: SignInAnswer;
  readonly attempt: SignInAttempt;
  /** What is to be written of it. */
  readonly change: RecordChange;
}

/** Throws, with nothing sent, where it could not be written down before. */
export async function signInOnce({ lease, calls, last, secretVersion, forcelogin, clock, deadline }: SignInOptions): Promise<SignedIn> {
  async function attempt(before: SignInAttempt | undefined, forced: boolean) {
    const begun = beginAttempt(before, secretVersion, clock.wallMs());
    await lease.write({ attempt: begun, session: null });
    const answer = await calls.signIn({ forced, deadline });
    return { answer, attempt: endAttempt(begun, answer) };
  }

  let made = await attempt(last, false);
  const { answer } = made;
  if (answer.kind === "refused" && answer.retcode === ALREADY_SIGNED_IN && forcelogin) made = await attempt(made.attempt, true);
  return { ...made, change: { attempt: made.attempt, ...toChange(made.answer, clock.wallMs()) } };
}

/** For the log and the metrics. */
export type SignInEvent =
  | { readonly kind: "signed-in"; readonly password: PasswordFacts | undefined }
  | { readonly kind: "not-signed-in"; readonly why: string };

export function toSignInEvent({ answer, change }: Pick<SignedIn, "answer" | "change">): SignInEvent {
  if (answer.kind === "signed-in") return { kind: "signed-in", password: change.password };
  return { kind: "not-signed-in", why: answer.kind === "refused" ? answer.retcode : `${answer.kind} ${answer.cause}` };
}

function toChange(answer: SignInAnswer, nowMs: number): RecordChange {
  if (answer.kind !== "signed-in") return {};
  const password: PasswordFacts = { mustChange: answer.mustChangePassword, daysLeft: answer.passwordDaysLeft, at: nowMs };
  return { session: answer.session, password };
}
