/** A document that goes: said what goes with it, agreed to, and how it comes back. Not what refers to it. */
import type { Place } from "./place.ts";
import { CommandError } from "./problem.ts";
import type { Prompter } from "./prompter.ts";
import type { Report } from "./report.ts";
import type { Folder, SecretBook } from "./secret-book.ts";

export interface Removal {
  readonly name: string;
  readonly isSure: boolean;
  readonly prompter: Prompter | undefined;
}

interface Removing {
  readonly folder: Folder;
  /** Of what goes, after its name: ", with its secrets". */
  readonly including?: string;
  /** What could be done before, for whoever is asked. */
  readonly before?: readonly string[];
  /** What is otherwise then. */
  readonly after: readonly string[];
}

export async function removeDocument(
  book: SecretBook,
  { config: { secretsPrefix } }: Place,
  { name, isSure, prompter }: Removal,
  { folder, including = "", before = [], after }: Removing,
): Promise<Report> {
  const path = `${secretsPrefix}/${folder}/${name}`;
  const what = [`${path}${including}.`, ...after, ...before];
  if (!isSure) {
    if (prompter === undefined) throw new CommandError(["--yes must be given to remove:", ...what].join("\n"));
    prompter.show("Removed would be", what);
    if (!(await prompter.confirm(`Remove ${name}?`))) throw new CommandError("Nothing was removed.");
  }
  await book.remove(folder, name);
  return {
    json: { name, removed: true, secret: path },
    lines: [`Removed: ${what[0]}`, ...after, "It can be restored for 30 days:", `  aws secretsmanager restore-secret --secret-id ${path}`],
  };
}
