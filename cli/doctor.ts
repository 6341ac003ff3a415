/**
 * `ccgw doctor`: whether everything is there that a transfer needs, as it is seen from here or, with `--remote`, from inside the stack; of each thing that is not,
 * why, and what to do. Changes nothing. Ends with 0 where nothing has failed, with 1 where something has, with 2 where nothing could be looked at.
 */
import { composeDiagnosis } from "../lib/composition/diagnosis.ts";
import { diagnoseNothing, type Stage } from "../lib/diagnosis/diagnose.ts";
import { CHECKS, type Finding, toPrintable } from "../lib/diagnosis/finding.ts";
import type { Scope } from "../lib/diagnosis/scope.ts";
import { answer, type Context, createCommand } from "./command.ts";
import { NoPlace } from "./place.ts";
import { withProgress } from "./progress.ts";
import { diagnoseRemotely } from "./remote-diagnosis.ts";
import { printLine, type Report } from "./report.ts";

/** Whoever waits at a terminal has given up by then. */
const DIAGNOSIS_MAX_MS = 120_000;

interface DoctorOptions extends Scope {
  readonly remote?: true | undefined;
  readonly strict?: boolean | undefined;
}

export function createDoctor() {
  return createCommand("doctor", "looks at all that a transfer needs, and says what is wrong and what to do")
    .option("--connection <name>", "this one alone, with its gateway and its agents")
    .option("--gateway <name>", "this one alone, with its agents and connections")
    .option("--remote", "as the function diagnose sees it, from inside the stack's network")
    .option("--strict", "end with 1 for warnings, too")
    .action((options) => answer(options, (context) => runDoctor(context, options)));
}

async function runDoctor({ isJson, place }: Context, { connection, gateway, remote, strict = false }: DoctorOptions): Promise<Report> {
  const scope = { connection, gateway };
  const say = isJson ? undefined : printLine;
  const examination = { from: remote === true ? "inside" : "here", isStrict: strict, say } as const;
  try {
    const opened = await place();
    const stages =
      remote === true ? diagnoseRemotely(opened, scope) : composeDiagnosis(opened.config)({ ...scope, deadline: createDeadline() });
    return await examine(stages, examination);
  } catch (error) {
    if (!(error instanceof NoPlace)) throw error;
    return examine(diagnoseNothing(error.message), examination);
  }
}

interface Examination {
  readonly from: "here" | "inside";
  readonly isStrict: boolean;
  /** To people, as it goes. */
  readonly say?: ((line: string) => void) | undefined;
  /** Says what is waited for. */
  readonly progress?: typeof withProgress;
}

export async function examine(
  stages: AsyncIterable<Stage> | Iterable<Stage>,
  { from, isStrict, say, progress = withProgress }: Examination,
): Promise<Report> {
  const all: Finding[] = [];
  for await (const { name, findings } of stages) {
    const found = await progress(`${CHECKS[name]}${toWhere(from)}`, findings);
    for (const finding of found) for (const line of toLines(finding, from)) say?.(line);
    all.push(...found);
  }
  const count = (verdict: Finding["verdict"]) => all.filter((finding) => finding.verdict === verdict).length;
  const counts = { failed: count("failed"), warning: count("warning"), ok: count("ok"), skipped: count("skipped") };
  const exitCode = all.some(isNotBegun) ? 2 : counts.failed > 0 || (isStrict && counts.warning > 0) ? 1 : 0;
  return {
    json: { from, ...counts, findings: all },
    lines: [`${counts.failed} failed, ${counts.warning} with a warning, ${counts.ok} ok, ${counts.skipped} skipped.`],
    exitCode,
  };
}

function isNotBegun({ name, verdict }: Finding): boolean {
  return name === "credentials" && verdict === "failed";
}

/** The verdict first, so that a column of them can be run down. */
function toLines({ name, verdict, subject, detail, hint }: Finding, from: Examination["from"]): readonly string[] {
  const indent = " ".repeat(VERDICT_WIDTH + 2);
  const [first = "", ...more] = detail.split("\n").map(toPrintable);
  const about = [CHECKS[name], ...(subject === undefined ? [] : [subject])].join(" ");
  return [
    `${verdict.padEnd(VERDICT_WIDTH)}  ${about}${toWhere(from)}: ${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...(hint === undefined ? [] : [`${indent}→ ${hint}`]),
  ];
}
const VERDICT_WIDTH = "warning".length;

function toWhere(from: Examination["from"]): string {
  return from === "inside" ? " (from inside)" : "";
}

function createDeadline() {
  const until = performance.now() + DIAGNOSIS_MAX_MS;
  return { signal: AbortSignal.timeout(DIAGNOSIS_MAX_MS), remainingMs: () => until - performance.now() };
}
