/** The documents for whoever connects a caller, held against the code: pages, names, deadlines, links and sample code. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { TransferError } from "../lib/errors.ts";
import { renderCanonical } from "../lib/http/canonical-reply.ts";
import { CONVENTIONAL_FIELDS, readConventionalFields } from "../lib/mapping/conventional-fields.ts";
import { SOURCES } from "../lib/sources/all.ts";
import { toSettledParameters } from "../lib/sources/answering/summary.ts";
import type { Outcome } from "../lib/sources/source.ts";
import { ZENDESK_TEST_SECRET } from "../lib/verification/published-secrets.ts";
import { blocksOf, DOCUMENTS, IDS, PAGES, pageOf, ROOT, read } from "./support/connect-documents.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";

const HEADINGS =
  "Where the call id comes from|On the vendor's side|The connection's secret|Mapping|Test without moving a customer|What the answers mean|Waiting and repeating";

const REQUEST = { callId: "c-1", agentId: "101", target: { type: "agent", address: "205" }, mode: "blind", reference: "r" } as const;
const MOVED = { ...REQUEST, transferId: "t-1", outcome: "not-observed", replayed: false, receivedAt: "2026-11-23T07:00:00.000Z" } as const;
const GATEWAY = { retcode: "0", message: "success" };
/** Together they have every member that an answer can have. */
const OUTCOMES: readonly Outcome[] = [
  { kind: "result", result: { ...MOVED, state: "accepted", gateway: GATEWAY, outcome: "failed", outcomeReason: "connect-failed" } },
  { kind: "result", result: { ...MOVED, state: "unknown", code: "gateway-timeout" } },
  { kind: "result", result: { ...MOVED, state: "refused", code: "gateway-refused", reason: "other", gateway: GATEWAY } },
  {
    kind: "failure",
    error: new TransferError("invalid-request", { reason: "planted", detail: "planted", errors: [{ pointer: "#", detail: "planted" }] }),
  },
  { kind: "dry-run", request: REQUEST, wire: { method: "POST", url: "https://any", headers: {}, body: {} } },
];

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

  it("name the secret that Zendesk's button signs with, which everybody may know", () => {
    expect(read(pageOf("zendesk"))).toContain(`\`${ZENDESK_TEST_SECRET}\``);
  });

  it.each(SOURCES)("tell how old a delivery may be, where their source says so: $id", ({ id, maxAgeSeconds }) => {
    const told = /older than (\d+) s is `expired`/.exec(read(pageOf(id)).replaceAll("\n", " "))?.[1];
    expect(told).toBe(maxAgeSeconds === undefined ? undefined : String(maxAgeSeconds));
  });

  it("tell it together, too", () => {
    const [, text = ""] = read(pageOf("README")).split("\n## Too old\n");
    const ages = [...text.replaceAll("\n", " ").matchAll(/(\d+) s for ((?:`[a-z-]+`(?:, | and )?)+)/g)].flatMap(([, seconds, names = ""]) =>
      [...names.matchAll(/`([a-z-]+)`/g)].map(([, name]) => [name, Number(seconds)]),
    );
    const given = SOURCES.flatMap(({ id, maxAgeSeconds }) => (maxAgeSeconds === undefined ? [] : [[id, maxAgeSeconds]]));
    expect(Object.fromEntries(ages)).toEqual(Object.fromEntries(given));
  });

  it("list the conventional fields", () => {
    const rows = readTables(read(pageOf("README"))).find(({ heading }) => heading.startsWith("The fields"))?.rows ?? [];
    expect(rows.map(([name]) => unquote(name)).toSorted()).toEqual([...CONVENTIONAL_FIELDS].toSorted());
    for (const [name, becomes] of rows) {
      const fields = readConventionalFields({
        ...(unquote(name) === "ccgw_skill_id" && { ccgw_target: "agent:205" }),
        [unquote(name)]: "1",
      });
      expect(fields).toHaveProperty(unquote(becomes).replace("/", "."));
    }
  });
});

describe("what the documents speak of", () => {
  const ours = Object.keys(toSettledParameters({ state: "failed", retryable: false, replayed: false, reference: "r-1" }));

  it.each(DOCUMENTS)("exists: the names ccgw_… in %s", (document) => {
    // A custom field of Salesforce ends with __c.
    const names = [...read(document).matchAll(/ccgw_[a-z]\w*/g)].map(([name]) => name.replace(/__c$/, ""));
    expect(names.filter((name) => ![...CONVENTIONAL_FIELDS, ...ours].includes(name))).toEqual([]);
  });

  it("is whole: the slots of Rasa, which sends and keeps no other", () => {
    const [domain = ""] = blocksOf(pageOf("rasa"), "yaml").filter((block) => block.includes("slots:"));
    const slots = [...domain.matchAll(/^ {2}(\w+):/gm)].map(([, name = ""]) => name);
    expect(slots.toSorted()).toEqual([...new Set([...CONVENTIONAL_FIELDS, ...ours])].toSorted());
  });

  it("is whole: the sample response of Salesforce Flow, but for what repeats the request", () => {
    const sample = blocksOf(pageOf("salesforce-flow"), "json").find((block) => block.includes('"ok"')) ?? "{}";
    const context = { requestId: "r-1", accept: undefined, style: "always-200" } as const;
    const answered = new Set(OUTCOMES.flatMap((outcome) => Object.keys(JSON.parse(renderCanonical(outcome, context).body))));
    const echoed = ["callId", "agentId", "target", "mode", "receivedAt", "gateway", "request", "wire", "type", "status"];
    expect(Object.keys(JSON.parse(sample)).toSorted()).toEqual([...answered].filter((name) => !echoed.includes(name)).toSorted());
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

/** As GitHub makes one of a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
