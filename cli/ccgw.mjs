#!/usr/bin/env node
/** What `npx ccgw` begins with: any Node can read it, and say what is missing before ccgw.ts, which wants the project's own. */
import { existsSync } from "node:fs";

const LEAST = 24;
const NOT_BEGUN = 2;

const problem = findProblem();
if (problem === undefined) await import("./ccgw.ts");
else {
  console.error(process.argv.includes("--json") ? JSON.stringify({ error: problem }, undefined, 2) : problem);
  process.exitCode = NOT_BEGUN;
}

function findProblem() {
  if (!existsSync(new URL("../node_modules/commander", import.meta.url)))
    return "What ccgw needs is not installed: run `npm ci` in this folder first.";
  if (Number.parseInt(process.versions.node, 10) < LEAST)
    return `This is Node ${process.versions.node}, and ccgw wants ${LEAST}, which \`npm ci\` has put beside it: run it as \`npx ccgw …\` or \`npm run ccgw -- …\`.`;
  return undefined;
}
