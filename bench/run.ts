/** `npm run bench`: which parts, in which order, and where the samples go. What is measured, and how, is in the folder of each part. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { installPackages, readVersions } from "./measure/installed.ts";
import { describeMachine, readLoad } from "./measure/machine.ts";
import type { Part, Settings } from "./measure/part.ts";
import { type Report, type ReportedPart, renderMachine, renderPart, toReportedPart } from "./measure/report.ts";

const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  cold: async () => (await import("./cold/cold.ts")).cold,
  warm: async () => (await import("./warm/warm.ts")).warm,
  growth: async () => (await import("./growth/growth.ts")).growth,
};
/** The whole run, without the install. */
const RUN_TIMEOUT_MS = 600_000;
const USAGE = `npm run bench -- [--part ${Object.keys(PARTS).join("|")}]… [--rounds N] [--out FILE] [--quick]`;

/** Why the run ends before it is through. */
class Stop extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

const settings = readOptions();
if (settings === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const stopped = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stopped.abort(new Stop("Stopped.", 130)));
  try {
    await run(settings, stopped);
  } catch (error) {
    // Whatever was under way fails then.
    const { reason } = stopped.signal;
    if (!(reason instanceof Stop)) throw error;
    console.error(reason.message);
    process.exitCode = reason.exitCode;
  }
}

interface Options {
  readonly parts: readonly string[];
  readonly rounds: number | undefined;
  readonly out: string | undefined;
  readonly quick: boolean;
}

/** Undefined for what is none. */
function readOptions(): Options | undefined {
  try {
    const {
      part = Object.keys(PARTS),
      rounds,
      out,
      quick = false,
    } = parseArgs({
      options: {
        part: { type: "string", multiple: true },
        rounds: { type: "string" },
        out: { type: "string" },
        quick: { type: "boolean" },
      },
    }).values;
    if (part.some((name) => !Object.hasOwn(PARTS, name)) || (rounds !== undefined && !/^[1-9]\d{0,3}$/.test(rounds))) return undefined;
    return {
      parts: Object.keys(PARTS).filter((name) => part.includes(name)),
      rounds: rounds === undefined ? undefined : Number(rounds),
      out,
      quick,
    };
  } catch {
    return undefined;
  }
}

async function run({ parts, rounds, out, quick }: Options, stopped: AbortController): Promise<void> {
  const startedAt = new Date().toISOString();
  await installPackages(console.log, stopped.signal);
  const over = new Stop(`The bench took longer than ${RUN_TIMEOUT_MS / 60_000} minutes: take fewer rounds, or fewer parts.`, 1);
  setTimeout(() => stopped.abort(over), RUN_TIMEOUT_MS).unref();
  const before = readLoad();
  const reported: ReportedPart[] = [];
  for (const name of parts) {
    const part = await measurePart(name, { rounds, quick, signal: stopped.signal, say: (line) => console.log(`${name}: ${line}`) });
    console.log(`\n${renderPart(part)}\n`);
    reported.push(part);
  }
  const report: Report = {
    ...{ startedAt, endedAt: new Date().toISOString(), quick },
    ...{ machine: describeMachine(), versions: await readVersions(), load: { before, after: readLoad() }, parts: reported },
  };
  console.log(renderMachine(report));
  const file = out ?? `.build/bench/${startedAt.replaceAll(":", "-")}.json`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`Every sample: ${file}`);
}

async function measurePart(name: string, settings: Settings): Promise<ReportedPart> {
  const part = await PARTS[name]?.();
  if (part === undefined) throw new Error(`no part ${name}`);
  const skipped = await part.missing();
  if (skipped.length > 0) return { part: name, skipped };
  const before = readLoad();
  const measured = await part.measure(settings);
  return toReportedPart(name, measured, { before, after: readLoad() });
}
