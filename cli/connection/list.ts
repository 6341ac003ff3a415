/** `ccgw connection list`: who may ask, and for what. No secret is shown. */
import { answerFromBook, createCommand } from "../command.ts";
import { readListed } from "../listed-documents.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

export function createConnectionList() {
  return createCommand("list", "all connections").action((options) => answerFromBook(options, listConnections));
}

export async function listConnections(book: SecretBook): Promise<Report> {
  const listed = await readListed(book, "connections");
  const connections = listed.map(({ name, changedAt, ...kept }) => {
    if ("broken" in kept) return { name, broken: kept.broken, changedAt };
    const { source, gateway, agentId, enabled = true, test = false } = kept.document;
    return { name, source, gateway, agentId, enabled, test, changedAt };
  });
  if (connections.length === 0) return { json: { connections }, lines: ["There is no connection yet: ccgw connection add makes one."] };
  const rows = connections.map((each) => {
    if ("broken" in each) return [each.name, "", "", `broken: ${each.broken}`];
    const { name, source, gateway, agentId, enabled, test } = each;
    return [name, String(source), `${gateway}/${agentId ?? "any"}`, enabled === false ? "disabled" : test === true ? "test" : ""];
  });
  const exitCode = connections.some((each) => "broken" in each) ? 1 : 0;
  return { json: { connections }, lines: toTable(["name", "source", "agent", ""], rows), exitCode };
}
