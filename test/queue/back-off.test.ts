import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RECEIVES_MAX, toBackOffSeconds, toBounds } from "../../lib/queue/back-off.ts";
import { fuzz } from "../support/fuzz-settings.ts";

const HOUR = 3_600;
const ATTEMPTS = Array.from({ length: RECEIVES_MAX }, (_, index) => index + 1);

function sum(random: number, retryAfter?: number): number {
  return ATTEMPTS.reduce((seconds, attempt) => seconds + toBackOffSeconds(attempt, random, retryAfter), 0);
}

describe("the waits of a notice that is never told", () => {
  it("outlast a day, whatever chance takes away of them", () => {
    expect(sum(0)).toBe(151_600);
    expect(sum(1)).toBe(151_600 * 0.8);
    expect(sum(1)).toBeGreaterThan(24 * HOUR);
  });

  it("grow threefold, up to eleven hours", () => {
    expect(ATTEMPTS.map((attempt) => toBackOffSeconds(attempt, 0))).toEqual([
      10,
      30,
      90,
      270,
      810,
      2_430,
      7_290,
      21_870,
      11 * HOUR,
      11 * HOUR,
      11 * HOUR,
      0,
    ]);
  });

  it("are whole seconds that SQS takes, and never none but after the last attempt", () => {
    const attempt = fc.integer({ min: 1, max: RECEIVES_MAX + 5 });
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    const property = fc.property(attempt, random, fc.option(fc.nat(), { nil: undefined }), (attempt, random, retryAfter) => {
      const seconds = toBackOffSeconds(attempt, random, retryAfter);
      expect(Number.isInteger(seconds)).toBe(true);
      const { atLeast, atMost } = attempt < RECEIVES_MAX ? toBounds(attempt) : { atLeast: 0, atMost: 0 };
      expect(seconds).toBeGreaterThanOrEqual(atLeast);
      expect(seconds).toBeLessThanOrEqual(Math.max(atMost, attempt < RECEIVES_MAX ? Math.min(retryAfter ?? 0, 11 * HOUR) : 0));
      // Counted from when it was received.
      expect(seconds + 15 * 60).toBeLessThan(12 * HOUR);
    });
    fc.assert(property, fuzz());
  });

  it("differ by chance", () => {
    expect([0, 0.5, 1].map((random) => toBackOffSeconds(5, random))).toEqual([810, 729, 648]);
  });
});

describe("what a receiver asks for", () => {
  it.each([
    [1, 120, 120],
    [5, 120, 810],
    [1, 0, 10],
    [1, 10 ** 9, 11 * HOUR],
    [12, 120, 0],
  ])("after attempt %i, %i s, is waited for where it is longer: %i s", (attempt, retryAfter, seconds) => {
    expect(toBackOffSeconds(attempt, 0, retryAfter)).toBe(seconds);
  });

  it("cannot keep a notice for longer than the queue keeps it", () => {
    expect(sum(0, 10 ** 9)).toBeLessThan(14 * 24 * HOUR);
  });
});
