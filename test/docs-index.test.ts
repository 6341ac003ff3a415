/** docs/README.md, held against the pages that there are: each once, and nothing else. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf, ROOT, read } from "./support/connect-documents.ts";
import { readTables } from "./support/markdown-tables.ts";

const PATH = "docs/README.md";
const DOCUMENT = read(PATH);

function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => join(dirname(PATH), path));
}

describe("the index of the documents", () => {
  it("has every page once; those for callers have a table of contents of their own", () => {
    const pages = readdirSync(join(ROOT, "docs"), { withFileTypes: true })
      .map((entry) => (entry.isDirectory() ? `docs/${entry.name}/README.md` : `docs/${entry.name}`))
      .filter((page) => page !== PATH);
    // The steps before them lead to sections.
    const lists = DOCUMENT.slice(DOCUMENT.indexOf("\n## "));
    expect(
      linksIn(lists)
        .filter((path) => path.startsWith("docs/"))
        .toSorted(),
    ).toEqual(pages.toSorted());
  });

  it("links to files that there are", () => {
    expect(linksIn(DOCUMENT).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("has each step of its path in the table below it", () => {
    const [diagram = ""] = blocksOf(PATH, "mermaid");
    const steps = [...diagram.matchAll(/\["([^"]+)"\]/g)].map(([, step]) => step);
    const [path] = readTables(DOCUMENT);
    expect(path?.rows.map(([step]) => step)).toEqual(steps);
    expect(steps).toHaveLength(6);
  });

  it("is where the README sends a newcomer", () => {
    expect(read("README.md")).toContain("](docs/README.md)");
  });
});
