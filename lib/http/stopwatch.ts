/** The time of one invocation, from which its deadlines are cut. */
import type { Deadline } from "../transfer/invocation.ts";

/** Left to the runtime for handing over the answer. */
const RUNTIME_RESERVE_MS = 500;

/** Of every request, made once: a reason of its own would have a stack trace taken. */
const ENDED = new DOMException("The answer has left", "AbortError");

export interface Clock {
  /** Wall clock, ms since 1970. */
  readonly wallMs: () => number;
  /** Monotonic, in ms. */
  readonly monotonicMs: () => number;
}

export interface Stopwatch {
  elapsedMs(): number;
  /** `budgetMs` counts from the moment that the caller's request reached us. */
  deadline(budgetMs: number): Deadline;
  /** The answer leaves: aborts what may still be under way. */
  end(): void;
}

interface StopwatchOptions extends Clock {
  /** Wall clock: when API Gateway took the request. A cold start counts. */
  readonly requestedAtMs: number | undefined;
  /** What the runtime will give this invocation. */
  readonly runtimeLeftMs: number | undefined;
}

export function startStopwatch({ wallMs, monotonicMs, requestedAtMs, runtimeLeftMs }: StopwatchOptions): Stopwatch {
  const wallStart = wallMs();
  const monotonicStart = monotonicMs();
  const spentMs = Math.max(0, wallStart - (requestedAtMs ?? wallStart));
  const runtimeBudgetMs = spentMs + (runtimeLeftMs ?? Number.POSITIVE_INFINITY) - RUNTIME_RESERVE_MS;
  // The monotonic clock may stand still while a machine is frozen, the wall clock does not: whichever went further counts.
  const elapsedMs = () => spentMs + Math.max(monotonicMs() - monotonicStart, wallMs() - wallStart);
  const ends: (() => void)[] = [];

  return {
    elapsedMs,
    deadline(callerBudgetMs) {
      const budgetMs = Math.min(callerBudgetMs, runtimeBudgetMs);
      const remainingMs = () => budgetMs - elapsedMs();
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), Math.max(0, remainingMs()));
      ends.push(() => {
        clearTimeout(timer);
        controller.abort(ENDED);
      });
      return { remainingMs, signal: controller.signal };
    },
    end() {
      for (const end of ends) end();
    },
  };
}
