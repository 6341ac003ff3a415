/** What a command says: lines for people, or one JSON document for programs (`--json`). Results go to standard output, all else to standard error. */
import type { Problem } from "./problem.ts";

export interface Report {
  /** What `--json` prints. No secret is in it. */
  readonly json: unknown;
  /** The same for people. */
  readonly lines: readonly string[];
  /** 1 where the answer is no, 2 where it could not be begun. */
  readonly exitCode?: 0 | 1 | 2;
}

export function printReport({ json, lines }: Report, asJson: boolean): void {
  console.log(asJson ? JSON.stringify(json, undefined, 2) : lines.join("\n"));
}

export function printProblem({ message }: Problem, asJson: boolean): void {
  console.error(asJson ? JSON.stringify({ error: message }, undefined, 2) : message);
}
