/** `ccgw diff`: in what a stack differs from a setup file. Writes nothing; ends with 1 where they differ. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { planFromFile, SETUP_FILE } from "./command.ts";
import { isSame, toPlanJson, toPlanLines } from "./shown-plan.ts";

export function createDiff() {
  return createCommand("diff", "in what a stack differs from a setup file")
    .option("-f, --file <path>", "the setup file", SETUP_FILE)
    .action((options) => answerFromBook(options, (book, place) => diffSetup(book, place, options.file)));
}

export async function diffSetup(book: SecretBook, place: Place, file: string): Promise<Report> {
  const changes = await planFromFile(book, place, { file, isPruning: false });
  return {
    json: { stage: place.stage, same: isSame(changes), changes: toPlanJson(changes) },
    lines: toPlanLines(changes, { isPruning: false }),
    exitCode: isSame(changes) ? 0 : 1,
  };
}
