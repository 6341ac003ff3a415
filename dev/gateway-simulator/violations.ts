/** What a client did against the documented order of calls, so that a test can assert that it did nothing of the kind. It refuses nothing itself. */
import type { SimulatorClock } from "./clock.ts";

export type ViolationKind =
  /** "Do not invoke the interface repeatedly before it responds", and sign-in and sign-out must not overlap (cec_07_1202, cec_07_1203). */
  | "sign-in-during-sign-in"
  | "sign-in-during-sign-out"
  | "sign-out-during-sign-in"
  /** A Guid of this very session, after its time-out. */
  | "stale-guid"
  /** Sooner than 200 ms after the answer to the poll before, or while that one waits. */
  | "early-poll"
  /** Once more after the answer was that the account is locked. */
  | "locked-account";

export interface Violation {
  readonly at: string;
  readonly agentId: string;
  readonly kind: ViolationKind;
}

export interface Violations {
  add(kind: ViolationKind, agentId: string): void;
  /** Oldest first. */
  list(): readonly Violation[];
  clear(): void;
}

export function createViolations(clock: SimulatorClock): Violations {
  const kept: Violation[] = [];
  return {
    add: (kind, agentId) => void kept.push({ at: new Date(clock.now()).toISOString(), agentId, kind }),
    list: () => [...kept],
    clear() {
      kept.length = 0;
    },
  };
}
