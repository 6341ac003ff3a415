/**
 * docs/commands.md, held against every block of commands in the documents and every command in their text: a test runs it, or somebody did by hand, or it says why nobody
 * could. One that is new or changed is missing there: the row that is to be completed is in what this test says.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ROOT, read } from "./support/connect-documents.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";

const PATH = "docs/commands.md";
const PAGES = [
  ...["CONTRIBUTING.md", "README.md", "SECURITY.md", "UPGRADING.md"],
  ...["docs", "examples"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).flatMap((name) =>
      name.endsWith(".md") ? [join(folder, name)] : [],
    ),
  ),
].filter((page) => page !== PATH);
const PROGRAMS = "aws|cat|cd|curl|docker|export|for|gcloud|git|node|npm|npx|openssl|paconn|pip|printf|sf";
/** A block without a language that begins so has commands, too. */
const COMMAND = new RegExp(`^(?:\\$ )?(?:${PROGRAMS}) `);
const BLOCK = /^```(\w*)\n(.*?)^```$/gms;
const IN_TEXT = new RegExp(`\`((?:${PROGRAMS}) [^\`]+)\``, "g");

interface Block {
  readonly page: string;
  readonly digest: string;
  readonly begins: string;
  readonly commands: readonly string[];
}

function blocksIn(page: string): Block[] {
  return [...read(page).matchAll(BLOCK)].flatMap(([, language = "", text = ""]) => {
    const isCommands = ["sh", "bash", "shell", "console"].includes(language) || (language === "" && COMMAND.test(text));
    const [first = ""] = text.split("\n");
    const begins = first.replaceAll(/[`|]/g, "").slice(0, 60).trim();
    return isCommands
      ? [{ page, digest: createHash("sha256").update(text).digest("hex").slice(0, 8), begins, commands: commandsOf(text) }]
      : [];
  });
}

/** Each by itself, without what is said of it. */
function commandsOf(block: string): string[] {
  return block
    .split("\n")
    .flatMap((line) => line.replace(/\s+#.*$/, "").split(" && "))
    .filter((command) => COMMAND.test(command));
}

function commandsInText(page: string): string[] {
  return [...read(page).replaceAll(BLOCK, "").matchAll(IN_TEXT)]
    .map(([, command = ""]) => command.replaceAll(/\s+/g, " ").replaceAll("|", ""))
    .filter((command) => !command.startsWith("export const"));
}

const SCRIPTS = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read("package.json"))).scripts;

/** Whether this text runs it: it has the command, or the script that npm would run by it, or its first words as a list for `ccgw`. */
function isRunIn(text: string, command: string): boolean {
  if (text.includes(command)) return true;
  const [, script = "", rest = ""] = /^npm (?:run )?(\S+)(?: -- (.*))?$/.exec(command) ?? [];
  const run = SCRIPTS[script] === undefined ? command : `${SCRIPTS[script]} ${rest}`;
  const [, folder, name] = /^node (dev|scripts)\/(\S+)\.ts/.exec(run) ?? [];
  if (name !== undefined) return [`${folder}/${name}.ts`, `runDev("${name}"`, `runScript("${name}"`].some((way) => text.includes(way));
  const [, given] = /^(?:npx ccgw|node cli\/ccgw\.mjs) (.*)$/.exec(run) ?? [];
  const words = given?.match(/^[a-z][a-z-]+(?: [a-z][a-z-]+)?/)?.[0].split(" ");
  return words !== undefined && text.includes(`[${words.map((word) => JSON.stringify(word)).join(", ")}`);
}

/** With the helpers that it imports: what several tests run is there. */
function textOf(path: string): string {
  const text = readFileSync(join(ROOT, path), "utf8");
  const helpers = [...text.matchAll(/from "(\.[^"]*\/support\/[^"]+)"/g)].map(([, helper = ""]) => join(dirname(path), helper));
  return [text, ...helpers.map((helper) => readFileSync(join(ROOT, helper), "utf8"))].join("\n");
}

/** Whether this text takes the blocks of a page from the page: by its path, by the name of an example's folder, or with all pages for callers. */
function isTakenIn(text: string, page: string): boolean {
  if (page.startsWith("docs/connect/") && text.includes("PAGES.flatMap((page) =>\n  [...read(page)")) return true;
  const names = [page, ...(page.startsWith("examples/") ? [basename(dirname(page))] : [])];
  return text.includes("blocksOf(") && names.some((name) => text.includes(`"${name}"`));
}

const toRow = ({ page, digest, begins }: Omit<Block, "commands">) => `| ${page} | \`${digest}\` | \`${begins}\` |`;
const BLOCKS = PAGES.flatMap(blocksIn);
const TABLES = readTables(read(PATH)).filter(({ columns }) => columns.includes("run"));
const ROWS = TABLES.filter(({ columns }) => columns.includes("digest")).flatMap(({ rows }) => rows);
const ROWS_IN_TEXT = TABLES.filter(({ columns }) => columns.includes("command"))
  .flatMap(({ rows }) => rows)
  .map(([commands = "", run = "", outcome = ""]) => ({
    commands: [...commands.matchAll(/`([^`]+)`/g)].map(([, command = ""]) => command),
    run,
    outcome,
  }));

/** The file that runs it, where one does; else it says when somebody did, or why nobody. */
function runnerOf(run: string, outcome: string): string | undefined {
  expect(run).toMatch(/^(?:\[test\]\([^)]+\.test\.ts\)|\[\.ci\/run\]\(\.\.\/\.ci\/run\)|by hand, 20\d\d-\d\d-\d\d|not run)$/);
  const [, path] = /\(([^)]+)\)/.exec(run) ?? [];
  if (path === undefined) expect(outcome).not.toBe("");
  return path === undefined ? undefined : join(dirname(PATH), path);
}

describe("the list of commands", () => {
  it("has each block of commands in the documents, as it stands there, and none that is gone", () => {
    const listed = ROWS.map(([page = "", digest, begins]) => toRow({ page, digest: unquote(digest), begins: unquote(begins) }));
    expect(listed.toSorted()).toEqual(BLOCKS.map(toRow).toSorted());
  });

  it("has each command in their text, and none that is gone", () => {
    const commands = ROWS_IN_TEXT.flatMap((row) => row.commands);
    expect(commands.toSorted()).toEqual([...new Set(PAGES.flatMap(commandsInText))].toSorted());
  });

  it.each(ROWS.map(([page = "", digest, , run = "", outcome = ""]) => ({ page, digest: unquote(digest), run, outcome })))(
    "says which test runs it, or who did and what came out, or why nobody could: $page $digest",
    ({ page, digest, run, outcome }) => {
      const runner = runnerOf(run, outcome);
      if (runner === undefined) return;
      const text = textOf(runner);
      const { commands } = BLOCKS.find((block) => block.page === page && block.digest === digest) ?? { commands: [] };
      const isRun = text.includes(digest) || isTakenIn(text, page) || commands.some((command) => isRunIn(text, command));
      expect({ runner, isRun }).toEqual({ runner, isRun: true });
    },
  );

  it.each(ROWS_IN_TEXT)("says so of those in the text, too: $commands", ({ commands, run, outcome }) => {
    const runner = runnerOf(run, outcome);
    if (runner === undefined) return;
    const text = textOf(runner);
    expect(commands.filter((command) => !command.split(" && ").some((part) => isRunIn(text, part)))).toEqual([]);
  });
});
