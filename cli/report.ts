/** What a command says: lines for people, or one JSON document for programs (`--json`). Results go to standard output, all else to standard error. */
import type { Problem } from "./problem.ts";
import { clearProgress } from "./progress.ts";

export interface Report {
  /** What `--json` prints. No secret is in it. */
  readonly json: unknown;
  /** The same for people. */
  readonly lines: readonly string[];
  /** What somebody has to see before the answer: on standard error. */
  readonly warnings?: readonly string[];
  /** 1 where the answer is no, 2 where it could not be begun. */
  readonly exitCode?: 0 | 1 | 2;
}

export function printReport({ json, lines, warnings = [] }: Report, asJson: boolean): void {
  for (const warning of warnings) console.error(`Warning: ${warning}`);
  console.log(asJson ? JSON.stringify(json, undefined, 2) : lines.join("\n"));
}

/** Before the answer, to people: some of it as it is found, and what is not of it. */
export function printLine(line: string): void {
  clearProgress();
  console.log(line);
}

export function printNote(line: string): void {
  clearProgress();
  console.error(line);
}

export function printProblem({ message, facts }: Problem, asJson: boolean): void {
  console.error(asJson ? JSON.stringify({ error: message, ...facts }, undefined, 2) : message);
}
