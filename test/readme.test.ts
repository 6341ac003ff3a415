/** The README's tables, held against what they speak of: no row missing, none too many. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../lib/config.ts";
import { FAILURES, type FailureCode, failureOf } from "../lib/errors.ts";
import { AgentAccess } from "../lib/gateway/agent-access.ts";
import { GatewaySite } from "../lib/gateway/site.ts";
import { CONVENTIONAL_FIELDS } from "../lib/mapping/conventional-fields.ts";
import { SOURCES } from "../lib/sources/all.ts";
import { OPTIONS } from "../lib/sources/source.ts";
import { CallDataFormat, CallDataOverflow } from "../lib/transfer/call-data.ts";
import { Connection } from "../lib/transfer/connection.ts";
import { parseTransferRequest } from "../lib/transfer/request.ts";
import { REFUSAL_REASONS } from "../lib/transfer/result.ts";
import { MODES, TARGET_TYPES } from "../lib/transfer/target.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";
import { toConnection, violationsIn } from "./support/transfer-request.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const tables = readTables(README);
const SCHEME_IDS: ReadonlySet<string> = new Set(SOURCES.flatMap(({ schemes }) => schemes.map(({ id }) => id)));

/** The rows of the one table whose introduction, heading or columns hold this. */
function rowsOf(what: string): readonly (readonly string[])[] {
  const found = tables.filter(({ heading, introduction, columns }) =>
    [heading, introduction, ...columns].some((text) => text.includes(what)),
  );
  expect(found).toHaveLength(1);
  return found[0]?.rows ?? [];
}

function namesIn(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([name]) => unquote(name));
}

function withoutSchemaVersion(shape: object): string[] {
  return Object.keys(shape).filter((name) => name !== "schemaVersion");
}

function isCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code);
}

describe("the table of failures", () => {
  const rows = rowsOf("Failures");

  it("has a row for each code", () => {
    expect(namesIn(rows).toSorted()).toEqual(Object.keys(FAILURES).toSorted());
  });

  it.each(rows.map(([code, ...cells]) => ({ code: unquote(code), cells })))("tells the truth about $code", ({ code, cells }) => {
    if (!isCode(code)) return expect.fail(`${code} is no code`);
    const [status, retryable, effect] = cells;
    const failure = failureOf(code);
    expect(status).toBe(String(failure.status));
    expect(retryable).toBe(code === "call-busy" ? "while the first is in flight" : failure.retryable ? "yes" : "no");
    // What depends on the occurrence says so in words; a bare word has to be the table's.
    if (effect === "none" || effect === "unknown") expect(effect).toBe(failure.effect);
    else expect({ "idempotency-mismatch": "that of the first", internal: "none or unknown" }).toHaveProperty([code], effect);
  });

  it("lists the reasons of a refusal", () => {
    const row = rows.find(([code]) => unquote(code) === "gateway-refused");
    const said = [...(row?.[4] ?? "").matchAll(/`([a-z-]+)`/g)].map(([, word]) => word).filter((word) => word !== "reason");
    expect(said).toEqual([...REFUSAL_REASONS]);
  });
});

describe("the table of sources", () => {
  const rows = rowsOf("Sources");

  it("has a row for each source, with its ways to prove itself", () => {
    expect(namesIn(rows)).toEqual(SOURCES.map(({ id }) => id));
    for (const { id, schemes } of SOURCES) {
      const row = rows.find(([name]) => unquote(name) === id);
      for (const scheme of schemes) expect(row?.[2]).toContain(`\`${scheme.id}\``);
    }
  });

  it("names no way that a source does not take", () => {
    for (const { id, schemes } of SOURCES) {
      const row = rows.find(([name]) => unquote(name) === id);
      const said = [...(row?.[2] ?? "").matchAll(/`([a-z0-9-]+)`/g)].map(([, word]) => word).filter((word) => SCHEME_IDS.has(word ?? ""));
      expect(said).toEqual(schemes.map((scheme) => scheme.id));
    }
  });

  it("tells each source's deadline", () => {
    expect(rows.map(([name, , , deadline]) => [unquote(name), deadline])).toEqual(
      SOURCES.map(({ id, deadlineMs }) => [id, String(deadlineMs)]),
    );
  });
});

