/** `npm run deploy -- --stage NAME`: see `--help`. */
import { StartError } from "../dev/ports.ts";
import { openAccount } from "./deployment/account.ts";
import { DEPLOY_USAGE, deployStack } from "./deployment/deploy-stack.ts";
import { createServerless } from "./deployment/serverless.ts";
import { assertStageFiles } from "./deployment/stage-files.ts";

const given = process.argv.slice(2);
try {
  if (given.includes("--help") || given.includes("-h")) console.log(DEPLOY_USAGE);
  else {
    assertStageFiles();
    process.exitCode = await deployStack(given, {
      open: (where) => openAccount(where, process.env),
      serverless: createServerless(),
      print: console.log,
    });
  }
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
