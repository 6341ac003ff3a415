/** SECURITY.md, held against the repository: each test that it names is there, and each link leads somewhere. */
import { access, readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const ROOT = new URL("../", import.meta.url);
const text = await readFile(new URL("SECURITY.md", ROOT), "utf8");
const isThere = (path: string) =>
  access(new URL(path, ROOT)).then(
    () => true,
    () => false,
  );
const slugOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");

it.each([...new Set(text.match(/test\/[\w/.-]+\.test\.ts/g))])("names a test that is there: %s", async (path) => {
  expect(await isThere(path)).toBe(true);
});

it.each([
  ...new Set([...text.matchAll(/\]\(([^)#\s]+)?(?:#([\w-]+))?\)/g)].map(([, path = "SECURITY.md", anchor = ""]) => `${path}#${anchor}`)),
])("leads to a place that is there: %s", async (link) => {
  const [path = "", anchor] = link.split("#");
  expect(await isThere(path)).toBe(true);
  if (!anchor) return;
  const headings = [...(await readFile(new URL(path, ROOT), "utf8")).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => slugOf(heading));
  expect(headings).toContain(anchor);
});

it("says of each threat how it is met and what proves it, but for the one that no test can", () => {
  const section = text.slice(text.indexOf("## Threats"), text.indexOf("## Known"));
  const rows = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| threat"));
  expect(rows.filter((row) => !row.includes("test/"))).toEqual([expect.stringContaining("npm run check:secrets")]);
  expect(rows.length).toBeGreaterThan(20);
});
