/** The examples for tools: their pages, files, links and placeholders. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { blocksOf, ROOT, read } from "../support/connect-documents.ts";
import { pageOfTool, TOOLS } from "../support/examples.ts";
import { readTables, unquote } from "../support/markdown-tables.ts";

const FILES = readdirSync(join(ROOT, "examples"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
const HEADINGS = ["Steps", "What it sends", "What it does with each answer", "What was verified"];

describe("the examples", () => {
  it("are all in the table of their index", () => {
    const [table] = readTables(read("examples/README.md"));
    expect(table?.rows.map(([tool]) => /\((.*)\/README\.md\)/.exec(tool ?? "")?.[1]).toSorted()).toEqual(TOOLS.toSorted());
    for (const [tool = "", source] of table?.rows ?? [])
      expect(read(`examples/${/\((.*)\)/.exec(tool)?.[1]}`)).toContain(`--source ${unquote(source)} `);
  });

  it.each(TOOLS)("have a page with the same headings, and say what was verified and what was not: %s", (tool) => {
    const page = read(pageOfTool(tool));
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(HEADINGS);
    const tables = readTables(page).map(({ heading }) => heading);
    expect(tables).toContain("What it does with each answer");
    expect(tables).toContain("What was verified");
    expect(page.split("## What was verified")[1]).toMatch(/by a test[\s\S]*\*\*not /);
  });

  it.each(FILES)("parse: %s", (file) => {
    const text = read(file);
    if (file.endsWith(".md")) for (const block of blocksOf(file, "json")) expect(() => JSON.parse(block)).not.toThrow();
    if (extname(file) === ".json") expect(() => JSON.parse(text)).not.toThrow();
    if (extname(file) === ".xml") expect(XMLValidator.validate(text)).toBe(true);
  });

  it.each(FILES)("have no secret and no host but the placeholder: %s", (file) => {
    const text = read(file);
    expect(text).not.toMatch(/whsec_|Bearer [\w-]{9,}|"(?:password|api_?key|x-api-key|secret)" *: *"[^"$@{]/i);
    const hosts = [...text.matchAll(/https?:\/\/([^/\s"'<>)]+)\/v1\//g)].map(([, host]) => host);
    expect(hosts.filter((host) => host !== "hooks.example.com")).toEqual([]);
  });

  it.each(FILES)("ask at addresses that the description has: %s", (file) => {
    const { paths } = JSON.parse(read("api/swagger.json"));
    const patterns = Object.keys(paths).map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`));
    const addresses = [...read(file).matchAll(/\/v1\/[^\s"'`<>)?]+/g)].map(([address]) => address);
    expect(addresses.filter((address) => !patterns.some((pattern) => pattern.test(address)))).toEqual([]);
  });

  it.each(FILES.filter((file) => file.endsWith(".md")))("link to files that there are: %s", (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => join(dirname(file), path));
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(TOOLS)("name each of their files on their page: %s", (tool) => {
    const files = FILES.filter((file) => file.startsWith(`examples/${tool}/`) && !file.endsWith("/README.md"));
    for (const file of files) expect(read(pageOfTool(tool))).toContain(`](${file.slice(`examples/${tool}/`.length)})`);
  });
});