describe("the table of schemes", () => {
  it("has a row for each", () => {
    expect(namesIn(rowsOf("Proof")).toSorted()).toEqual([...SCHEME_IDS].toSorted());
  });
});

describe("the tables of the configuration", () => {
  it.each([
    { what: "{prefix}/connections/{connection}", fields: withoutSchemaVersion(Connection.shape) },
    { what: "{prefix}/gateways/{gateway}", fields: withoutSchemaVersion(GatewaySite.shape) },
    {
      what: "{prefix}/agents/{gateway}/{agentId}",
      fields: [...new Set(AgentAccess.options.flatMap(({ shape }) => withoutSchemaVersion(shape)))],
    },
  ])("name the fields of $what", ({ what, fields }) => {
    expect(namesIn(rowsOf(what)).toSorted()).toEqual(fields.toSorted());
  });

  it.each(OPTIONS)("name the sources for which %s is there, or those that go without", (option) => {
    const row =
      rowsOf("{prefix}/connections/{connection}")
        .find(([name = ""]) => unquote(name) === option)
        ?.at(-1) ?? "";
    const named = SOURCES.filter(({ id }) => row.includes(`\`${id}\``));
    expect(named).toEqual(SOURCES.filter(({ options }) => options.includes(option) !== row.includes("Not for")));
  });

  it("name the variables of the environment", () => {
    const names = namesIn(rowsOf("variable"));
    const required = rowsOf("variable").flatMap(([name, meaning = ""]) => (meaning.endsWith("; may be empty") ? [] : [unquote(name)]));
    const complaint = () => parseConfig({});
    for (const name of required) expect(complaint).toThrow(name);
    const valid = (name: string) => (/_(URL|QUEUE)$/.test(name) ? "https://hooks.example.com" : name.endsWith("_DAYS") ? "30" : "value");
    expect(() => parseConfig(Object.fromEntries(required.map((name) => [name, valid(name)])))).not.toThrow();
    for (const name of names.filter((name) => !required.includes(name))) expect(() => parseConfig({ [name]: "no name" })).toThrow(name);
  });

  it("name the defaults that the code has", () => {
    const site = GatewaySite.parse({ schemaVersion: 1, url: "https://gateway.example" });
    const connection = Connection.parse({ schemaVersion: 1, source: "api", verification: {}, gateway: "main" });
    for (const [name, written] of [...rowsOf("{prefix}/gateways/{gateway}"), ...rowsOf("{prefix}/connections/{connection}")]) {
      const value = /^`?([^` ]+)`?$/.exec(written ?? "")?.[1];
      if (value === undefined || ["required", "none"].includes(value)) continue;
      expect(value).toBe(JSON.stringify({ ...site, ...connection }[unquote(name)]));
    }
  });
});

describe("the table of a transfer request", () => {
  it("names the fields that are taken, and no other", () => {
    const names = namesIn(rowsOf("POST /v1/transfers/{connection}"));
    const fields = Object.fromEntries([...names, "another"].map((name) => [name, { not: "valid" }]));
    const unknown = violationsIn(() => parseTransferRequest({ fields }, toConnection())).filter(({ detail }) =>
      detail.includes("not a known"),
    );
    // What stands inside a target is not this table's.
    expect(unknown.map(({ pointer }) => pointer).filter((pointer) => !pointer.startsWith("#/target/"))).toEqual(["#/another"]);
    const taken = [
      "callId",
      "agentId",
      "target",
      "mode",
      "caller",
      "callData",
      "callDataFields",
      "deliveryId",
      "attempt",
      "reference",
      "dryRun",
    ];
    expect(names).toEqual(taken);
  });

  it("names the kinds of targets, the modes, the formats and what becomes of too much, and the names that need no mapping", () => {
    for (const word of [...TARGET_TYPES, ...MODES, ...CallDataFormat.options, ...CallDataOverflow.options, ...CONVENTIONAL_FIELDS])
      expect(README).toMatch(new RegExp(`["\`]${word}["\`]`));
  });
});
