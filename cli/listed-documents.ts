/** All documents of a folder, for a list of them: one that cannot be read as one is told as broken, and hides no other. */
import type { Document, Folder, Listed, SecretBook } from "./secret-book.ts";

/** What is wrong is never what is in it. */
type ListedDocument = Listed & ({ readonly document: Document } | { readonly broken: string });

export async function readListed(book: SecretBook, folder: Folder): Promise<readonly ListedDocument[]> {
  const listed = await book.list(folder);
  return Promise.all(
    listed.map(async (each) => {
      const { document = {}, broken } = (await book.find(folder, each.name)) ?? {};
      return broken === undefined ? { ...each, document } : { ...each, broken };
    }),
  );
}
