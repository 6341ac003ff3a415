import { describe, expect, it } from "vitest";
import { findStaleness, parseTimestamp } from "../../lib/verification/freshness.ts";
import { instantAfter } from "../support/webhook.ts";

describe("a timestamp", () => {
  it.each([
    ["s", "1795417200", 1795417200000],
    ["s", "0", 0],
    ["ms", "1795417200123", 1795417200123],
    ["iso8601", "2026-11-23T07:00:00Z", 1795417200000],
    ["iso8601", "2026-11-23T07:00:00.123Z", 1795417200123],
    ["iso8601", "2026-11-23T09:00:00+02:00", 1795417200000],
  ] as const)("in %s is read from %s", (unit, text, ms) => {
    expect(parseTimestamp(text, unit)).toBe(ms);
  });

  it.each([
    ["s", ""],
    ["s", "-1"],
    ["s", "1795417200.5"],
    ["s", " 1795417200"],
    ["s", "1e9"],
    ["s", "0x10"],
    ["s", "1795417200,1795417200"],
    ["s", "1234567890123456"],
    ["s", "2026-11-23T07:00:00Z"],
    ["ms", "NaN"],
    ["iso8601", "1795417200"],
    ["iso8601", "2026-11-23"],
    ["iso8601", "2026-11-23T07:00:00"],
    ["iso8601", "2026-13-45T99:99:99Z"],
    ["iso8601", "Mon, 23 Nov 2026 07:00:00 GMT"],
    ["iso8601", "2026-11-23T07:00:00Z,2026-11-23T07:00:00Z"],
  ] as const)("in %s is not read from %j", (unit, text) => {
    expect(parseTimestamp(text, unit)).toBeUndefined();
  });
});

describe("a window of 300 s", () => {
  it.each([
    [0, undefined],
    [300_000, undefined],
    [300_001, "stale-timestamp"],
    [-300_000, undefined],
    [-300_001, "future-timestamp"],
    [Number.MAX_SAFE_INTEGER, "stale-timestamp"],
  ])("and an age of %i ms give %s", (ageMs, verdict) => {
    expect(findStaleness(instantAfter(0).getTime() - ageMs, instantAfter(0), 300)).toBe(verdict);
  });
});
