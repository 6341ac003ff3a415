/** A log that keeps what it is told, as it is told: nothing is left out or printed. */
import type { Log, LogFields } from "../../lib/log.ts";

export interface KeptLog extends Log {
  readonly lines: readonly LogFields[];
  readonly entries: readonly LogFields[];
  readonly events: readonly LogFields[];
  readonly runs: readonly LogFields[];
  readonly problems: readonly { readonly what: string; readonly fields: LogFields }[];
  readonly counts: readonly { readonly metric: string; readonly dimensions: Readonly<Record<string, string>> }[];
}

export function createKeptLog(): KeptLog {
  const lines: LogFields[] = [];
  const entries: LogFields[] = [];
  const events: LogFields[] = [];
  const runs: LogFields[] = [];
  const problems: { what: string; fields: LogFields }[] = [];
  const counts: { metric: string; dimensions: Readonly<Record<string, string>> }[] = [];
  return {
    lines,
    entries,
    events,
    runs,
    problems,
    counts,
    access: (fields) => void lines.push(fields),
    entry: (fields) => void entries.push(fields),
    event: (fields) => void events.push(fields),
    run: (_what, fields) => void runs.push(fields),
    problem: (what, fields) => void problems.push({ what, fields }),
    count: (metric, dimensions) => void counts.push({ metric, dimensions }),
  };
}
