/** `ccgw gateway list`: all sites. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

export function createGatewayList() {
  return createCommand("list", "all gateways").action((options) => answerFromBook(options, listGateways));
}

async function listGateways(book: SecretBook): Promise<Report> {
  const listed = await book.list("gateways");
  const gateways = await Promise.all(
    listed.map(async ({ name, changedAt }) => {
      const { url, authMode, ca } = (await book.read("gateways", name))?.document ?? {};
      return { name, url, authMode, isPinned: ca !== undefined, changedAt };
    }),
  );
  if (gateways.length === 0) return { json: { gateways }, lines: ["There is no gateway yet."] };
  const rows = gateways.map(({ name, url, isPinned }) => [name, String(url), isPinned ? "its own authority" : "public authorities"]);
  return { json: { gateways }, lines: toTable(["name", "url", "trusts"], rows) };
}
