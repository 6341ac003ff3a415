/** `ccgw gateway list`: all sites. */
import { answerFromBook, createCommand } from "../command.ts";
import { readListed } from "../listed-documents.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

export function createGatewayList() {
  return createCommand("list", "all gateways").action((options) => answerFromBook(options, listGateways));
}

export async function listGateways(book: SecretBook): Promise<Report> {
  const listed = await readListed(book, "gateways");
  const gateways = listed.map(({ name, changedAt, ...kept }) => {
    if ("broken" in kept) return { name, broken: kept.broken, changedAt };
    const { url, authMode, ca } = kept.document;
    return { name, url, authMode, isPinned: ca !== undefined, changedAt };
  });
  if (gateways.length === 0) return { json: { gateways }, lines: ["There is no gateway yet."] };
  const rows = gateways.map((each) => {
    if ("broken" in each) return [each.name, "", "", `broken: ${each.broken}`];
    return [each.name, String(each.url), each.isPinned ? "its own authority" : "public authorities", ""];
  });
  const exitCode = gateways.some((each) => "broken" in each) ? 1 : 0;
  return { json: { gateways }, lines: toTable(["name", "url", "trusts", ""], rows), exitCode };
}
