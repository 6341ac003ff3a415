/** docs/callbacks.md, held against the code: its secret, its tables, its links, and its receiver, which is run. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { CALLBACK_DEADLINE_MS, createCallbackClient } from "../lib/callbacks/callback-client.ts";
import { createDeliver } from "../lib/callbacks/delivery.ts";
import { OutcomeNotice, toNoticeId } from "../lib/callbacks/notice.ts";
import { RECEIVES_MAX, toBounds } from "../lib/queue/back-off.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import { Callback } from "../lib/transfer/callback.ts";
import manifest from "../package.json" with { type: "json" };
import { blocksOf, ROOT, read } from "./support/connect-documents.ts";
import { freePorts } from "./support/local-stack-process.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";

const PATH = "docs/callbacks.md";
const DOCUMENT = read(PATH);
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const documents = blocksOf(PATH, "json").map((text): Record<string, unknown> => JSON.parse(text));

function rowsOf(heading: string, column: string): readonly (readonly string[])[] {
  const found = readTables(DOCUMENT).filter((table) => table.heading === heading && table.columns.includes(column));
  expect(found).toHaveLength(1);
  return found[0]?.rows ?? [];
}

function namesIn(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([name]) => unquote(name));
}

function codesIn(text = ""): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

describe("the connection", () => {
  const [connection] = documents.filter((document) => "source" in document);

  it("is taken once its placeholders are replaced, and not before", async () => {
    const written = JSON.stringify(connection);
    const changed = written.replace('"secrets":["CHANGE-ME"]', `"secrets":["${SECRET}"]`).replaceAll("CHANGE-ME", "changed");
    expect((await ConfiguredConnection.safeParseAsync(JSON.parse(changed))).error).toBeUndefined();
    expect((await ConfiguredConnection.safeParseAsync(connection)).error?.issues.map(({ path }) => path.join("."))).toEqual([
      "callback.secrets.0",
      "verification.secrets",
    ]);
  });

  it("has a table of its callback's fields", () => {
    expect(namesIn(rowsOf("Configure it", "default"))).toEqual(Object.keys(Callback.shape));
  });
});

describe("what arrives", () => {
  const [body] = documents.filter((document) => "type" in document);
  const notice = OutcomeNotice.parse(body?.data);

  it("is a notice, in full, under its id", () => {
    expect(Object.keys(notice)).toEqual(Object.keys(OutcomeNotice.shape));
    expect(body).toEqual({ type: "transfer.outcome", timestamp: notice.at, data: notice });
    const [head = ""] = blocksOf(PATH, "http");
    expect(head).toContain(`webhook-id: ${toNoticeId(notice)}\n`);
  });

  it("has a table of its fields, with those that need not be there", () => {
    const rows = rowsOf("What arrives", "field");
    expect(namesIn(rows)).toEqual(Object.keys(OutcomeNotice.shape));
    const optional = Object.entries(OutcomeNotice.shape).flatMap(([name, schema]) => (schema.safeParse(undefined).success ? [name] : []));
    expect(namesIn(rows.filter(([, when]) => when !== "always"))).toEqual(optional);
    const outcomes = rows.find(([name]) => unquote(name) === "outcome")?.[2];
    expect(codesIn(outcomes).toSorted()).toEqual(OutcomeNotice.shape.outcome.options.toSorted());
  });

  it("is verified by the receiver that is shown, and told apart from its repeat", async () => {
    const [{ PORT }, folder] = [await freePorts(), join(ROOT, ".build/callback-receiver")];
    await mkdir(folder, { recursive: true });
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "receiver.mjs"), blocksOf(PATH, "js")[0] ?? "");
    const receiver = spawn(process.execPath, [join(folder, "receiver.mjs")], { env: { CALLBACK_SECRET: SECRET, RECEIVER_PORT: PORT } });
    const printed = text(receiver.stdout);
    onTestFinished(() => void receiver.kill());
    const deliver = createDeliver({ post: createCallbackClient(), wallMs: Date.now });
    const told = (secret: string) => {
      const callback = { url: `http://127.0.0.1:${PORT}/`, secrets: [secret], allowAddresses: ["127.0.0.1"] };
      return deliver(Callback.parse(callback), notice, new AbortController().signal);
    };
    await vi.waitFor(async () => expect(await told(SECRET)).toMatchObject({ kind: "delivered" }), { timeout: 10_000 });
    expect(await told(SECRET)).toMatchObject({ kind: "delivered" });
    expect(await told(`whsec_${Buffer.alloc(32, 8).toString("base64")}`)).toMatchObject({ kind: "retry", status: 401 });
    receiver.kill();
    expect(await printed).toBe("ticket-4711: failed\n");
  });
});

describe("the table of when it is told again", () => {
  it("is what the code waits", () => {
    const toHours = (seconds: number) => (seconds / 3_600).toFixed(1);
    let [earliest, latest] = [0, 0];
    const waits = Array.from({ length: RECEIVES_MAX - 1 }, (_, index) => {
      const { atLeast, atMost } = toBounds(index + 1);
      [earliest, latest] = [earliest + atLeast, latest + atMost];
      return [String(index + 2), `${atLeast} to ${atMost}`, `${toHours(earliest)} to ${toHours(latest)}`];
    });
    expect(rowsOf("When it is told again", "attempt")).toEqual([["1", "", ""], ...waits]);
  });

  it("is no more than the rest says", () => {
    expect(DOCUMENT).toContain(`Within ${CALLBACK_DEADLINE_MS / 1_000} seconds`);
    expect(DOCUMENT).toContain(`up to ${toBounds(RECEIVES_MAX).atMost / 3_600} hours`);
  });
});

describe("what is said of the log", () => {
  const code = ["callbacks", "queue"].flatMap((folder) =>
    readdirSync(join(ROOT, "lib", folder)).map((name) => read(`lib/${folder}/${name}`)),
  );
  const fields = new Set(
    [...(/const FIELDS = \[(.*?)\]/s.exec(read("lib/log.ts"))?.[1] ?? "").matchAll(/"(\w+)"/g)].map(([, name]) => name),
  );
  const rows = rowsOf("What the log says", "message");
  const results = ["callback", "event-bus", "conversation", "delivered", "gone", "nobody", "retry"];

  it.each(rows)("is what the code writes: %s", (message, level, _when, said) => {
    const method = level === "ERROR" ? "problem" : "run";
    expect(code.some((text) => text.includes(`.${method}("${unquote(message)}"`))).toBe(true);
    expect(codesIn(said).filter((name) => !fields.has(name) && !results.includes(name))).toEqual([]);
  });

  it("leaves out no message", () => {
    const written = code.flatMap((text) => [...text.matchAll(/log\.(?:problem|run)\("([^"]+)"/g)].map(([, message = ""]) => message));
    expect(namesIn(rows).toSorted()).toEqual([...new Set(written)].toSorted());
  });

  it("gives reasons of the code's own words as they are", () => {
    const said = rowsOf("What the log says", "`reason`").flatMap(([reason]) => codesIn(reason));
    const words = said.filter((reason) => reason.includes(" ")).map((reason) => reason.replace("308", `\${status}`));
    expect(words.filter((reason) => !code.some((text) => text.includes(reason)))).toEqual([]);
  });
});

describe("what can be copied", () => {
  it("is a command that there is, and a pattern of the events that are put", () => {
    expect(DOCUMENT).toContain("npm run redrive -- --stage prod");
    expect(manifest.scripts).toHaveProperty("redrive");
    const [pattern] = documents.filter((document) => "detail-type" in document);
    const source = read("lib/queue/event-bridge.ts");
    expect(source).toContain(`SOURCE = "${String(pattern?.source)}"`);
    expect(source).toContain(`DETAIL_TYPE = "${String(pattern?.["detail-type"])}"`);
  });

  it.each([...DOCUMENT.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, path = "", anchor = ""]) => ({ path, anchor })))(
    "leads somewhere: $path#$anchor",
    ({ path, anchor }) => {
      expect(existsSync(join(ROOT, path === "" ? PATH : join(dirname(PATH), path)))).toBe(true);
      const anchors = [...DOCUMENT.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading.toLowerCase().replaceAll(" ", "-"));
      if (path === "") expect(anchors).toContain(anchor);
    },
  );
});
