import { describe, expect, it } from "vitest";
import { median, quantile, ratioOfMedians, summarise } from "../../bench/measure/statistics.ts";

const steps = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe("statistics of samples", () => {
  it.each([
    { samples: [3], q: 0.5, value: 3 },
    { samples: [4, 1, 3, 2], q: 0.5, value: 2.5 },
    { samples: [4, 1, 3, 2], q: 0.25, value: 1.75 },
    { samples: [4, 1, 3, 2], q: 0, value: 1 },
    { samples: [4, 1, 3, 2], q: 1, value: 4 },
    { samples: [10, 9, 1], q: 0.5, value: 9 },
    { samples: steps(0, 101), q: 0.99, value: 99 },
  ])("has quantile $q of $samples", ({ samples, q, value }) => expect(quantile(samples, q)).toBeCloseTo(value, 12));

  it("leaves no sample out of the summary, and the samples in their order", () => {
    const samples = [1_000, 1, 2, 3, 4];
    expect(summarise(samples)).toEqual({ count: 5, min: 1, quartile1: 2, median: 3, quartile3: 4, max: 1_000 });
    expect(samples).toEqual([1_000, 1, 2, 3, 4]);
  });

  it("has no median of nothing", () => expect(() => median([])).toThrow(RangeError));
});

describe("the ratio of two medians", () => {
  it("lies within its interval", () => {
    const { ratio, low, high } = ratioOfMedians([9, 10, 11, 12, 13], [18, 22, 20, 24, 26]);
    expect(ratio).toBe(0.5);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });

  it("is certain of what is disturbed alike in each round", () => {
    const disturbed = [10, 50, 20, 90, 30];
    const ratio = ratioOfMedians(
      disturbed.map((sample) => sample * 2),
      disturbed,
    );
    expect(ratio).toEqual({ ratio: 2, low: 2, high: 2 });
  });

  it("is surer of more rounds", () => {
    const widthOf = (count: number) => {
      const { low, high } = ratioOfMedians(
        steps(0, count).map((index) => 100 + ((index * 7) % 10)),
        steps(0, count).map((index) => 100 + ((index * 3) % 10)),
      );
      return high - low;
    };
    expect(widthOf(50)).toBeLessThan(widthOf(10));
  });

  it("is the same each time it is asked for", () => {
    const scattered = [37, 53].map((step) => steps(1, 40).map((index) => ((index * step) % 101) ** 1.5)) as [number[], number[]];
    const ask = () => ratioOfMedians(...scattered);
    expect(ask()).toEqual(ask());
  });

  it("is of the same rounds, or of none", () => expect(() => ratioOfMedians([1, 2], [1])).toThrow(RangeError));
});
