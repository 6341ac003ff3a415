/** `ccgw agent remove GATEWAY/ID`: its document, which can be restored for 30 days. Signs nobody out, and stays where a connection names the agent. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { type Removal, removeDocument } from "../removal.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { nameOf } from "../setup-file/shown-plan.ts";
import { tellLeft, tellSignedIn } from "../signed-in.ts";
import { assertUnused, findConnections } from "../users.ts";
import { parseAgentName } from "./name.ts";

export function createAgentRemove() {
  return createCommand("remove", "its document, which can be restored for 30 days")
    .argument("<gateway/id>", "of the agent, as in main/101")
    .option("--yes", "do not ask")
    .action((name, { yes, ...options }) =>
      answerFromBook(options, (book, place, { prompter }) => removeAgent(book, place, { name, isSure: yes === true, prompter })),
    );
}

export async function removeAgent(book: SecretBook, place: Place, removal: Removal): Promise<Report> {
  const { name } = removal;
  parseAgentName(name);
  // One that no function takes can be removed, too.
  const seen = await book.require("agents", name);
  const left = seen.document.session === "managed" ? [name] : [];
  return removeDocument(book, place, removal, {
    ...{ folder: "agents", seen, assertUnused: () => assertAgentUnused(book, name) },
    including: ", with its secrets",
    before: tellSignedIn(place, left, `ccgw agent remove ${name} --yes`),
    after: ["A request for its sessions is then an invalid-request (422).", ...tellLeft(left)],
  });
}

async function assertAgentUnused(book: SecretBook, name: string): Promise<void> {
  const { gateway, agentId } = parseAgentName(name);
  const connections = await findConnections(book, (each) => each.gateway === gateway && each.agentId === agentId);
  assertUnused(
    `Agent ${name}`,
    connections.map((connection) => nameOf({ folder: "connections", name: connection })),
  );
}
