/** The documents for whoever connects a caller, held against the code: pages, secrets, mappings, names, deadlines, links and sample code. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { CONVENTIONAL_FIELDS } from "../lib/mapping/conventional-fields.ts";
import { compileMapping } from "../lib/mapping/jsonata-mapping.ts";
import { toSettledParameters } from "../lib/sources/answering/summary.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import { SOURCES } from "../lib/sources/index.ts";
import { parseTransferRequest } from "../lib/transfer/request.ts";
import { DOCUMENTS, IDS, PAGES, PROOF, pageOf, ROOT, read, toWebhook } from "./support/connect-documents.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";
import { makeDrafts } from "./support/opened.ts";

const HEADINGS =
  "Where the call id comes from|On the vendor's side|The connection's secret|Mapping|Test without moving a customer|What the answers mean|Waiting and repeating";
/** Pages whose sample on the vendor's side is a whole body. */
const WITH_BODY = "api bot-framework botpress freshdesk generic hubspot salesforce-flow standard-webhooks zendesk".split(" ");

function blocksOf(document: string, language: string): string[] {
  return [...read(document).matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, found, text = ""]) => (found === language ? [text] : []));
}

function connectionsIn(document: string): unknown[] {
  return blocksOf(document, "json").flatMap((text) => (text.includes('"schemaVersion"') ? [JSON.parse(text)] : []));
}

function headingsIn(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
}

describe("the pages for callers", () => {
  it("are one for each source, beside their table of contents", () => {
    expect(PAGES.toSorted()).toEqual([...IDS.map(pageOf), pageOf("README")].toSorted());
    const rows = readTables(read(pageOf("README"))).find(({ columns }) => columns.includes("our deadline"))?.rows ?? [];
    expect(rows.map(([page]) => page)).toEqual(IDS.map((id) => `[\`${id}\`](${id}.md)`));
    const usual = SOURCES.map(({ schemes, deadlineMs }) => [schemes.map(({ id }) => `\`${id}\``).join(", "), `${deadlineMs} ms`]);
    expect(rows.map(([, , schemes, , deadline]) => [schemes, deadline])).toEqual(usual);
    const ids = SOURCES.map(({ deliveryId }) => (deliveryId === "none" ? "derived" : deliveryId));
    expect(rows.map(([, , , , , deliveryId]) => deliveryId?.split(":")[0])).toEqual(ids);
  });

  it.each(SOURCES)("have the same headings, the name and the deadline of their source, and how to play it: $id", ({ id, deadlineMs }) => {
    const [title = "", ...headings] = headingsIn(pageOf(id));
    expect(title.endsWith(`: \`${id}\``)).toBe(true);
    expect(headings.join("|")).toBe(HEADINGS);
    const text = read(pageOf(id)).replaceAll("\n", " ");
    expect(/[Oo]ur deadline is (\d+) ms/.exec(text)?.[1]).toBe(String(deadlineMs));
    expect(text).toContain(`npm run send -- ${id}\``);
  });

  it("list the conventional fields", () => {
    const rows = readTables(read(pageOf("README"))).find(({ heading }) => heading.startsWith("The fields"))?.rows ?? [];
    expect(rows.map(([name]) => unquote(name)).toSorted()).toEqual([...CONVENTIONAL_FIELDS].toSorted());
  });
});

describe("the connections and mappings in the documents", () => {
  it.each(DOCUMENTS)("are JSON, and valid: %s", async (document) => {
    for (const text of blocksOf(document, "json")) expect(() => JSON.parse(text)).not.toThrow();
    for (const connection of connectionsIn(document)) {
      const { data, error } = await ConfiguredConnection.safeParseAsync(connection);
      expect(error?.issues).toBeUndefined();
      if (IDS.map(pageOf).includes(document)) expect(pageOf(data?.source.id ?? "")).toBe(document);
    }
    for (const expression of blocksOf(document, "jsonata")) await expect(compileMapping(expression)).resolves.toBeTypeOf("function");
  });

  it.each(IDS.filter((id) => blocksOf(pageOf(id), "jsonata").length > 0))("make valid requests of the sample of %s", async (id) => {
    const requests = await requestsOf(id, toWebhook(id), blocksOf(pageOf(id), "jsonata")[0]);
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) expect(request).toMatchObject({ callId: expect.stringMatching(/^\d{10}-\d+$/) });
  });

  it.each(WITH_BODY)("go with the body that is to be pasted for %s", async (id) => {
    const body = Buffer.from(blocksOf(pageOf(id), "json")[0] ?? "");
    expect(await requestsOf(id, { ...toWebhook(id), body })).toMatchObject([{ target: { type: "skill-queue", address: "31" } }]);
  });
});

describe("what the documents speak of", () => {
  const ours = Object.keys(toSettledParameters({ state: "failed", retryable: false, replayed: false, reference: "r-1" }));

  it.each(DOCUMENTS)("exists: the names ccgw_… in %s", (document) => {
    // A custom field of Salesforce ends with __c.
    const names = [...read(document).matchAll(/ccgw_[a-z]\w*/g)].map(([name]) => name.replace(/__c$/, ""));
    expect(names.filter((name) => ![...CONVENTIONAL_FIELDS, ...ours].includes(name))).toEqual([]);
  });

  it.each(DOCUMENTS)("exists: the links in %s", (document) => {
    const links = read(document).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g);
    for (const [link, path = "", anchor = ""] of links) {
      const linked = path === "" ? document : join(dirname(document), path);
      expect(existsSync(join(ROOT, linked)), link).toBe(true);
      if (anchor !== "") expect(headingsIn(linked).map(toAnchor), link).toContain(anchor);
    }
  });

  it("compiles: the sample code of a new source", { timeout: 60_000 }, () => {
    const samples = read("docs/add-a-source.md").matchAll(/^`([\w/.-]+\.ts)`:\n\n```ts\n(.*?)^```$/gms);
    const files = new Map([...samples].map(([, path = "", text = ""]) => [join(ROOT, path), text]));
    expect(files.size).toBe(2);
    const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile).config, ts.sys, ROOT);
    const host = ts.createCompilerHost(options);
    const { readFile, fileExists } = host;
    host.readFile = (path) => files.get(path) ?? readFile.call(host, path);
    host.fileExists = (path) => files.has(path) || fileExists.call(host, path);
    const program = ts.createProgram([...files.keys()], options, host);
    const diagnostics = [...files.keys()].flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
    expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  });
});

/** What the page's first connection makes of a webhook. */
async function requestsOf(id: string, webhook: ReturnType<typeof toWebhook>, mapping?: string) {
  const { open, settings } = await ConfiguredConnection.parseAsync(Object.assign({}, connectionsIn(pageOf(id))[0], mapping && { mapping }));
  const opened = await open(webhook, PROOF);
  return (await makeDrafts(opened)).map((draft) => parseTransferRequest(draft, settings));
}

/** As GitHub makes one of a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
