#!/usr/bin/env node
import { toProblem } from "./problem.ts";
/**
 * `npx ccgw`: the operator's command, for the local stack or, with `--stage`, a deployed one. Ends with 0 when what was asked for is so, with 1 when it is not
 * (a check that fails, nothing of that name), and with 2 when it could not be begun (an option, credentials, nobody answers). Nothing of it is deployed.
 */
import { createProgram } from "./program.ts";
import { printProblem } from "./report.ts";

const args = process.argv.slice(2);
const isJson = args.includes("--json");
try {
  await createProgram({ isJson }).parseAsync(args, { from: "user" });
} catch (error) {
  const problem = toProblem(error, { isJson });
  if (problem.isSaid !== true) printProblem(problem, isJson);
  process.exitCode = problem.exitCode;
}
