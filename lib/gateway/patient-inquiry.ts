/** Asks a gateway about calls, but not one that has just kept somebody waiting for nothing: whoever asks has other gateways to ask. */
import type { Deadline } from "../transfer/invocation.ts";
import type { CallInquiry, CallSighting } from "./call-inquiry.ts";
import { mayBegin } from "./client.ts";

/** What is left of a sweep's minute once an ask was waited for: the next sweep asks anew. */
const REST_MS = 55_000;

export interface PatientInquiry {
  /** Undefined, at once, where the gateway is left alone. Throws what the inquiry throws. */
  ask(...asked: Parameters<CallInquiry["ask"]>): Promise<CallSighting | undefined>;
}

interface PatientInquiryOptions {
  readonly inquiry: CallInquiry;
  /** Of the wall: a function that is frozen between two sweeps may have a monotonic clock that stood still. */
  readonly wallMs: () => number;
}

export function createPatientInquiry({ inquiry, wallMs }: PatientInquiryOptions): PatientInquiry {
  const restUntil = new Map<string, number>();
  const rest = (gateway: string) => void restUntil.set(gateway, wallMs() + REST_MS);

  return {
    async ask(question, session, deadline) {
      const { gateway } = question;
      if (wallMs() < (restUntil.get(gateway) ?? Number.NEGATIVE_INFINITY)) return undefined;
      try {
        const sighting = await inquiry.ask(question, session, deadline);
        if (hasTimedOut(sighting, deadline)) rest(gateway);
        return sighting;
      } catch (thrown) {
        rest(gateway);
        throw thrown;
      }
    },
  };
}

/** A refusal is an answer: another agent's session may be told more. */
function hasTimedOut({ kind }: CallSighting, deadline: Deadline): boolean {
  return (kind === "no-answer" || kind === "not-with-agent") && !mayBegin(deadline);
}
