/** How often the properties are tried, and from which seed: the same every time, so that a failure is one of the change that is tested. */
import fc from "fast-check";

/** To look further: `FUZZ_SEED=$RANDOM FUZZ_RUNS=10000 npx vitest run test/fuzz`. A failure prints its seed and path. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const RUNS = Number(process.env.FUZZ_RUNS ?? 300);

/** `share` of the usual number of runs, for properties that take longer. */
export function fuzz(share = 1): fc.Parameters<unknown> {
  return { seed: SEED, numRuns: Math.ceil(RUNS * share) };
}

/** Text of any code points, or also of halves of them. */
export const anyText = (maxLength = 40) => fc.string({ unit: "binary", maxLength });
export const brokenText = () =>
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units));
/** Names that every object has, or that mean something to one. */
export const trickyName = () =>
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length", "then", "toJSON", "valueOf");
