/** `ccgw gateway remove NAME`: its document, which can be restored for 30 days. Stays where an agent or a connection is of it. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { type Removal, removeDocument } from "../removal.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { nameOf } from "../setup-file/shown-plan.ts";
import { assertUnused, findConnections } from "../users.ts";

export function createGatewayRemove() {
  return createCommand("remove", "its document, which can be restored for 30 days")
    .argument("<name>", "of the gateway")
    .option("--yes", "do not ask")
    .action((name, { yes, ...options }) =>
      answerFromBook(options, (book, place, { prompter }) => removeGateway(book, place, { name, isSure: yes === true, prompter })),
    );
}

export async function removeGateway(book: SecretBook, place: Place, removal: Removal): Promise<Report> {
  const { name } = removal;
  // One that no function takes can be removed, too.
  const seen = await book.require("gateways", name);
  return removeDocument(book, place, removal, {
    ...{ folder: "gateways", seen, assertUnused: () => assertGatewayUnused(book, name) },
    after: ["The records of its transfers stay as long as any: made again under this name, it goes on with them."],
  });
}

async function assertGatewayUnused(book: SecretBook, name: string): Promise<void> {
  const agents = (await book.list("agents")).flatMap((agent) => (agent.name.startsWith(`${name}/`) ? [agent.name] : []));
  const connections = await findConnections(book, ({ gateway }) => gateway === name);
  assertUnused(`Gateway ${name}`, [
    ...agents.map((agent) => nameOf({ folder: "agents", name: agent })),
    ...connections.map((connection) => nameOf({ folder: "connections", name: connection })),
  ]);
}
