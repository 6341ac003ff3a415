import { describe, expect, it } from "vitest";
import { byteLength, renderCallData } from "../../lib/transfer/call-data.ts";

const BYTES_MAX = 2048;

function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** As a script at the agent's desk would read them. */
function splitPairs(text: string): string[][] {
  return text.split(";").map((pair) => pair.split("=").map((part) => decodeURIComponent(part)));
}

describe("bytes", () => {
  it.each([
    ["", 0],
    ["a", 1],
    ["é", 2],
    ["客", 3],
    ["😀", 4],
  ])("of %j are %i", (text, bytes) => {
    expect(byteLength(text)).toBe(bytes);
  });
});

describe("fields are rendered", () => {
  const FIELDS = { topic: "bill", amount: 12.5, vip: true, note: null, open: false, "": "" };

  it.each([
    ["json", '{"topic":"bill","amount":12.5,"vip":true,"note":null,"open":false,"":""}'],
    ["key-value", "topic=bill;amount=12.5;vip=true;note=;open=false;="],
    ["text", "topic: bill, amount: 12.5, vip: true, note: , open: false, : "],
  ] as const)("as %s", (format, text) => {
    expect(renderCallData(FIELDS, format, "reject")).toEqual({ text, truncated: false });
  });

  it.each([
    ["json", "{}"],
    ["key-value", ""],
    ["text", ""],
  ] as const)("as %s when there are none", (format, text) => {
    expect(renderCallData({}, format, "reject")).toEqual({ text, truncated: false });
  });

  it("as pairs that can be split again, separators in names and values among them", () => {
    const fields = { "a;b": "c=d", "e=f": "100 %", "%3B": "g;h;;i==j", plain: "ü 客" };
    const { text } = renderCallData(fields, "key-value", "reject") ?? { text: "" };
    expect(splitPairs(text)).toEqual(Object.entries(fields));
  });

  it("but a text is left as it is in every format", () => {
    for (const format of ["json", "key-value", "text"] as const)
      expect(renderCallData("a=b;%", format, "reject")).toEqual({ text: "a=b;%", truncated: false });
  });
});

const TOO_LONG: readonly [string, string, string][] = [
  ["ASCII", "x".repeat(2049), "x".repeat(2048)],
  ["2-byte characters", `a${"é".repeat(1024)}`, `a${"é".repeat(1023)}`],
  ["3-byte characters", "客".repeat(683), "客".repeat(682)],
  ["4-byte characters", `a${"😀".repeat(512)}`, `a${"😀".repeat(511)}`],
  ["4-byte characters, one byte before the end", `abc${"😀".repeat(512)}`, `abc${"😀".repeat(511)}`],
  ["a byte order mark before all", `\ufeff${"x".repeat(2048)}`, `\ufeff${"x".repeat(2045)}`],
];

describe("text over 2048 bytes", () => {
  it.each(TOO_LONG)("of %s is refused unless it may be cut", (_of, text) => {
    expect(renderCallData(text, "text", "reject")).toBeUndefined();
  });

  it.each(TOO_LONG)("of %s is cut between characters", (_of, text, cut) => {
    expect(renderCallData(text, "json", "truncate")).toEqual({ text: cut, truncated: true });
  });
});

describe("text of 2048 bytes", () => {
  it.each([["x".repeat(2048)], ["é".repeat(1024)], [`${"客".repeat(682)}ab`], ["😀".repeat(512)]])("is whole, cut or not", (text) => {
    expect(bytesOf(text)).toBe(BYTES_MAX);
    for (const overflow of ["reject", "truncate"] as const)
      expect(renderCallData(text, "json", overflow)).toEqual({ text, truncated: false });
  });
});

describe("fields over 2048 bytes", () => {
  const FIELDS = { first: "客".repeat(300), second: "x;=%".repeat(100), third: "😀".repeat(300), fourth: "last" };

  it.each(["json", "key-value", "text"] as const)("are refused as %s unless they may be cut", (format) => {
    expect(renderCallData(FIELDS, format, "reject")).toBeUndefined();
  });

  it("as JSON lose their last fields and can still be parsed", () => {
    const { text, truncated } = renderCallData(FIELDS, "json", "truncate") ?? { text: "", truncated: false };
    expect(truncated).toBe(true);
    expect(bytesOf(text)).toBeLessThanOrEqual(BYTES_MAX);
    expect(JSON.parse(text)).toEqual({ first: FIELDS.first, second: FIELDS.second });
  });

  it("as pairs lose their last fields and can still be split", () => {
    const fields = { first: FIELDS.first, second: ";".repeat(100), third: FIELDS.third };
    const { text, truncated } = renderCallData(fields, "key-value", "truncate") ?? { text: "", truncated: false };
    expect(truncated).toBe(true);
    expect(bytesOf(text)).toBeLessThanOrEqual(BYTES_MAX);
    expect(splitPairs(text)).toEqual([
      ["first", fields.first],
      ["second", fields.second],
    ]);
  });

  it("as text are cut between characters", () => {
    const { text, truncated } = renderCallData({ n: "😀".repeat(600) }, "text", "truncate") ?? { text: "", truncated: false };
    expect(truncated).toBe(true);
    expect(text).toBe(`n: ${"😀".repeat(511)}`);
  });

  it.each([
    ["json", "{}"],
    ["key-value", ""],
  ] as const)("as %s are none where the first alone is too long", (format, text) => {
    expect(renderCallData({ n: "x".repeat(3000) }, format, "truncate")).toEqual({ text, truncated: true });
  });

  it("as JSON keep as many fields as fit", () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`field${at}`, "x".repeat(40)]));
    const { text } = renderCallData(fields, "json", "truncate") ?? { text: "{}" };
    const kept = Object.entries<unknown>(JSON.parse(text));
    expect(kept).toEqual(Object.entries(fields).slice(0, kept.length));
    const next = Object.fromEntries(Object.entries(fields).slice(0, kept.length + 1));
    expect(bytesOf(JSON.stringify(next))).toBeGreaterThan(BYTES_MAX);
  });
});
