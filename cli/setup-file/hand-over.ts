/** Secrets that a setup file has made: whoever is on the other side gets them in a sheet for its owner alone, where a folder is given for sheets. */
import { join } from "node:path";
import { toSheet as toAgentSheet } from "../agent/sheet.ts";
import { withSheet } from "../chosen-secret.ts";
import { readCaller } from "../connection/caller.ts";
import { secretsOf } from "../connection/proof.ts";
import { toSheet as toConnectionSheet } from "../connection/sheet.ts";
import type { Place } from "../place.ts";
import type { SecretBook } from "../secret-book.ts";
import type { PlannedWriting } from "./plan.ts";
import type { Made } from "./resolve.ts";
import { nameOf } from "./shown-plan.ts";

const PROOF = "verification.secrets.";

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
    const handedOver = findHandedOver(change);
    return change.made.map(({ path }) => {
      const isInSheet = file !== undefined && path === handedOver?.path;
      return `Made: ${path} of ${nameOf(change)}, in ${isInSheet ? `${file}: pass it on, and delete it.` : `the secret ${secretsPrefix}/${change.folder}/${change.name} alone.`}`;
    });
  });
}

/** Of several, the last one of those that are good for longest: a rotation has the old ones end first. */
function findHandedOver({ document, made }: PlannedWriting): Made | undefined {
  const ends = secretsOf(document).map(({ notAfter }) => (notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(notAfter)));
  const endOf = ({ path }: Made) => ends[Number(path.slice(PROOF.length).split(".")[0])] ?? 0;
  const ofProof = made.filter(({ path }) => path.startsWith(PROOF));
  return ofProof.toSorted((one, other) => (endOf(one) < endOf(other) ? -1 : endOf(one) > endOf(other) ? 1 : 0)).at(-1);
}

function toFile(change: PlannedWriting, sheets: string): string | undefined {
  return findHandedOver(change) && join(sheets, `${change.name.replace("/", "-")}-hand-over.md`);
}

async function toText(change: PlannedWriting, book: SecretBook, place: Place): Promise<string> {
  const { folder, name, document } = change;
  const secret = findHandedOver(change)?.value ?? "";
  const { publicBaseUrl } = place.config;
  if (folder === "agents") return toAgentSheet({ name, publicBaseUrl, secret });
  const connection = await book.parse("connections", name, document);
  const caller = await readCaller(connection.source.id, document);
  return toConnectionSheet({ name, publicBaseUrl, connection, caller, lexFunction: place.functionName("receive-lex") }, secret);
}
