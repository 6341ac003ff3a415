/**
 * A document that is there, changed in some fields: held against the functions' schemas, shown as what differs, without secrets, and written unless somebody else
 * was quicker. What takes a field away wants somebody to agree.
 */
import { withSheet } from "./chosen-secret.ts";
import { CommandError } from "./problem.ts";
import type { Prompter } from "./prompter.ts";
import type { Report } from "./report.ts";
import type { Document, Folder, Kept, SecretBook } from "./secret-book.ts";
import { compareDocuments } from "./setup-file/difference.ts";
import { isTaken } from "./setup-file/plan.ts";
import { nameOf, toDifferenceLines } from "./setup-file/shown-plan.ts";

export interface Edit {
  readonly folder: Folder;
  readonly name: string;
  readonly seen: Kept;
  readonly document: Document;
  /** Written also where nothing differs. */
  readonly isAnew?: boolean;
  /** What a secret that was made goes into. */
  readonly sheet?: { readonly file: string | undefined; readonly text: string } | undefined;
  /** To be thought of before somebody agrees, and not said again once it is written. */
  readonly warnings?: readonly string[];
  /** Said of it, once it is written. */
  readonly lines?: readonly string[];
}

export interface Agreeing {
  /** As it is typed: `--yes`. */
  readonly yes?: true | undefined;
  readonly dryRun?: true | undefined;
}

export async function writeEdit(book: SecretBook, edit: Edit, { yes, dryRun }: Agreeing, prompter: Prompter | undefined): Promise<Report> {
  const { folder, name, seen, document, isAnew = false, sheet, warnings = [], lines = [] } = edit;
  await book.parse(folder, name, document);
  // Of what no function takes, nothing is shown.
  const was = (await isTaken(book, { folder, name }, seen.document)) ? seen.document : undefined;
  const fields = compareDocuments({ was, is: document, isHidden: () => false }).filter(({ kind }) => kind !== "same");
  const going = compareDocuments({ was: seen.document, is: document, isHidden: () => false }).filter(
    ({ kind }) => kind === "removed",
  ).length;
  const unread = was === undefined ? [`    (no function takes what is there: nothing of it is shown${toGoing(going)})`] : [];
  const shown = [...unread, ...toDifferenceLines(fields, "changed")];
  const foreseen = [...shown, ...warnings];
  const what = nameOf({ folder, name });
  if (fields.length === 0 && !isAnew)
    return { json: { name, written: false, fields }, lines: [`Nothing of ${what} differs from what was given. Nothing was written.`] };
  if (dryRun === true) return { json: { name, written: false, fields }, lines: [what, ...foreseen, "Nothing was written."] };
  if (yes !== true && going > 0) await assertAgreed(what, foreseen, prompter);
  await withSheet(sheet?.file, sheet?.text ?? "", () => book.replace(folder, name, document, seen));
  return { json: { name, written: true, fields, sheet: sheet?.file }, lines: [`Written: ${what}.`, ...shown, ...lines] };
}

function toGoing(count: number): string {
  if (count === 0) return "";
  return count === 1 ? ", and one field of it goes" : `, and ${count} fields of it go`;
}

async function assertAgreed(what: string, shown: readonly string[], prompter: Prompter | undefined): Promise<void> {
  if (prompter === undefined) throw new CommandError([`--yes must be given to take away of ${what}:`, ...shown].join("\n"));
  prompter.show(`Would be changed of ${what}`, shown);
  if (!(await prompter.confirm(`Change ${what}?`))) throw new CommandError("Nothing was written.");
}
