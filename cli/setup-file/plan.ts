/** What a setup file would change, found and checked before anything is written: its references followed, its documents held against the functions' schemas. */
import type * as z from "zod";
import { HandedOverAgent } from "../../lib/sessions/handing-over.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";
import { CommandError } from "../problem.ts";
import { type Document, type Folder, type Found, type Kept, SCHEMAS, type SecretBook } from "../secret-book.ts";
import { compareDocuments, type Difference } from "./difference.ts";
import { type Made, type Origins, type Resolved, resolveDocument } from "./resolve.ts";
import { FOLDERS, type Mistake, type Setup, toMistakes } from "./setup-file.ts";

interface Change {
  readonly folder: Folder;
  readonly name: string;
}

/** To be written. */
interface Writing extends Change {
  readonly document: Document;
  readonly differences: readonly Difference[];
  readonly made: readonly Made[];
}

export type PlannedChange =
  | (Writing & { readonly kind: "added" })
  /** `isUnread`: what is there is nothing that a function takes, so that nothing of it is shown. */
  | (Writing & { readonly kind: "changed"; readonly seen: Kept; readonly isUnread: boolean })
  | (Change & { readonly kind: "same" })
  /** There, but not in the file. */
  | (Change & { readonly kind: "surplus"; readonly seen: Kept });

export type PlannedWriting = Extract<PlannedChange, { kind: "added" | "changed" }>;

export function isWriting(change: PlannedChange): change is PlannedWriting {
  return change.kind === "added" || change.kind === "changed";
}

interface Planning {
  readonly setup: Setup;
  readonly book: Pick<SecretBook, "list" | "find" | "parse">;
  readonly origins: Origins;
  /** Whether what is not in the file is to go. */
  readonly isPruning: boolean;
}

type Present = Readonly<Record<Folder, ReadonlyMap<string, Found>>>;

/** In the order in which they are to be written. Throws a `CommandError` with all that is wrong, by file and line. */
export async function planChanges({ setup, book, origins, isPruning }: Planning): Promise<readonly PlannedChange[]> {
  const present: Present = {
    gateways: await readAll(book, "gateways"),
    agents: await readAll(book, "agents"),
    connections: await readAll(book, "connections"),
  };
  const changes: PlannedChange[] = [];
  const mistakes: Mistake[] = [];
  for (const folder of FOLDERS) {
    for (const [name, document] of Object.entries(setup.documents[folder])) {
      const seen = present[folder].get(name);
      const resolved = await resolveDocument({ folder, name, document, current: seen }, origins);
      const found = resolved.mistakes.length > 0 ? resolved.mistakes : await findMistakes(folder, name, resolved.document);
      mistakes.push(...found);
      if (found.length === 0) changes.push(await toChange({ folder, name, seen, resolved }, book));
    }
    const surplus = [...present[folder]].filter(([name]) => !Object.hasOwn(setup.documents[folder], name));
    changes.push(...surplus.map(([name, seen]) => ({ kind: "surplus" as const, folder, name, seen })));
  }
  mistakes.push(...findMissing(setup, (folder, name) => !isPruning && present[folder].has(name)));
  if (mistakes.length > 0) throw setup.refuse(mistakes);
  return changes;
}

async function readAll(book: Planning["book"], folder: Folder): Promise<ReadonlyMap<string, Found>> {
  const listed = await book.list(folder);
  const kept = await Promise.all(listed.map(async ({ name }) => [name, await book.find(folder, name)] as const));
  return new Map(kept.flatMap(([name, document]) => (document === undefined ? [] : [[name, document] as const])));
}

interface Comparing extends Change {
  readonly seen: Kept | undefined;
  readonly resolved: Resolved;
}

async function toChange({ folder, name, seen, resolved }: Comparing, book: Planning["book"]): Promise<PlannedChange> {
  const { document, isReferred: isHidden, made } = resolved;
  if (seen === undefined)
    return { kind: "added", folder, name, document, made, differences: compareDocuments({ was: undefined, is: document, isHidden }) };
  const isUnread = !(await isTaken(book, { folder, name }, seen.document));
  const differences = compareDocuments({ was: isUnread ? undefined : seen.document, is: document, isHidden });
  if (differences.every(({ kind }) => kind === "same")) return { kind: "same", folder, name };
  return { kind: "changed", folder, name, document, made, seen, differences, isUnread };
}

/** Whether the functions take it. */
export function isTaken(book: Pick<SecretBook, "parse">, { folder, name }: Change, document: Document): Promise<boolean> {
  return book.parse(folder, name, document).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CommandError) return false;
      throw error;
    },
  );
}

async function findMistakes(folder: Folder, name: string, document: Document): Promise<readonly Mistake[]> {
  // What proves who hands a session over is read by another function.
  const schemas: readonly z.ZodType[] = folder === "agents" ? [SCHEMAS.agents, HandedOverAgent] : [SCHEMAS[folder]];
  for (const schema of schemas) {
    const parsed = await schema.safeParseAsync(document, { error: inOurWords });
    if (!parsed.success) return toMistakes(parsed.error, [folder, name]);
  }
  return [];
}

/** Gateways and agents that are referred to, and would not be there. */
function findMissing({ documents }: Setup, isThere: (folder: Folder, name: string) => boolean): readonly Mistake[] {
  const isMissing = (folder: Folder, name: string) => !Object.hasOwn(documents[folder], name) && !isThere(folder, name);
  const ofAgents = Object.keys(documents.agents).flatMap((agent) => {
    const [gateway = ""] = agent.split("/");
    return isMissing("gateways", gateway) ? [{ path: ["agents", agent], message: `is of a gateway that is not there: ${gateway}` }] : [];
  });
  const ofConnections = Object.entries(documents.connections).flatMap(([name, { gateway, agentId }]) => {
    if (typeof gateway !== "string") return [];
    const path = ["connections", name];
    if (isMissing("gateways", gateway)) return [{ path: [...path, "gateway"], message: `is one that is not there: ${gateway}` }];
    const agent = `${gateway}/${agentId}`;
    const isUnknown = typeof agentId === "string" && isMissing("agents", agent);
    return isUnknown ? [{ path: [...path, "agentId"], message: `is of an agent that is not there: ${agent}` }] : [];
  });
  return [...ofAgents, ...ofConnections];
}
