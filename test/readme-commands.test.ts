/** What can be copied from the README, commands, documents and links, held against what is there. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEMO_CONNECTION, DEMO_KEY } from "../dev/seed.ts";
import { AgentAccess } from "../lib/gateway/agent-access.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import manifest from "../package.json" with { type: "json" };
import { withSecret } from "./support/connect-documents.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("what can be copied from the README", () => {
  const blocks = [...README.matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => code ?? "").join("\n");

  it("has npm scripts that there are", () => {
    const said = [...README.matchAll(/\bnpm (?:run )?([a-z:]+)/g)]
      .map(([, name]) => name ?? "")
      .filter((name) => !["ci", "install"].includes(name));
    const inCode = said.filter((name) => new RegExp(`\`[^\`]*npm (run )?${name}`).test(README));
    expect(inCode.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
    expect(inCode).toEqual(expect.arrayContaining(["start", "test"]));
  });

  it("begins with the two commands", () => {
    expect(blocks).toMatch(/^npm ci && npm start .*\nnpm ci && npm test /m);
  });

  it("has the request of the local stack", () => {
    expect(blocks).toContain(`/v1/transfers/${DEMO_CONNECTION} -H 'Authorization: Bearer ${DEMO_KEY}'`);
  });

  it("has JSON that parses", () => {
    const documents = [...README.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => text ?? "");
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(JSON.parse(document)).toEqual(expect.any(Object));
  });

  it("has secrets that the functions take", async () => {
    const documents = [...README.matchAll(/```json\n(.*?)```/gs)].map(([, text = ""]) => JSON.parse(withSecret(text)));
    const agent = documents.find((document) => "session" in document);
    const connection = documents.find((document) => "source" in document);
    expect((await ConfiguredConnection.safeParseAsync(connection)).error).toBeUndefined();
    expect(AgentAccess.safeParse(agent).error).toBeUndefined();
  });

  it("links to files that there are", () => {
    const links = [...README.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path ?? "");
    expect(links.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
  });
});
