/** `ccgw agent list`: all agents, by gateway, and how their sessions are held. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

export function createAgentList() {
  return createCommand("list", "all agents").action((options) => answerFromBook(options, listAgents));
}

async function listAgents(book: SecretBook): Promise<Report> {
  const listed = await book.list("agents");
  const agents = await Promise.all(
    listed.map(async ({ name, changedAt }) => ({ name, session: (await book.read("agents", name))?.document.session, changedAt })),
  );
  if (agents.length === 0) return { json: { agents }, lines: ["There is no agent yet."] };
  return {
    json: { agents },
    lines: toTable(
      ["agent", "session"],
      agents.map(({ name, session }) => [name, String(session)]),
    ),
  };
}
