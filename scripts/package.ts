/** `npm run package`: what would be deployed, in `.serverless`, without an account. Of the stage prod, unless another one is given. */
import { createServerless } from "./deployment/serverless.ts";

const given = process.argv.slice(2);
const isStage = (option: string) => /^(?:--stage|-s)(?:=|$)/.test(option);
// Of what is wrong, the framework prints where it runs and where its own documents are before it says so.
const serverless = createServerless(undefined, { SLS_LOG_LEVEL: process.env.SLS_LOG_LEVEL ?? "warning" });
process.exitCode = await serverless(["package", ...(given.some(isStage) ? [] : ["--stage", "prod"]), ...given]);
if (process.exitCode === 0) console.log("Packaged.");
