/** `ccgw connection list`: who may ask, and for what. No secret is shown. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

export function createConnectionList() {
  return createCommand("list", "all connections").action((options) => answerFromBook(options, listConnections));
}

async function listConnections(book: SecretBook): Promise<Report> {
  const listed = await book.list("connections");
  const connections = await Promise.all(
    listed.map(async ({ name, changedAt }) => {
      const kept = await book.read("connections", name);
      const { source, gateway, agentId, enabled = true, test = false } = kept?.document ?? {};
      return { name, source, gateway, agentId, enabled, test, changedAt };
    }),
  );
  if (connections.length === 0) return { json: { connections }, lines: ["There is no connection yet: ccgw connection add makes one."] };
  const rows = connections.map(({ name, source, gateway, agentId, enabled, test }) => [
    name,
    String(source),
    `${gateway}/${agentId ?? "any"}`,
    enabled === false ? "disabled" : test === true ? "test" : "",
  ]);
  return { json: { connections }, lines: toTable(["name", "source", "agent", ""], rows) };
}
