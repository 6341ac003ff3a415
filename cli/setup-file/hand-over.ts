/** Secrets that a setup file has made: whoever is on the other side gets them in a sheet for its owner alone, where a folder is given for sheets. */
import { join } from "node:path";
import { toSheet as toAgentSheet } from "../agent/sheet.ts";
import { withSheet } from "../chosen-secret.ts";
import { readCaller } from "../connection/caller.ts";
import { toSheet as toConnectionSheet } from "../connection/sheet.ts";
import type { Place } from "../place.ts";
import type { SecretBook } from "../secret-book.ts";
import type { PlannedWriting } from "./plan.ts";
import { nameOf } from "./shown-plan.ts";

const PROOF = "verification.";

export interface HandingOver {
  readonly book: SecretBook;
  readonly place: Place;
  readonly sheets: string | undefined;
}

/** The sheet is there before the secret is in use, and gone again where it was certainly not written. */
export async function withHandOver(
  change: PlannedWriting,
  { book, place, sheets }: HandingOver,
  write: () => Promise<void>,
): Promise<void> {
  const file = sheets === undefined ? undefined : toFile(change, sheets);
  await withSheet(file, file === undefined ? "" : await toText(change, book, place), write);
}

/** Where each of them is, without it. */
export function tellMade(
  { config: { secretsPrefix } }: Place,
  changes: readonly PlannedWriting[],
  sheets: string | undefined,
): readonly string[] {
  return changes.flatMap((change) => {
    const file = sheets === undefined ? undefined : toFile(change, sheets);
    return change.made.map(({ path }) => {
      const isInSheet = file !== undefined && path.startsWith(PROOF);
      return `Made: ${path} of ${nameOf(change)}, in ${isInSheet ? `${file}: pass it on, and delete it.` : `the secret ${secretsPrefix}/${change.folder}/${change.name} alone.`}`;
    });
  });
}

function toFile({ name, made }: PlannedWriting, sheets: string): string | undefined {
  return made.some(({ path }) => path.startsWith(PROOF)) ? join(sheets, `${name.replace("/", "-")}-hand-over.md`) : undefined;
}

async function toText({ folder, name, document, made }: PlannedWriting, book: SecretBook, place: Place): Promise<string> {
  const secret = made.find(({ path }) => path.startsWith(PROOF))?.value ?? "";
  const { publicBaseUrl } = place.config;
  if (folder === "agents") return toAgentSheet({ name, publicBaseUrl, secret });
  const connection = await book.parse("connections", name, document);
  const caller = await readCaller(connection.source.id, document);
  return toConnectionSheet({ name, publicBaseUrl, connection, caller, lexFunction: place.functionName("receive-lex") }, secret);
}
