/** `npm run remove -- --stage NAME`: see `--help`. */
import { StartError } from "../dev/ports.ts";
import { openAccount } from "./deployment/account.ts";
import { createAsk } from "./deployment/ask.ts";
import { watchForInterruption } from "./deployment/interruption.ts";
import { REMOVE_USAGE, removeStack } from "./deployment/remove-stack.ts";
import { createServerless } from "./deployment/serverless.ts";

const given = process.argv.slice(2);

const ask = createAsk({
  input: process.stdin,
  output: process.stdout,
  onInterrupt: () => process.kill(process.pid, "SIGINT"),
});

// A terminal that is gone takes no text. What was stopped goes on all the same.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

try {
  if (given.includes("--help") || given.includes("-h")) console.log(REMOVE_USAGE);
  else
    process.exitCode = await removeStack(given, {
      open: (where) => openAccount(where, process.env),
      serverless: createServerless(),
      print: console.log,
      ask: process.stdin.isTTY ? ask : undefined,
      watchForInterruption: () => watchForInterruption(process),
    });
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
