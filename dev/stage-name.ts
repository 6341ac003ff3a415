/** The rule for the names of stages, for commands with `--stage`. */
import { createRequire } from "node:module";
import { SERVICE } from "./offline.ts";
import { StartError } from "./ports.ts";

const rule: { toStageProblem(stage: string, service: string): string | undefined } = createRequire(import.meta.url)(
  "../infrastructure/stage-name.cjs",
);

/** Of `npm start`: what a command is about where no stage is given, or this one. */
export const LOCAL_STAGE = "local";

export interface Which {
  readonly stage?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/** The deployed stage that is meant; undefined for the local stack. Throws a `StartError` for what is no stage, and for an account of the local one. */
export function parseStage({ stage, region, profile }: Which): string | undefined {
  const deployed = stage === LOCAL_STAGE ? undefined : stage;
  if (deployed === undefined && (region !== undefined || profile !== undefined))
    throw new StartError("--region and --profile go with --stage: without it, the local stack is meant.");
  if (deployed !== undefined) assertStage(deployed);
  return deployed;
}

/** What is wrong with it, as packaging says it; undefined where nothing is. */
function toStageProblem(stage: string): string | undefined {
  return rule.toStageProblem(stage, SERVICE);
}

/** Throws a `StartError` that says what is wrong with it. */
export function assertStage(stage: string): void {
  const problem = toStageProblem(stage);
  if (problem !== undefined) throw new StartError(problem);
}
