/** The deadline of a run that nobody waits for: what the runtime gives it. */
import type { Context } from "aws-lambda";
import type { Deadline } from "../transfer/invocation.ts";

/** Left for the last write and the line of the log. */
const RESERVE_MS = 1_000;

export function toRunDeadline(context: Context): Deadline {
  const remainingMs = () => context.getRemainingTimeInMillis() - RESERVE_MS;
  return { remainingMs, signal: AbortSignal.timeout(Math.max(0, remainingMs())) };
}
