/** `ccgw connection show NAME`: what it may do, and by which secrets it is proven: their ids, and until when each is good. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toShown } from "../shown-document.ts";

export function createConnectionShow() {
  return createCommand("show", "one connection, without its secrets")
    .argument("<name>", "of the connection")
    .action((name, options) => answerFromBook(options, (book, { config }) => showConnection(book, name, config.publicBaseUrl)));
}

export async function showConnection(book: SecretBook, name: string, publicBaseUrl: string): Promise<Report> {
  const { document, writtenAt } = await book.require("connections", name);
  const { source } = await book.parse("connections", name, document);
  const shown = toShown(document);
  // Lex has its function invoked.
  const url = source.schemes.some(({ id }) => id === "invoked-by-lambda") ? undefined : `${publicBaseUrl}/v1/transfers/${name}`;
  return {
    json: { name, url, writtenAt, document: shown },
    lines: [...(url === undefined ? [] : [`POST ${url}`]), `written ${writtenAt}`, JSON.stringify(shown, undefined, 2)],
  };
}
