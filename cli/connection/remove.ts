/** `ccgw connection remove NAME`: its document, which can be restored for 30 days. The records of its transfers stay, as long as any. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { CommandError } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
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

interface Removal {
  readonly name: string;
  readonly isSure: boolean;
  readonly prompter: Prompter | undefined;
}

export async function removeConnection(book: SecretBook, { config }: Place, { name, isSure, prompter }: Removal): Promise<Report> {
  // One that no function takes can be removed, too.
  await book.require("connections", name);
  const path = `${config.secretsPrefix}/connections/${name}`;
  const what = [
    `${path}, with its secrets.`,
    `${config.publicBaseUrl}/v1/transfers/${name} then answers 401, and so do the addresses of its transfers' status.`,
    "The records of its transfers stay as long as any: made again under this name, it goes on with them.",
  ];
  if (!isSure) {
    if (prompter === undefined) throw new CommandError(["--yes must be given to remove:", ...what].join("\n"));
    prompter.show("Removed would be", what);
    if (!(await prompter.confirm(`Remove ${name}?`))) throw new CommandError("Nothing was removed.");
  }
  await book.remove("connections", name);
  return {
    json: { name, removed: true, secret: path },
    lines: [
      `Removed: ${what[0]}`,
      ...what.slice(1),
      "It can be restored for 30 days:",
      `  aws secretsmanager restore-secret --secret-id ${path}`,
    ],
  };
}
