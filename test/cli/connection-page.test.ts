/** What of a source's page goes into the sheet of a connection: whoever reads it has nothing beside it. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { readPage } from "../../cli/connection/page.ts";
import { SOURCE_IDS } from "../../lib/sources/index.ts";

const OWN = { name: "crm", publicBaseUrl: "https://hooks.example.com", connection: { settings: { targets: {} } } };

it.each(SOURCE_IDS)("of %s nothing refers to what its reader has not", async (source) => {
  const page = await readFile(new URL(`../../docs/connect/${source}.md`, import.meta.url), "utf8");
  const words = (await readPage(source, OWN)).join("\n").replaceAll(/\s+/g, " ");
  expect(words).toContain("## Where this caller gets the call id");
  expect(words).not.toMatch(/\.md\b|<api>|<connection>|section of their own|As for `|these names\.| as the call id|\bsee one event/i);
  const links = [...page.matchAll(/\[([^\]]+)\]\((?!https?:)[^)]*\)/g)].map(([, text = ""]) => text.replaceAll(/\s+/g, " "));
  const stumps = links.filter((text) =>
    [`: ${text}.`, `; ${text}.`, ` see ${text}`, ` See ${text}`].some((stump) => words.includes(stump)),
  );
  expect(stumps).toEqual([]);
});

it("has the rest of a sentence, and the names that are read", async () => {
  const words = async (source: string) => (await readPage(source, OWN)).join("\n");
  expect(await words("api")).toContain("| It may have happened. Ask at its `Location`. |");
  expect(await words("api")).toContain("without it, the other one has ended. |");
  expect(await words("api")).toContain("any query parameter but `dryRun`.\n");
  expect(await words("generic")).toMatch(/From a field of your own in whatever sends the webhook\.\n/);
  expect(await words("dialogflow-cx")).toContain("have these names (`ccgw_call_id`, ");
});
