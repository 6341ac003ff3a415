import { describe, expect, it } from "vitest";
import { renderCallData } from "../../lib/transfer/call-data.ts";
import { parseFields, pointersIn, toConnection } from "../support/transfer-request.ts";

const BYTES_MAX = 2048;

/** What was kept, or a text that no test expects. */
function cut(source: Parameters<typeof renderCallData>[0], format: "json" | "key-value" | "text"): string {
  const rendered = renderCallData(source, format, "truncate-oldest");
  if (rendered === undefined) throw new Error("refused");
  expect(Buffer.byteLength(rendered.text)).toBeLessThanOrEqual(BYTES_MAX);
  expect(rendered.text.isWellFormed()).toBe(true);
  expect(rendered.text).not.toContain("\ufffd");
  expect(rendered.truncated).toBe(true);
  return rendered.text;
}

describe("call data cut at its beginning", () => {
  it.each([
    ["ASCII", `ab${"x".repeat(2047)}`, `b${"x".repeat(2047)}`],
    ["2-byte characters", `${"é".repeat(1024)}a`, `${"é".repeat(1023)}a`],
    ["3-byte characters", "客".repeat(683), "客".repeat(682)],
    ["3-byte characters, two bytes before", `${"客".repeat(683)}ab`, `${"客".repeat(682)}ab`],
    ["4-byte characters", `${"😀".repeat(512)}a`, `${"😀".repeat(511)}a`],
    ["4-byte characters, three bytes before", `${"😀".repeat(512)}abc`, `${"😀".repeat(511)}abc`],
    ["a byte order mark that then comes first", `x\ufeff${"x".repeat(2045)}`, `\ufeff${"x".repeat(2045)}`],
  ])("keeps the end between characters: %s", (_of, text, kept) => {
    for (const format of ["json", "key-value", "text"] as const) expect(cut(text, format)).toBe(kept);
  });

  it("is whole up to 2048 bytes", () => {
    const text = "é".repeat(1024);
    expect(renderCallData(text, "text", "truncate-oldest")).toEqual({ text, truncated: false });
  });

  const FIELDS = { first: "客".repeat(300), second: "x;=%".repeat(100), third: "😀".repeat(300), fourth: "last" };

  it("leaves out the first fields of JSON, which can still be parsed", () => {
    const { third, fourth } = FIELDS;
    expect(JSON.parse(cut(FIELDS, "json"))).toEqual({ third, fourth, second: FIELDS.second });
  });

  it("leaves out the first pairs, which can still be split", () => {
    const fields = { first: FIELDS.first, second: FIELDS.third, third: ";".repeat(100) };
    expect(cut(fields, "key-value")).toBe(`second=${FIELDS.third};third=${"%3B".repeat(100)}`);
  });

  it("leaves out all fields where even the last is too long", () => {
    expect(cut({ a: "b", c: "x".repeat(BYTES_MAX) }, "json")).toBe("{}");
    expect(cut({ a: "b", c: "x".repeat(BYTES_MAX) }, "key-value")).toBe("");
  });

  it("cuts fields that are text for people as text", () => {
    const fields = { a: "客".repeat(683), b: "end" };
    expect(cut(fields, "text")).toMatch(/^客+, b: end$/);
  });
});

describe("a connection that may cut", () => {
  const callData = `old ${"x".repeat(BYTES_MAX)}`;

  it.each([
    ["truncate", `old ${"x".repeat(BYTES_MAX - 4)}`],
    ["truncate-oldest", "x".repeat(BYTES_MAX)],
  ])("says so: %s", (callDataOverflow, kept) => {
    expect(parseFields({ callData }, toConnection({ callDataOverflow }))).toMatchObject({ callData: kept, callDataTruncated: true });
    const defaults = { callData };
    expect(parseFields({}, toConnection({ callDataOverflow, defaults }))).toMatchObject({ callData: kept, callDataTruncated: true });
    expect(parseFields({ callData: "short" }, toConnection({ callDataOverflow }))).not.toHaveProperty("callDataTruncated");
  });

  it("has to be told", () => {
    expect(pointersIn(() => parseFields({ callData }))).toEqual(["#/callData"]);
    expect(() => toConnection({ defaults: { callData } })).toThrow();
  });
});
