/** `ccgw agent list`: all agents, by gateway, and how their sessions are held. */
import { answerFromBook, createCommand } from "../command.ts";
import { readListed } from "../listed-documents.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

export function createAgentList() {
  return createCommand("list", "all agents").action((options) => answerFromBook(options, listAgents));
}

export async function listAgents(book: SecretBook): Promise<Report> {
  const listed = await readListed(book, "agents");
  const agents = listed.map(({ name, changedAt, ...kept }) =>
    "broken" in kept ? { name, broken: kept.broken, changedAt } : { name, session: kept.document.session, changedAt },
  );
  if (agents.length === 0) return { json: { agents }, lines: ["There is no agent yet."] };
  const rows = agents.map((each) => ("broken" in each ? [each.name, "", `broken: ${each.broken}`] : [each.name, String(each.session), ""]));
  const exitCode = agents.some((each) => "broken" in each) ? 1 : 0;
  return { json: { agents }, lines: toTable(["agent", "session", ""], rows), exitCode };
}
