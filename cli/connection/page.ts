/**
 * What the page of a source (docs/connect) says to whoever administers its caller: in a sheet, since that reader has the sheet alone. Links into the repository
 * become their words, and the address and the target are the connection's own.
 */
import { readFile } from "node:fs/promises";
import { CONVENTIONAL_FIELDS } from "../../lib/mapping/conventional-fields.ts";

const PAGES = new URL("../../docs/connect/", import.meta.url);
/** By what they are called in the sheet. */
const SECTIONS = [
  ["Where this caller gets the call id", "Where the call id comes from"],
  ["On the side of the caller", "On the vendor's side"],
  ["What this caller is answered", "What the answers mean"],
] as const;
/** To a page that its reader has not. */
const LINK = String.raw`\[([^\]]+)\]\((?!https?:)[^)]*\)`;
/** Sentences, and ends of them, that say nothing without it. */
const REFERENCES = [
  String.raw`\s*See\s+${LINK}\.`,
  String.raw`\s*${LINK} have a section of their own\.`,
  String.raw`,\s+filled as\s+${LINK}\s+says`,
  String.raw`As for\s+${LINK}:\s+`,
  String.raw`:\s+(?:see\s+)?${LINK}(?=\.)`,
  String.raw`;\s+see\s+${LINK}[^.]*(?=\.)`,
].map((reference) => new RegExp(reference, "g"));
/** Where the names that are read are listed. */
const NAMES = /\[([^\]]+)\]\(README\.md#the-fields-ccgw_\)/g;

/** The target that the pages speak of. */
const USUAL_TARGET = /\bbilling\b/g;

interface Addressed {
  readonly name: string;
  readonly publicBaseUrl: string;
  readonly connection: { readonly settings: { readonly targets: Readonly<Record<string, unknown>> } };
}

/** As Markdown. */
export async function readPage(source: string, { name, publicBaseUrl, connection }: Addressed): Promise<readonly string[]> {
  const page = await readFile(new URL(`${source}.md`, PAGES), "utf8");
  const targets = Object.keys(connection.settings.targets);
  const target = targets.includes("billing") ? "billing" : (targets[0] ?? "NAME-OF-A-TARGET");
  return SECTIONS.flatMap(([title, heading]) => {
    const [, text = ""] = page.split(`\n## ${heading}\n`);
    const [section = ""] = text.split(/^## /m);
    const words = toWords(section).trim();
    const own = words.replaceAll("https://<api>", publicBaseUrl).replaceAll("<connection>", name).replaceAll(USUAL_TARGET, target);
    return own === "" ? [] : [`## ${title}`, "", ...own.split("\n"), ""];
  });
}

function toWords(section: string): string {
  const names = CONVENTIONAL_FIELDS.map((name) => `\`${name}\``).join(", ");
  return REFERENCES.reduce((text, reference) => text.replaceAll(reference, ""), section)
    .replaceAll(NAMES, `$1 (${names})`)
    .replaceAll(new RegExp(LINK, "g"), "$1");
}
