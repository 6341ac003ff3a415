/** What refers to a gateway or an agent: without it, none of its transfers can be made. */
import { readListed } from "./listed-documents.ts";
import { CommandError } from "./problem.ts";
import type { Document, SecretBook } from "./secret-book.ts";

/** By name. */
export async function findConnections(book: SecretBook, isUser: (document: Document) => boolean): Promise<readonly string[]> {
  const connections = await readListed(book, "connections");
  return connections.flatMap((each) => ("document" in each && isUser(each.document) ? [each.name] : []));
}

/** Throws a `CommandError` that names each. */
export function assertUnused(what: string, users: readonly string[]): void {
  if (users.length > 0) throw new CommandError(`${what} is in use, and stays: by ${users.join(", ")}. Change or remove these first.`);
}
