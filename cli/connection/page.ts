/**
 * What the page of a source (docs/connect) says to whoever administers its caller: in a sheet, since that reader has the sheet alone. Links into the repository
 * become their words, and the address is the connection's own.
 */
import { readFile } from "node:fs/promises";

const PAGES = new URL("../../docs/connect/", import.meta.url);
/** By what they are called in the sheet. */
const SECTIONS = [
  ["Where this caller gets the call id", "Where the call id comes from"],
  ["On the side of the caller", "On the vendor's side"],
  ["What this caller is answered", "What the answers mean"],
] as const;
/** To a page that its reader has not. */
const REFERENCE = /\s*See \[the call id\]\([^)]*\)\./g;
const LINK = /\[([^\]]+)\]\((?!https?:)[^)]*\)/g;

interface Addressed {
  readonly name: string;
  readonly publicBaseUrl: string;
}

/** As Markdown. */
export async function readPage(source: string, { name, publicBaseUrl }: Addressed): Promise<readonly string[]> {
  const page = await readFile(new URL(`${source}.md`, PAGES), "utf8");
  return SECTIONS.flatMap(([title, heading]) => {
    const [, text = ""] = page.split(`\n## ${heading}\n`);
    const [section = ""] = text.split(/^## /m);
    const words = section.replaceAll(REFERENCE, "").replaceAll(LINK, "$1").trim();
    const own = words.replaceAll("https://<api>", publicBaseUrl).replaceAll("<connection>", name);
    return own === "" ? [] : [`## ${title}`, "", ...own.split("\n"), ""];
  });
}
