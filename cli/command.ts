/**
 * What all commands have in common: the options that say which stack is meant and how to answer, and what is done with the answer. A command is one file: it
 * declares its arguments and options by commander, and answers with a report.
 */
import { Command } from "@commander-js/extra-typings";
import { LOCAL_STAGE } from "../dev/stage-name.ts";
import { openPlace, type Place } from "./place.ts";
import { withProgress } from "./progress.ts";
import { findPrompter, type Prompter } from "./prompter.ts";
import { printReport, type Report } from "./report.ts";
import { openSecretBook, type SecretBook } from "./secret-book.ts";

export interface Context {
  /** The stack that is meant. */
  place(): Promise<Place>;
  /** Whether a program reads the answer: nobody is asked anything then. */
  readonly isJson: boolean;
  /** Undefined where nobody can be asked. */
  readonly prompter: Prompter | undefined;
}

export interface CommonOptions {
  readonly stage?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly json?: true | undefined;
}

/** `ccgw name`: to it, the command adds what is its own. */
export function createCommand(name: string, description: string) {
  return new Command(name)
    .description(description)
    .option("--stage <name>", "of a deployed stack, with the AWS credentials of the environment; the local stack's unless given")
    .option("--region <region>", "of that stack; the environment's unless given")
    .option("--profile <name>", "of AWS's configuration files")
    .option("--json", "print one JSON document");
}

/** The action of a command that answers with a report. */
export async function answer({ stage, region, profile, json }: CommonOptions, run: (context: Context) => Promise<Report>): Promise<void> {
  const isJson = json === true;
  const context = { isJson, prompter: findPrompter(isJson), place: () => openPlace({ stage, region, profile }) };
  const report = await withProgress(
    `Waiting for ${stage === undefined || stage === LOCAL_STAGE ? "the local stack" : `the stage ${stage}`}`,
    run(context),
  );
  printReport(report, isJson);
  process.exitCode = report.exitCode ?? 0;
}

/** For a command that is about the documents alone. */
export function answerFromBook(
  options: CommonOptions,
  run: (book: SecretBook, place: Place, context: Context) => Promise<Report>,
): Promise<void> {
  return answer(options, async (context) => {
    const place = await context.place();
    const book = openSecretBook(place);
    try {
      return await run(book, place, context);
    } finally {
      book.close();
    }
  });
}
