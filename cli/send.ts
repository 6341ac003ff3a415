/** `ccgw send SOURCE`, which `npm run send` is, too: plays a caller, by the options that dev/send-options.ts reads and explains. */
import { Command } from "@commander-js/extra-typings";

export function createSend() {
  return new Command("send")
    .description("play a caller: sign a sample as it does, post it, and show what went out and came back (send --help)")
    .argument("[args...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_args, _options, { args }) => {
      // The signers of all callers take long to load.
      const { runSend } = await import("../dev/sending.ts");
      process.exitCode = await runSend(args);
    });
}
