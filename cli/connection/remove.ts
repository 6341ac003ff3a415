/** `ccgw connection remove NAME`: its document, which can be restored for 30 days. The records of its transfers stay, as long as any. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { type Removal, removeDocument } from "../removal.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";

export function createConnectionRemove() {
  return createCommand("remove", "its document, which can be restored for 30 days")
    .argument("<name>", "of the connection")
    .option("--yes", "do not ask")
    .action((name, { yes, ...options }) =>
      answerFromBook(options, (book, place, { prompter }) => removeConnection(book, place, { name, isSure: yes === true, prompter })),
    );
}

export async function removeConnection(book: SecretBook, place: Place, removal: Removal): Promise<Report> {
  const { name } = removal;
  // One that no function takes can be removed, too.
  const seen = await book.require("connections", name);
  return removeDocument(book, place, removal, {
    ...{ folder: "connections", seen },
    including: ", with its secrets",
    after: [
      `${place.config.publicBaseUrl}/v1/transfers/${name} then answers 401, and so do the addresses of its transfers' status.`,
      "The records of its transfers stay as long as any: made again under this name, it goes on with them.",
    ],
  });
}
