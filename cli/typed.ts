/** What was typed, run; at a terminal, what is missing of it is asked for first. */
import { askMissing } from "./missing.ts";
import { toProblem } from "./problem.ts";
import { createProgram } from "./program.ts";
import type { Prompter } from "./prompter.ts";
import { printProblem } from "./report.ts";

interface Ends {
  readonly isJson: boolean;
  /** Undefined where nobody can be asked. */
  readonly prompter: Prompter | undefined;
}

/** The exit code of what went wrong; undefined where nothing did: then the command has set it. */
export async function runTyped(args: readonly string[], { isJson, prompter }: Ends): Promise<number | undefined> {
  for (let typed = args; ; ) {
    const said: string[] = [];
    const program = createProgram({ say: (words) => said.push(words) });
    try {
      await program.parseAsync([...typed], { from: "user" });
      return undefined;
    } catch (error) {
      try {
        const more = prompter && (await askMissing(error, { program, args: typed }, prompter));
        if (more === undefined) return tell(error, said, isJson);
        typed = more;
      } catch (asking) {
        return tell(asking, [], isJson);
      }
    }
  }
}

/** `said` is what commander would print. */
function tell(error: unknown, said: readonly string[], isJson: boolean): number {
  const problem = toProblem(error, { isJson });
  if (problem.isSaid !== true) printProblem(problem, isJson);
  else process.stderr.write(said.join(""));
  return problem.exitCode;
}
