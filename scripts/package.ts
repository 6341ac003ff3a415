/** `npm run package`: what would be deployed, in `.serverless`, without an account. Of the stage prod, unless another one is given. */
import { parseArgs } from "node:util";
import { StartError } from "../dev/ports.ts";
import { describePackaged } from "./deployment/packaged.ts";
import { createServerless } from "./deployment/serverless.ts";
import { assertStageFiles } from "./deployment/stage-files.ts";

const STAGE_DEFAULT = "prod";
const FOLDER_DEFAULT = ".serverless";

const given = process.argv.slice(2);
const text = (short: string) => ({ type: "string", short }) as const;
const { stage, package: folder = FOLDER_DEFAULT } = parseArgs({
  args: given,
  options: { stage: text("s"), package: text("p") },
  // All else is the framework's.
  strict: false,
}).values;

try {
  assertStageFiles();
  // Of what is wrong, the framework prints where it runs and where its own documents are before it says so.
  const serverless = createServerless(undefined, { SLS_LOG_LEVEL: process.env.SLS_LOG_LEVEL ?? "warning" });
  process.exitCode = await serverless(["package", ...(stage === undefined ? ["--stage", STAGE_DEFAULT] : []), ...given]);
  if (process.exitCode === 0) console.log(describePackaged({ stage: String(stage ?? STAGE_DEFAULT), folder: String(folder) }));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
