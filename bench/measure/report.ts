/** The report of a run: JSON with every sample, and a table of each part, ratios first. */
import type { Machine } from "./machine.ts";
import type { Comparison, Limit, Measure, Measured } from "./part.ts";
import { median, type Ratio, ratioOfMedians, summarise } from "./statistics.ts";

interface Compared extends Comparison, Ratio {}

interface Limited extends Limit {
  readonly median: number;
}

interface MeasuredPart extends Omit<Measured, "comparisons" | "limits"> {
  readonly part: string;
  /** Of the load, over the part alone. */
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly ratios: readonly Compared[];
  readonly limits: readonly Limited[];
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

/** Throws where a comparison or a limit names a measure or a contender that was not measured. */
export function toReportedPart(
  part: string,
  { comparisons, limits = [], ...measured }: Measured,
  load: MeasuredPart["load"],
): MeasuredPart {
  const ratios = comparisons.map((comparison) => ({
    ...comparison,
    ...ratioOfMedians(
      samplesOf(measured.measures, comparison.measure, comparison.of),
      samplesOf(measured.measures, comparison.measure, comparison.to),
    ),
  }));
  const limited = limits.map((limit) => ({ ...limit, median: median(samplesOf(measured.measures, limit.measure, limit.of)) }));
  return { part, ...measured, load, ratios, limits: limited };
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
  const ratios = part.ratios.map(({ measure, of, to, ratio, low, high, ...bounds }) => [
    `${measure}: ${of} / ${to}`,
    toText(ratio, 2),
    `${toText(low, 2)} to ${toText(high, 2)}`,
    toBudget(ratio, bounds, 2),
  ]);
  const limits = part.limits.map(({ measure, of, median, atMost }) => {
    const [unit, divisor, digits] = SHOWN[unitOf(part.measures, measure)];
    const shown = toText(median / divisor, digits + 1);
    return [`${measure}, ${unit}: ${of}`, shown, "", toBudget(median / divisor, { atMost: atMost / divisor }, digits + 1)];
  });
  return [
    `${part.part}  (load ${toLoad(part.load.before)} before, ${toLoad(part.load.after)} after)`,
    "",
    ...toTable([["ratio of medians", "", "95 % interval", "budget"], ...ratios, ...limits]),
    "",
    ...toTable([["measure", "", "median", "quartiles", "least", "most", "samples"], ...part.measures.flatMap(toRows)]),
    ...part.notes.map((note) => `\n${note}`),
  ].join("\n");
}

function toBudget(value: number, { atMost, atLeast }: { readonly atMost?: number; readonly atLeast?: number }, digits: number): string {
  if (atMost !== undefined) return `at most ${toText(atMost, digits)} ${value <= atMost ? "kept" : "MISSED"}`;
  if (atLeast !== undefined) return `at least ${toText(atLeast, digits)} ${value >= atLeast ? "kept" : "MISSED"}`;
  return "";
}

function unitOf(measures: readonly Measure[], name: string): Measure["unit"] {
  return measures.find((measure) => measure.name === name)?.unit ?? "count";
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
