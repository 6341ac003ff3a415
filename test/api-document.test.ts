/** docs/api.md, held against what it tells of: its files, its port, its command, and what it quotes of the descriptions. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parsePorts } from "../dev/ports.ts";
import { DEMO_CONNECTION, DEMO_KEY } from "../dev/seed.ts";
import manifest from "../package.json" with { type: "json" };
import { toDescriptions } from "../scripts/api/descriptions.ts";
import { readDescription } from "./support/api-descriptions.ts";
import { blocksOf, ROOT, read } from "./support/connect-documents.ts";
import { readTables } from "./support/markdown-tables.ts";

const PATH = "docs/api.md";
const DOCUMENT = read(PATH);

describe("docs/api.md", () => {
  it("names every file that there is", () => {
    const [files] = readTables(DOCUMENT);
    const named = files?.rows.map(([file]) => /`([^`]+)`/.exec(file ?? "")?.[1]);
    expect(named).toEqual(Object.keys(toDescriptions(manifest.version)));
  });

  it("has the local stack's port, connection and key, and npm scripts that there are", () => {
    expect(DOCUMENT).toContain(`<http://127.0.0.1:${parsePorts({}).docs}/docs>`);
    expect(DOCUMENT).toContain(`(connection \`${DEMO_CONNECTION}\`, key \`${DEMO_KEY}\`)`);
    for (const [, name = ""] of DOCUMENT.matchAll(/npm run ([a-z-]+)/g)) expect(Object.keys(manifest.scripts)).toContain(name);
  });

  it("has a command that puts another address into both files", () => {
    const folder = mkdtempSync(join(tmpdir(), "ccgw-api-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    symlinkSync(join(ROOT, "api"), join(folder, "api"));
    const [command = ""] = blocksOf(PATH, "sh");
    execFileSync("sh", ["-c", command], { cwd: folder });
    for (const name of ["openapi.yaml", "swagger.json"]) {
      const text = readFileSync(join(folder, name), "utf8");
      expect(text).toContain("hooks.customer.example");
      expect(text).not.toContain("hooks.example.com");
    }
  });

  it("quotes the titles that a tool shows", () => {
    const { paths, definitions } = JSON.parse(readDescription("swagger.json"));
    expect(DOCUMENT).toContain(`*${paths["/v1/transfers/{connection}"].post.summary}*`);
    expect(DOCUMENT).toContain(`*${paths["/v1/connections/{connection}"].get.summary}*`);
    for (const name of ["callId", "target", "deliveryId"])
      expect(DOCUMENT).toContain(`*${definitions.TransferRequest.properties[name]["x-ms-summary"]}*`);
  });

  it("links to files that there are", () => {
    const links = [...DOCUMENT.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, dirname(PATH), path)))).toEqual([]);
  });
});
