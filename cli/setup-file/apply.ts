/**
 * `ccgw apply`: makes a stack what a setup file says. All is checked before the first is written; each is written by itself, those that others refer to first. What
 * is as it should be is not written: applied again, it goes on where it was interrupted, or writes nothing.
 */
import { stat } from "node:fs/promises";
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { CommandError, toProblem } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { tellSignedIn } from "../signed-in.ts";
import { planFromFile, SETUP_FILE } from "./command.ts";
import { type HandingOver, tellMade, withHandOver } from "./hand-over.ts";
import { isWriting, type PlannedChange } from "./plan.ts";
import { nameOf, toPlanJson, toPlanLines } from "./shown-plan.ts";

interface Applying {
  readonly file: string;
  readonly yes?: true | undefined;
  readonly prune?: true | undefined;
  readonly sheets?: string | undefined;
}

export function createApply() {
  return createCommand("apply", "make a stack what a setup file says")
    .option("-f, --file <path>", "the setup file", SETUP_FILE)
    .option("--yes", "write without asking")
    .option("--prune", "remove what the file does not have")
    .option("--sheets <folder>", "where a secret that is made goes, with what its caller has to know")
    .action((options) => answerFromBook(options, (book, place, { prompter }) => applySetup(book, place, options, prompter)));
}

export async function applySetup(
  book: SecretBook,
  place: Place,
  { file, yes, prune, sheets }: Applying,
  prompter: Prompter | undefined,
): Promise<Report> {
  const isPruning = prune === true;
  if (sheets !== undefined) await assertFolder(sheets);
  const changes = await planFromFile(book, place, { file, isPruning });
  const todo = toOrder(changes, isPruning);
  const lines = [...toPlanLines(changes, { isPruning }), ...(isPruning ? tellSignedIn(place, managedIn(changes), "apply") : [])];
  if (todo.length > 0 && yes !== true) await assertAgreed(place, lines, prompter);
  await writeAll(todo, (change) => write(change, { book, place, sheets }));
  return {
    json: { stage: place.stage, written: todo.length, changes: toPlanJson(changes) },
    lines: [
      ...lines,
      todo.length === 0 ? "Nothing was written." : `Written: ${todo.map(nameOf).join(", ")}.`,
      ...tellMade(place, todo.filter(isWriting), sheets),
    ],
  };
}

/** What is removed goes last, and what refers to others before them. */
function toOrder(changes: readonly PlannedChange[], isPruning: boolean): readonly PlannedChange[] {
  const written = changes.filter(isWriting);
  return isPruning ? [...written, ...changes.filter(({ kind }) => kind === "surplus").toReversed()] : written;
}

function managedIn(changes: readonly PlannedChange[]): readonly string[] {
  return changes.flatMap((change) =>
    change.kind === "surplus" && change.folder === "agents" && change.seen.document.session === "managed" ? [change.name] : [],
  );
}

async function assertAgreed({ stage }: Place, lines: readonly string[], prompter: Prompter | undefined): Promise<void> {
  if (prompter === undefined) throw new CommandError(["--yes must be given to write:", ...lines].join("\n"));
  prompter.show(`Would be written to ${stage}`, lines);
  if (!(await prompter.confirm(`Write this to ${stage}?`))) throw new CommandError("Nothing was written.");
}

/** Before anything is planned: sheets are written in the midst of the rest. */
async function assertFolder(sheets: string): Promise<void> {
  const found = await stat(sheets).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new CommandError(`--sheets: there is no folder ${sheets}. Nothing was written: make it first.`);
}

async function writeAll(todo: readonly PlannedChange[], write: (change: PlannedChange) => Promise<void>): Promise<void> {
  for (const [index, change] of todo.entries()) {
    try {
      await write(change);
    } catch (error) {
      const [done, left] = [todo.slice(0, index), todo.slice(index)].map((some) => some.map(nameOf).join(", ") || "nothing");
      throw new CommandError(
        `${nameOf(change)}: ${toProblem(error).message}\nWritten: ${done}. Not written: ${left}. Applied again, it goes on from here.`,
        { cause: error },
      );
    }
  }
}

async function write(change: PlannedChange, handingOver: HandingOver): Promise<void> {
  const { book } = handingOver;
  const { folder, name } = change;
  if (change.kind === "surplus") return book.remove(folder, name, change.seen);
  if (!isWriting(change)) return;
  await withHandOver(change, handingOver, () =>
    change.kind === "added" ? book.create(folder, name, change.document) : book.replace(folder, name, change.document, change.seen),
  );
}
