/** The rule for the names of stages, for commands with `--stage`. */
import { createRequire } from "node:module";
import { SERVICE } from "./offline.ts";
import { StartError } from "./ports.ts";

const rule: { toStageProblem(stage: string, service: string): string | undefined } = createRequire(import.meta.url)(
  "../infrastructure/stage-name.cjs",
);

/** What is wrong with it, as packaging says it; undefined where nothing is. */
export function toStageProblem(stage: string): string | undefined {
  return rule.toStageProblem(stage, SERVICE);
}

/** Throws a `StartError` that says what is wrong with it. */
export function assertStage(stage: string): void {
  const problem = toStageProblem(stage);
  if (problem !== undefined) throw new StartError(problem);
}
