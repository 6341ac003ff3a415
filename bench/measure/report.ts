/** The report of a run: JSON with every sample, and a table of each part, ratios first. */
import type { Machine } from "./machine.ts";
import type { Comparison, Measure, Measured } from "./part.ts";
import { type Ratio, ratioOfMedians, summarise } from "./statistics.ts";

interface Compared extends Comparison, Ratio {}

interface MeasuredPart extends Omit<Measured, "comparisons"> {
  readonly part: string;
  /** Of the load, over the part alone. */
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly ratios: readonly Compared[];
}

interface SkippedPart {
  readonly part: string;
  readonly skipped: readonly string[];
}

export type ReportedPart = MeasuredPart | SkippedPart;

export interface Report {
  readonly startedAt: string;
  readonly endedAt: string;
  /** Not a measurement. */
  readonly quick: boolean;
  readonly machine: Machine;
  /** Of the bench's packages. */
  readonly versions: Readonly<Record<string, string>>;
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly parts: readonly ReportedPart[];
}

/** Throws where a comparison names a measure or a contender that was not measured. */
export function toReportedPart(part: string, { comparisons, ...measured }: Measured, load: MeasuredPart["load"]): MeasuredPart {
  const ratios = comparisons.map((comparison) => ({
    ...comparison,
    ...ratioOfMedians(
      samplesOf(measured.measures, comparison.measure, comparison.of),
      samplesOf(measured.measures, comparison.measure, comparison.to),
    ),
  }));
  return { part, ...measured, load, ratios };
}

function samplesOf(measures: readonly Measure[], name: string, contender: string): readonly number[] {
  const samples = measures.find((measure) => measure.name === name)?.samples[contender];
  if (samples === undefined) throw new Error(`${contender} has no samples of ${name}`);
  return samples;
}

/** Unit, divisor and digits of a table; JSON has what was measured. */
const SHOWN: Readonly<Record<Measure["unit"], readonly [unit: string, divisor: number, digits: number]>> = {
  ms: ["ms", 1, 1],
  µs: ["µs", 1, 1],
  bytes: ["kB", 1_000, 1],
  count: ["count", 1, 0],
  "per second": ["per second", 1, 0],
};

/** For a terminal. */
export function renderPart(part: ReportedPart): string {
  if ("skipped" in part) return [`${part.part}: skipped`, ...part.skipped.map((missing) => `  ${missing}`)].join("\n");
  const ratios = part.ratios.map(({ measure, of, to, ratio, low, high, atMost }) => [
    `${measure}: ${of} / ${to}`,
    toText(ratio, 2),
    `${toText(low, 2)} to ${toText(high, 2)}`,
    atMost === undefined ? "" : `${toText(atMost, 2)} ${ratio <= atMost ? "kept" : "MISSED"}`,
  ]);
  return [
    `${part.part}  (load ${toLoad(part.load.before)} before, ${toLoad(part.load.after)} after)`,
    "",
    ...toTable([["ratio of medians", "", "95 % interval", "at most"], ...ratios]),
    "",
    ...toTable([["measure", "", "median", "quartiles", "least", "most", "samples"], ...part.measures.flatMap(toRows)]),
    ...part.notes.map((note) => `\n${note}`),
  ].join("\n");
}

function toRows({ name, unit, samples }: Measure): readonly (readonly string[])[] {
  return Object.entries(samples).map(([contender, values]) => {
    const { count, min, quartile1, median, quartile3, max } = summarise(values);
    const [shown, divisor, digits] = SHOWN[unit];
    const text = (value: number) => toText(value / divisor, digits);
    return [`${name}, ${shown}`, contender, text(median), `${text(quartile1)} to ${text(quartile3)}`, text(min), text(max), String(count)];
  });
}

export function renderMachine({ machine, load, quick }: Pick<Report, "machine" | "load" | "quick">): string {
  const { cpu, cores, memoryBytes, node, kernel } = machine;
  const lines = [`${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB; Node ${node}; ${kernel}`];
  lines.push(`Load ${toLoad(load.before)} before, ${toLoad(load.after)} after (runnable processes, 1 minute).`);
  const busiest = Math.max(load.before[0] ?? 0, 0);
  if (busiest > cores / 4) lines.push("The machine was not quiet when it began: the figures are preliminary.");
  if (quick) lines.push("A quick look: not a measurement.");
  return lines.join("\n");
}

function toTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  const pad = (cell: string, column: number) => cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join("  ")}`.trimEnd());
}

function toLoad([oneMinute = 0]: readonly number[]): string {
  return toText(oneMinute, 1);
}

function toText(value: number, digits: number): string {
  return value.toFixed(digits);
}
