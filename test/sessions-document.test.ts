/** docs/sessions.md, held against the code: its secrets, its tables, its links, and what it quotes of the log. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAILURES, failureOf, TransferError } from "../lib/errors.ts";
import { AgentAccess } from "../lib/gateway/agent-access.ts";
import { SignIn } from "../lib/gateway/sign-in.ts";
import { EventsKey } from "../lib/secrets/events-key.ts";
import { HandedOverAgent } from "../lib/sessions/handing-over.ts";
import { createKeeperHandler } from "../lib/sessions/keeper-handler.ts";
import { beginAttempt, decideSignIn, endAttempt, PARKING } from "../lib/sessions/sign-in-rules.ts";
import { startSource } from "./sessions/session-source-under-test.ts";
import { blocksOf, ROOT, read } from "./support/connect-documents.ts";
import { createKeptLog } from "./support/kept-log.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";

const PATH = "docs/sessions.md";
/** A secret of the documents is refused as it stands. */
const PLACEHOLDER = /CHANGE-ME/g;
const DOCUMENT = read(PATH);
const tables = readTables(DOCUMENT);
/** A document, or one a line. */
const documents: readonly Record<string, unknown>[] = blocksOf(PATH, "json")
  .map((text) => text.replaceAll(PLACEHOLDER, "changed"))
  .flatMap((text) =>
    text.startsWith("{\n")
      ? [JSON.parse(text)]
      : text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line)),
  );
const logged = documents.filter((document) => "level" in document);

function rowsOf(heading: string, column: string): readonly (readonly string[])[] {
  const found = tables.filter((table) => table.heading === heading && table.columns.includes(column));
  expect(found).toHaveLength(1);
  return found[0]?.rows ?? [];
}

function codesIn(text = ""): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

describe("the secrets", () => {
  const secrets = documents.filter((document) => "schemaVersion" in document);
  const agents = secrets.filter((document) => "session" in document);

  it("are there for each way, and the key of events", () => {
    const ways = AgentAccess.options.map(({ shape }) => shape.session.value);
    expect(new Set(agents.map(({ session }) => session))).toEqual(new Set(ways));
    for (const document of secrets.filter((secret) => !agents.includes(secret)))
      expect(EventsKey.safeParse(document).error).toBeUndefined();
    expect(secrets.length).toBeGreaterThan(agents.length);
  });

  it.each(agents)("are taken: $session", (agent) => {
    expect(AgentAccess.safeParse(agent).error).toBeUndefined();
    const { data, error } = HandedOverAgent.safeParse(agent);
    expect(error).toBeUndefined();
    expect(data?.verify !== undefined).toBe(agent.session === "handed-over");
  });
});

describe("the table of signIn", () => {
  const rows = rowsOf("Managed", "field");

  it("has each field, in order, with its default", () => {
    const required = { password: "secret", phonenum: "88880102" };
    const defaults: Readonly<Record<string, unknown>> = SignIn.parse(required);
    const expected = Object.keys(SignIn.shape).map((name) => {
      if (Object.hasOwn(required, name)) return [name, "required"];
      return [name, defaults[name] === undefined ? "none" : JSON.stringify(defaults[name])];
    });
    expect(rows.map(([name, written]) => [unquote(name), unquote(written)])).toEqual(expected);
  });
});

describe("the tables of what a sign-in is refused for", () => {
  const SECRET = "version-1";
  const parked = rowsOf("When a sign-in fails", "meaning");
  const passing = rowsOf("When a sign-in fails", "seconds until the next attempt")[0] ?? [];

  /** What is decided at once after an attempt that was refused so. */
  function decideAfter(retcode: string) {
    const ended = endAttempt(beginAttempt(undefined, SECRET, 0), { kind: "refused", retcode });
    return { failures: ended.failures, decision: decideSignIn(ended, SECRET, 0) };
  }

  it("have all that park, with their meanings", () => {
    expect(parked.map(([code, meaning]) => [unquote(code), meaning])).toEqual(Object.entries(PARKING));
  });

  it.each(codesIn(passing[0]))("have %s among those that pass, after its wait", (retcode) => {
    expect(decideAfter(retcode)).toEqual({ failures: 0, decision: { kind: "wait", ms: Number(passing[1]) * 1_000 } });
  });

  it("leave out no code that passes", () => {
    const all = ["000", "100", "105", "106", "110"].flatMap((group) =>
      Array.from({ length: 25 }, (_, number) => `${group}-${String(number).padStart(3, "0")}`),
    );
    const pass = all.filter((code) => decideAfter(code).failures === 0 && !Object.hasOwn(PARKING, code));
    expect(codesIn(passing[0])).toEqual(pass);
  });
});

