/** A deadline whose time passes when the test says so. */
import type { Deadline } from "../../lib/transfer/invocation.ts";

export interface ManualDeadline extends Deadline {
  /** All of it is over; the signal, as that of an invocation which was frozen, has not heard of it yet. */
  pass(): void;
  abort(): void;
}

export function createManualDeadline(leftMs = 20_000): ManualDeadline {
  const controller = new AbortController();
  let left = leftMs;
  return {
    signal: controller.signal,
    remainingMs: () => left,
    pass() {
      left = 0;
    },
    abort: () => controller.abort(),
  };
}
