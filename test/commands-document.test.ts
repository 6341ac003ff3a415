/**
 * docs/commands.md, held against every block of commands in the documents: a test runs it, or somebody did by hand, or it says why nobody could. A block that is new or
 * changed is missing there: the row that is to be completed is in what this test says.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, read } from "./support/connect-documents.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";

const PATH = "docs/commands.md";
const PAGES = [
  ...["CONTRIBUTING.md", "README.md", "UPGRADING.md"],
  ...["docs", "examples"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).flatMap((name) =>
      name.endsWith(".md") ? [join(folder, name)] : [],
    ),
  ),
].filter((page) => page !== PATH);
/** A block without a language that begins so has commands, too. */
const COMMAND = /^(?:\$ )?(?:aws|cat|cd|curl|docker|export|for|gcloud|git|node|npm|npx|openssl|paconn|pip|printf|sf) /;
const BLOCK = /^```(\w*)\n(.*?)^```$/gms;

interface Block {
  readonly page: string;
  readonly digest: string;
  readonly begins: string;
}

function blocksIn(page: string): Block[] {
  return [...read(page).matchAll(BLOCK)].flatMap(([, language = "", text = ""]) => {
    const isCommands = ["sh", "bash", "shell", "console"].includes(language) || (language === "" && COMMAND.test(text));
    const [first = ""] = text.split("\n");
    const begins = first.replaceAll(/[`|]/g, "").slice(0, 60).trim();
    return isCommands ? [{ page, digest: createHash("sha256").update(text).digest("hex").slice(0, 8), begins }] : [];
  });
}

const toRow = ({ page, digest, begins }: Block) => `| ${page} | \`${digest}\` | \`${begins}\` |`;
const BLOCKS = PAGES.flatMap(blocksIn);
const ROWS = readTables(read(PATH))
  .filter(({ columns }) => columns.includes("run"))
  .flatMap(({ rows }) => rows);

describe("the list of commands", () => {
  it("has each block of commands in the documents, as it stands there, and none that is gone", () => {
    const listed = ROWS.map(([page = "", digest, begins]) => toRow({ page, digest: unquote(digest), begins: unquote(begins) }));
    expect(listed.toSorted()).toEqual(BLOCKS.map(toRow).toSorted());
  });

  it.each(ROWS.map(([page, digest, , run = "", outcome = ""]) => ({ page, digest, run, outcome })))(
    "says which test runs it, or who did and what came out, or why nobody could: $page $digest",
    ({ run, outcome }) => {
      expect(run).toMatch(/^(?:\[test\]\([^)]+\.test\.ts\)|by hand, 20\d\d-\d\d-\d\d|not run)$/);
      const [, path] = /\(([^)]+)\)/.exec(run) ?? [];
      if (path !== undefined) expect(existsSync(join(ROOT, dirname(PATH), path))).toBe(true);
      else expect(outcome).not.toBe("");
    },
  );
});
