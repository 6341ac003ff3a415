/** `ccgw redrive`, which `npm run redrive` is, too: moves the dead letters of outcomes back into their queue. Ends with 1 when something was left. */
import type { Redriven } from "../dev/redriving.ts";
import { parseStage } from "../dev/stage-name.ts";
import { answer, createCommand } from "./command.ts";
import { CommandError } from "./problem.ts";
import type { Report } from "./report.ts";

const MAX_DEFAULT = 1_000;

export function createRedrive() {
  return createCommand("redrive", "move the dead letters of outcomes back into their queue, where they are tried anew")
    .option("--max <n>", "as many as that at most", parseMax, MAX_DEFAULT)
    .action(({ max, ...options }) =>
      answer(options, async () => {
        const { region, profile } = options;
        const stage = parseStage(options);
        // What it knows of the local queue takes long to load.
        const { redrive } = await import("../dev/redriving.ts");
        return describe(await redrive({ stage, region, profile, max }));
      }),
    );
}

function describe({ moved, refused, doubled, unreadable, cameBack, isCut, hiddenSeconds, queue, deadLetters }: Redriven): Report {
  const left = refused + doubled + unreadable.length + cameBack;
  return {
    json: { queue, deadLetters, moved, left, refused, doubled, unreadable, cameBack, isComplete: !isCut },
    lines: [
      `${moved} dead letter${moved === 1 ? "" : "s"} moved back to ${queue}, ${left} left in ${deadLetters}.`,
      ...(doubled > 0 ? [`${doubled} could not be deleted, and will be moved once more: their receivers are told twice.`] : []),
      ...(refused > 0 ? [`${refused} could not be moved: SQS did not take them.`] : []),
      ...unreadable.map(({ id, why }) => `Message ${id} cannot be read: it ${why}. It is of another version, or none of ours.`),
      ...(cameBack > 0 ? [`${cameBack} came back at once: the log says what is wrong with them ("outcome unreadable").`] : []),
      ...(isCut ? ["There may be more: run it again, or with a larger --max."] : []),
      ...(moved + left === 0 ? [`What another run has received and not moved is hidden for ${hiddenSeconds} s.`] : []),
    ],
    exitCode: left === 0 && !isCut ? 0 : 1,
  };
}

function parseMax(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new CommandError("--max must be a number from 1 to 999999.");
  return Number(text);
}
