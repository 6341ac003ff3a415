/** A document that goes as it was seen: nothing refers to it, it is said what goes with it, agreed to, and how it comes back. */
import type { Place } from "./place.ts";
import { CommandError } from "./problem.ts";
import type { Prompter } from "./prompter.ts";
import type { Report } from "./report.ts";
import type { Folder, Kept, SecretBook } from "./secret-book.ts";

export interface Removal {
  readonly name: string;
  readonly isSure: boolean;
  readonly prompter: Prompter | undefined;
}

interface Removing {
  readonly folder: Folder;
  readonly seen: Kept;
  /** Throws where something refers to it. Asked again after the question, for which somebody may take hours. */
  readonly assertUnused?: () => Promise<void>;
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
  { folder, seen, assertUnused = async () => {}, including = "", before = [], after }: Removing,
): Promise<Report> {
  await assertUnused();
  const path = `${secretsPrefix}/${folder}/${name}`;
  const what = [`${path}${including}.`, ...after, ...before];
  if (!isSure) {
    if (prompter === undefined) throw new CommandError(["--yes must be given to remove:", ...what].join("\n"));
    prompter.show("Removed would be", what);
    if (!(await prompter.confirm(`Remove ${name}?`))) throw new CommandError("Nothing was removed.");
    await assertUnused();
  }
  await book.remove(folder, name, seen);
  return {
    json: { name, removed: true, secret: path },
    lines: [`Removed: ${what[0]}`, ...after, "It can be restored for 30 days:", `  aws secretsmanager restore-secret --secret-id ${path}`],
  };
}
