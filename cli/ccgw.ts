#!/usr/bin/env node
/**
 * `npx ccgw`: the operator's command, for the local stack or, with `--stage`, a deployed one. Ends with 0 when what was asked for is so, with 1 when it is not
 * (a check that fails, nothing of that name), and with 2 when it could not be begun (an option, credentials, nobody answers). Nothing of it is deployed.
 */
import { findPrompter } from "./prompter.ts";
import { runTyped } from "./typed.ts";

const args = process.argv.slice(2);
const isJson = args.includes("--json");
const problem = await runTyped(args, { isJson, prompter: findPrompter(isJson) });
if (problem !== undefined) process.exitCode = problem;