describe("what is said of the log", () => {
  const rows = rowsOf("What the log says", "message");
  const code = ["lib/sessions", "lib"]
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`))
    .filter((path) => path.endsWith(".ts"))
    .map(read);
  const fields = new Set(
    [...(/const FIELDS = \[(.*?)\]/s.exec(read("lib/log.ts"))?.[1] ?? "").matchAll(/"(\w+)"/g)].map(([, name]) => name),
  );

  it.each(rows.map(([message, level, , said]) => ({ message: unquote(message), level, said })))(
    "is what the code writes: $message",
    ({ message, level, said }) => {
      const method = level === "ERROR" ? "problem" : "(run|info)";
      expect(code.some((text) => new RegExp(`\\.${method}\\("${message}"`).test(text))).toBe(true);
      expect(codesIn(said).filter((name) => !fields.has(name))).toEqual([]);
    },
  );

  it("quotes messages of that table, at their level", () => {
    const levels = new Map(rows.map(([message, level]) => [unquote(message), level]));
    expect(logged.map(({ message, level }) => [message, level])).toEqual(
      logged.map(({ message }) => [message, levels.get(String(message))]),
    );
  });

  it.each(logged.filter(({ message }) => message === "sign-in parked"))(
    "quotes why it is parked: $reason",
    async ({ reason, gateway, agentId }) => {
      const why = String(reason).split(":")[0] ?? "";
      const log = createKeptLog();
      const handle = createKeeperHandler(async (_agent, { observe }) => {
        observe({ kind: "sign-in-put-off", decision: { kind: "parked", why } });
        return "sign-in-put-off";
      }, log);
      await handle({ gateway, agentId }, { awsRequestId: "run", getRemainingTimeInMillis: () => 150_000 } as Parameters<typeof handle>[1]);
      expect(log.problems).toEqual([{ what: "sign-in parked", fields: { gateway, agentId, lambdaRequestId: "run", reason } }]);
    },
  );
});

describe("what callers are told", () => {
  const rows = rowsOf("What callers are told meanwhile", "`Retry-After`");
  const source = read("lib/sessions/session-source.ts");
  const usual = String(failureOf("agent-not-signed-in").retryAfterSeconds);

  async function refusalOf(find: Promise<unknown>): Promise<readonly [reason: string, seconds: string]> {
    const error = await find.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof TransferError)) return expect.fail("found a session");
    return [error.message, String(error.retryAfterSeconds ?? usual)];
  }

  it("has reasons that the code gives", () => {
    expect(rows.map(([reason]) => unquote(reason).replace(/…$/, "")).filter((reason) => !source.includes(reason))).toEqual([]);
  });

  it("is true where there is no session, and where its Guid was refused", async () => {
    const under = startSource();
    under.put({ session: "handed-over", verification: {} });
    const unknown = await refusalOf(under.find());
    under.put({ session: "external", guid: "one" });
    const external = await under.renew("one");
    under.putManaged();
    const unkept = await refusalOf(under.process().find());
    await under.keep({ session: null }, { lives: true });
    const kept = await refusalOf(under.process().find());
    const told = new Map(rows.map(([reason, seconds = ""]) => [unquote(reason), seconds]));
    for (const [reason, seconds] of [unknown, unkept, kept]) expect(told.get(reason)).toBe(seconds);
    expect("why" in external && told.get(external.why)).toBe(usual);
  });

  it.each([
    { retcode: "100-020", wait: 0, reason: "sign-in is parked: …" },
    { retcode: "100-002", wait: 60, reason: "sign-in waits after …" },
  ])("is true after $retcode", async ({ retcode, wait, reason }) => {
    const under = startSource();
    under.putManaged();
    const begun = beginAttempt(undefined, "version", under.clock.wallMs());
    await under.keep({ attempt: endAttempt(begun, { kind: "refused", retcode }) });
    const [why, seconds] = await refusalOf(under.find());
    expect(why.startsWith(reason.replace("…", ""))).toBe(true);
    const [, written = ""] = rows.find(([cell]) => unquote(cell) === reason) ?? [];
    expect(seconds).toBe(String(wait + Number(/\d+/.exec(written)?.[0])));
  });

  it("names codes that there are", () => {
    const codes = rowsOf("Handed over", "`code`").flatMap(([status = "", cell = ""]) => codesIn(cell).map((code) => ({ code, status })));
    expect(codes.filter(({ code }) => !Object.hasOwn(FAILURES, code))).toEqual([]);
    for (const { code, status } of codes) expect(status).toContain(String(failureOf(code as keyof typeof FAILURES).status));
  });
});

describe("the links", () => {
  const links = [...DOCUMENT.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, path = "", anchor]) => ({ path, anchor }));

  it("has the anchor that the README links to", () => {
    expect(anchorsOf(DOCUMENT)).toContain("managed");
  });

  it.each(links)("lead somewhere: $path#$anchor", ({ path, anchor }) => {
    const target = path === "" ? PATH : join(dirname(PATH), path);
    expect(existsSync(join(ROOT, target))).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(read(target))).toContain(anchor);
  });
});

/** As GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
