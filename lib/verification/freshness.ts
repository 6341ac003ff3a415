/** When a caller says that it signed. A window with two ends: a timestamp from the future is no fresher than one from the past. */
import type { RefusalDetails, VerificationFailure } from "./scheme.ts";

export const TIMESTAMP_UNITS = ["s", "ms", "iso8601"] as const;
type TimestampUnit = (typeof TIMESTAMP_UNITS)[number];

/** Ms since 1970, or undefined for what is no timestamp of this unit: seconds taken for milliseconds would be 1970, not an error. */
export function parseTimestamp(text: string, unit: TimestampUnit): number | undefined {
  if (unit === "iso8601") return parseIsoInstant(text);
  if (!/^\d{1,15}$/.test(text)) return undefined;
  return unit === "s" ? Number(text) * 1_000 : Number(text);
}

/** Undefined where it is fresh. Both ends of the window belong to it. */
export function findStaleness(signedAtMs: number, receivedAt: Date, toleranceSeconds: number): VerificationFailure | undefined {
  const ageMs = receivedAt.getTime() - signedAtMs;
  if (ageMs > toleranceSeconds * 1_000) return "stale-timestamp";
  return ageMs < -toleranceSeconds * 1_000 ? "future-timestamp" : undefined;
}

/** For the log: how far it is off, and whether it would be fresh in the other unit. */
export function toSkew(signedAtMs: number, receivedAt: Date, { unit, toleranceSeconds }: Window): RefusalDetails {
  const skewSeconds = Math.round((receivedAt.getTime() - signedAtMs) / 1_000);
  const otherwiseMs = unit === "s" ? signedAtMs / 1_000 : signedAtMs * 1_000;
  const isOther = unit !== "iso8601" && findStaleness(otherwiseMs, receivedAt, toleranceSeconds) === undefined;
  return { skewSeconds, ...(isOther && { hint: "timestamp-unit" }) };
}

interface Window {
  readonly unit: TimestampUnit;
  readonly toleranceSeconds: number;
}

/** With its offset, without which it would be read in this machine's time. What looks like one may still be no day of any calendar. */
function parseIsoInstant(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
