/** A span of time as it is typed: `90s`, `30m`, `1h`, `7d`. */
import { CommandError } from "./problem.ts";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Ms since 1970: that long ago. Throws a `CommandError`. */
export function parseSince(text: string, nowMs: number): number {
  const [, count, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new CommandError("--since must be a span of time: 90s, 30m, 1h or 7d.");
  return nowMs - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** As whoever types it is to see. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
