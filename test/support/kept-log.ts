/** A log that keeps what it is told, as it is told: nothing is left out or printed. */
import type { Log, LogFields } from "../../lib/log.ts";
import type { MetricName } from "../../lib/metrics.ts";

interface Counted {
  readonly metric: MetricName;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface KeptLog extends Log {
  readonly lines: readonly LogFields[];
  readonly entries: readonly LogFields[];
  readonly events: readonly LogFields[];
  readonly runs: readonly LogFields[];
  readonly problems: readonly { readonly what: string; readonly fields: LogFields }[];
  readonly counts: readonly Counted[];
  readonly measures: readonly (Counted & { readonly value: number })[];
  readonly flushes: () => number;
}

export function createKeptLog(): KeptLog {
  const lines: LogFields[] = [];
  const entries: LogFields[] = [];
  const events: LogFields[] = [];
  const runs: LogFields[] = [];
  const problems: { what: string; fields: LogFields }[] = [];
  const counts: Counted[] = [];
  const measures: (Counted & { value: number })[] = [];
  let flushed = 0;
  return {
    lines,
    entries,
    events,
    runs,
    problems,
    counts,
    measures,
    access: (fields) => void lines.push(fields),
    entry: (fields) => void entries.push(fields),
    event: (fields) => void events.push(fields),
    run: (_what, fields) => void runs.push(fields),
    problem: (what, fields) => void problems.push({ what, fields }),
    count: (metric, dimensions) => void counts.push({ metric, dimensions }),
    measure: (metric, value, dimensions) => void measures.push({ metric, value, dimensions }),
    flush() {
      flushed += 1;
    },
    flushes: () => flushed,
  };
}
