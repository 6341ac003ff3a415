/** What a part of the bench is, and what it gives to the report. */

export interface Settings {
  /** Undefined for the part's own. */
  readonly rounds: number | undefined;
  /** A look: fewest rounds. Nothing to be quoted. */
  readonly quick: boolean;
  /** Aborted by Ctrl-C, and when the whole run has taken too long. */
  readonly signal: AbortSignal;
  /** What is under way. */
  readonly say: (line: string) => void;
}

/** One thing that was measured of each contender: a sample a round, in the order of the rounds. */
export interface Measure {
  readonly name: string;
  readonly unit: "ms" | "µs" | "bytes" | "count" | "per second";
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

/** A ratio to report: of two contenders, in a measure of that name. */
export interface Comparison {
  readonly measure: string;
  readonly of: string;
  readonly to: string;
  /** What the ratio is to be at most, where there is a budget. */
  readonly atMost?: number;
  /** At least. */
  readonly atLeast?: number;
}

/** What the median of a contender is to be at most, in the unit of that measure. */
export interface Limit {
  readonly measure: string;
  readonly of: string;
  readonly atMost: number;
}

export interface Measured {
  /** How it was measured: rounds, warm-up, environment, whatever a reader needs to do it again. No secret. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of what is compared, beside the bench's packages. */
  readonly versions: Readonly<Record<string, string>>;
  readonly measures: readonly Measure[];
  readonly comparisons: readonly Comparison[];
  readonly limits?: readonly Limit[];
  /** What could not be measured here, or must be known to read the figures. */
  readonly notes: readonly string[];
}

export interface Part {
  /** What this machine lacks for it; empty where it can run. */
  readonly missing: () => Promise<readonly string[]>;
  readonly measure: (settings: Settings) => Promise<Measured>;
}
