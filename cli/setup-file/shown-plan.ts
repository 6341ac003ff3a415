/** A plan as it is shown, to people and to programs. */
import type { Folder } from "../secret-book.ts";
import { SECRET } from "../shown-document.ts";
import type { Difference } from "./difference.ts";
import type { PlannedChange } from "./plan.ts";

export const NOUNS: Readonly<Record<Folder, string>> = { gateways: "gateway", agents: "agent", connections: "connection" };
const SIGNS: Readonly<Record<Exclude<PlannedChange["kind"], "same">, string>> = { added: "+", changed: "~", surplus: "-" };

/** Whether the stack is as the file says, and has nothing beside it. */
export function isSame(changes: readonly PlannedChange[]): boolean {
  return changes.every(({ kind }) => kind === "same");
}

export function nameOf({ folder, name }: Pick<PlannedChange, "folder" | "name">): string {
  return `${NOUNS[folder]} ${name}`;
}

export function toPlanJson(changes: readonly PlannedChange[]) {
  return changes.map((change) => ({
    kind: change.kind,
    what: NOUNS[change.folder],
    name: change.name,
    ...("differences" in change && { fields: change.differences }),
  }));
}

export function toPlanLines(changes: readonly PlannedChange[], { isPruning }: { readonly isPruning: boolean }): readonly string[] {
  const same = changes.filter(({ kind }) => kind === "same").length;
  return [
    ...changes.flatMap((change) => toLines(change, isPruning)),
    isSame(changes) ? `No difference: ${same} as the file says.` : `${same} as the file says.`,
  ];
}

function toLines(change: PlannedChange, isPruning: boolean): readonly string[] {
  if (change.kind === "same") return [];
  const head = `${SIGNS[change.kind]} ${nameOf(change)}`;
  if (change.kind === "surplus") return [`${head}: ${isPruning ? "is removed" : "is there, but not in the file"}`];
  const isUnread = change.kind === "changed" && change.isUnread;
  return [
    `${head}${isUnread ? ": no function takes what is there, of which nothing is shown" : ""}`,
    ...toDifferenceLines(change.differences, change.kind),
  ];
}

/** Field by field, of a document that is new or changed. */
export function toDifferenceLines(differences: readonly Difference[], ofDocument: "added" | "changed"): readonly string[] {
  return differences.map((difference) => `    ${difference.path}: ${toWords(difference, ofDocument)}`);
}

function toWords({ kind, was, is, isSecret }: Difference, ofDocument: "added" | "changed"): string {
  if (kind === "same") return `${SECRET} same`;
  if (kind === "added") return ofDocument === "added" ? `${is}` : `${is} (new)`;
  if (kind === "removed") return `${was} (goes)`;
  return isSecret ? `${SECRET} differs` : `${was} → ${is}`;
}
