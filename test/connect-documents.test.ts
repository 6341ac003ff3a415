/** The documents for whoever connects a caller, held against the code: pages, secrets, mappings, answers, names, deadlines, links and sample code. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { findDemo } from "../dev/demos.ts";
import { createSeed } from "../dev/seed.ts";
import { FAILURES, type FailureCode, failureOf, TransferError } from "../lib/errors.ts";
import { renderCanonical } from "../lib/http/canonical-reply.ts";
import { CONVENTIONAL_FIELDS } from "../lib/mapping/conventional-fields.ts";
import { compileMapping } from "../lib/mapping/jsonata-mapping.ts";
import { toSettledParameters } from "../lib/sources/answering/summary.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import { SOURCES } from "../lib/sources/index.ts";
import type { Outcome } from "../lib/sources/source.ts";
import { parseTransferRequest } from "../lib/transfer/request.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";
import { makeDrafts } from "./support/opened.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = readdirSync(join(ROOT, "docs/connect")).map((name) => `docs/connect/${name}`);
const DOCUMENTS = [...PAGES, "docs/answers.md", "docs/add-a-source.md", "docs/call-id.md"];
const IDS = SOURCES.map(({ id }) => id);

const HEADINGS =
  "Where the call id comes from|On the vendor's side|The connection's secret|Mapping|Test without moving a customer|What the answers mean|Waiting and repeating";
/** What the proof of a sample says, which its source holds against the body. */
const CLAIMS = { serviceurl: "https://europe.directline.botframework.com/", organizations: ["00D5g00000ABCDeEAH"] };
const SEED = createSeed({
  prefix: "p",
  gatewayUrl: "https://localhost:8043",
  gatewayCa: "unread",
  guid: "guid",
  issuer: "http://127.0.0.1:8045",
});

const REQUEST = { callId: "c-1", agentId: "101", target: { type: "agent", address: "205" }, mode: "blind" } as const;
const MOVED = { ...REQUEST, transferId: "t-1", outcome: "not-observed", replayed: false, receivedAt: "2026-11-23T07:00:00.000Z" } as const;
const GATEWAY = { retcode: "0", message: "success" };
/** In the order of the table's columns. */
const OUTCOMES: readonly Outcome[] = [
  { kind: "result", result: { ...MOVED, state: "accepted", gateway: GATEWAY } },
  { kind: "result", result: { ...MOVED, state: "unknown", code: "gateway-timeout" } },
  failure("gateway-busy"),
  { kind: "result", result: { ...MOVED, state: "refused", code: "gateway-refused", gateway: GATEWAY } },
  failure("misconfigured"),
  failure("duplicate-in-progress"),
];
/** Pages whose sample on the vendor's side is a whole body. */
const WITH_BODY = "api bot-framework botpress freshdesk generic hubspot salesforce-flow standard-webhooks zendesk".split(" ");

function read(document: string): string {
  return readFileSync(join(ROOT, document), "utf8");
}

function blocksOf(document: string, language: string): string[] {
  return [...read(document).matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, found, text = ""]) => (found === language ? [text] : []));
}

function connectionsIn(document: string): unknown[] {
  return blocksOf(document, "json").flatMap((text) => (text.includes('"schemaVersion"') ? [JSON.parse(text)] : []));
}

function pageOf(id: string): string {
  return `docs/connect/${id}.md`;
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

describe("the table of answers", () => {
  const tables = readTables(read("docs/answers.md"));
  const groups = tables.find(({ heading }) => heading === "The groups of codes")?.rows ?? [];
  const answers = tables.find(({ heading }) => heading === "After verification")?.rows ?? [];
  const codes = Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));

  it("has each source, and each code that one can answer in one group, by its effect and what a repeat is good for", () => {
    const listed = new Map(groups.map(([name = "", cell = ""]) => [name, [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = ""]) => code)]));
    const unlisted = ["not-found", "method-not-allowed", "payload-too-large", "unauthenticated"];
    const all = [...listed].flatMap(([name, names]) => (name === "accepted" ? [] : names));
    expect(all.toSorted()).toEqual(codes.filter((code) => !unlisted.includes(code)).toSorted());
    const those = (is: (failure: ReturnType<typeof failureOf>) => boolean) => codes.filter((code) => is(failureOf(code))).toSorted();
    expect(listed.get("unknown")?.toSorted()).toEqual(those(({ status }) => status === 202));
    expect(listed.get("worth repeating")?.toSorted()).toEqual(those(({ retryable, effect }) => retryable && effect === "none"));
    expect(listed.get("ours to repair")?.toSorted()).toEqual(those(({ status }) => status === 500));
    expect([...new Set(answers.map(([name = ""]) => name.split("`")[1]))].toSorted()).toEqual(IDS.toSorted());
  });

  it.each(answers)("is what is answered to %s", async (name = "", ...cells) => {
    const id = name.split("`")[1] ?? "";
    const { open } = await ConfiguredConnection.parseAsync(SEED.find(([secret]) => secret.endsWith(`/${findDemo(id)?.name}`))?.[1]);
    const opened = await open(toWebhook(id, name.split("` ")[1]), CLAIMS);
    const statuses = OUTCOMES.map((outcome) => {
      const outcomes = "drafts" in opened ? opened.drafts.map(() => outcome) : [];
      const context = { requestId: "r-1", accept: undefined, style: "native" } as const;
      const { status, body } = opened.reply(outcomes, (each, over) => renderCanonical(each, { ...context, ...over }));
      const [, acknowledged] = /<Ack>(\w+)<\/Ack>/.exec(body) ?? [];
      return acknowledged === undefined ? String(status) : `${status} Ack ${acknowledged}`;
    });
    expect(statuses).toEqual(cells.slice(0, OUTCOMES.length));
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

function toWebhook(id: string, variant?: string): Parameters<ConfiguredConnection["open"]>[0] {
  const demo = findDemo(id);
  if (demo === undefined) throw new Error(`no demo of ${id}`);
  const sample = read(variant === "(an array)" ? "test/fixtures/hubspot/objects.json" : demo.sample);
  const body = Buffer.from(variant === "(other activities)" ? sample.replace('"expectReplies"', '"normal"') : sample);
  const headers = { "content-type": demo.contentType };
  return { method: "POST", url: "https://any", query: new URLSearchParams(), headers, body, receivedAt: new Date(MOVED.receivedAt) };
}

/** What the page's first connection makes of a webhook. */
async function requestsOf(id: string, webhook: ReturnType<typeof toWebhook>, mapping?: string) {
  const { open, settings } = await ConfiguredConnection.parseAsync(Object.assign({}, connectionsIn(pageOf(id))[0], mapping && { mapping }));
  const opened = await open(webhook, CLAIMS);
  return (await makeDrafts(opened)).map((draft) => parseTransferRequest(draft, settings));
}

function failure(code: FailureCode): Outcome {
  return { kind: "failure", error: new TransferError(code, { reason: "planted" }) };
}

/** As GitHub makes one of a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
