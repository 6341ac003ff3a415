/** Order statistics of samples, and the ratio of two medians with how sure it is. No assumption about how samples are distributed; none is left out. */

const RESAMPLES = 1_000;
/** The resampling is the same for the same samples: a report can be made again from its JSON. */
const SEED = 0x9e3779b9;
/** Two-sided 95 %. */
const INTERVAL = [0.025, 0.975] as const;

export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly quartile1: number;
  readonly median: number;
  readonly quartile3: number;
  readonly max: number;
}

export interface Ratio {
  readonly ratio: number;
  /** Of 95 in 100 resamplings. */
  readonly low: number;
  readonly high: number;
}

/** Linear between the two nearest ranks, as R and NumPy have it. `q` from 0 to 1. Throws a RangeError without samples. */
export function quantile(samples: readonly number[], q: number): number {
  return quantileOfSorted(
    samples.toSorted((one, other) => one - other),
    q,
  );
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export function summarise(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((one, other) => one - other);
  const at = (q: number) => quantileOfSorted(sorted, q);
  return { count: sorted.length, min: at(0), quartile1: at(0.25), median: at(0.5), quartile3: at(0.75), max: at(1) };
}

/**
 * Of interleaved rounds, a sample of each a round: rounds are resampled, not samples, so that what disturbed both at once does not widen the interval. Throws a
 * RangeError where they are not pairs.
 */
export function ratioOfMedians(of: readonly number[], to: readonly number[]): Ratio {
  if (of.length !== to.length) throw new RangeError(`${of.length} samples against ${to.length}: not of the same rounds`);
  const random = createRandom(SEED);
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const rounds = of.map(() => Math.floor(random() * of.length));
    const pick = (samples: readonly number[]) => rounds.flatMap((round) => samples[round] ?? []);
    return median(pick(of)) / median(pick(to));
  });
  const [low, high] = INTERVAL;
  return { ratio: median(of) / median(to), low: quantile(ratios, low), high: quantile(ratios, high) };
}

function quantileOfSorted(sorted: readonly number[], q: number): number {
  const rank = (sorted.length - 1) * q;
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  if (below === undefined || above === undefined) throw new RangeError("no samples");
  return below + (above - below) * (rank - Math.floor(rank));
}

/** mulberry32: from 0 to below 1. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
