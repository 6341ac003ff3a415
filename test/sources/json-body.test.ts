import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { readJsonBody } from "../../lib/sources/reading/json-body.ts";

const JSON_TYPE = { "content-type": "application/json" };

function parse(body: string | Uint8Array, headers: Readonly<Record<string, string>> = JSON_TYPE): unknown {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return readJsonBody({
    method: "POST",
    url: "https://hooks.example.com",
    query: new URLSearchParams(),
    headers,
    body: bytes,
    receivedAt: new Date(0),
  });
}

function failureOf(run: () => unknown): TransferError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof TransferError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

describe("a JSON body", () => {
  it.each<[string, unknown]>([
    ['{"a":[1,null,true,"ü 客 😀"]}', { a: [1, null, true, "ü 客 😀"] }],
    [" \r\n\t[] ", []],
    ["0", 0],
    ["\ufeff{}", {}],
    ['"\\ud83d\\ude00"', "😀"],
  ])("%s is read", (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json; charset=UTF8",
    "APPLICATION/JSON",
    "application/cloudevents+json",
    "application/json; version=1",
  ])("comes as %s", (type) => {
    expect(parse("{}", { "content-type": type })).toEqual({});
  });

  it.each([
    ["", "no type"],
    ["text/plain", "another type"],
    ["text/json", "a type that is none"],
    ["application/x-www-form-urlencoded", "a form"],
    ["application/jsonp", "a type that begins alike"],
    ["application/json, application/json", "two types"],
    ["application/json; charset=iso-8859-1", "another charset"],
    ["application/json; charset=utf-16", "another Unicode"],
    ["json", "no slash"],
  ])("does not come as %j (%s)", (type) => {
    expect(() => parse("{}", { "content-type": type })).toThrow(expect.objectContaining({ code: "unsupported-media-type" }));
  });

  it("does not come without a type", () => {
    expect(failureOf(() => parse("{}", {})).code).toBe("unsupported-media-type");
  });

  it.each(["gzip", "br", "deflate", "gzip, gzip"])("does not come in %s", (encoding) => {
    const headers = { ...JSON_TYPE, "content-encoding": encoding };
    expect(failureOf(() => parse("{}", headers)).code).toBe("unsupported-media-type");
  });

  it("may say that it is not encoded", () => {
    expect(parse("{}", { ...JSON_TYPE, "content-encoding": "identity" })).toEqual({});
  });

  it("is judged by its type before its bytes", () => {
    expect(failureOf(() => parse("{", { "content-type": "text/plain" })).code).toBe("unsupported-media-type");
  });
});

describe("a body that is not JSON", () => {
  it.each<[string, Uint8Array]>([
    ["a byte that is never UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["an overlong form", new Uint8Array([0x22, 0xc0, 0xaf, 0x22])],
    ["a surrogate in UTF-8", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ["a character cut off", new Uint8Array([0x22, 0xe5, 0xae])],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])],
  ])("is refused for %s", (_what, bytes) => {
    expect(failureOf(() => parse(bytes))).toMatchObject({ code: "invalid-json", message: "not UTF-8" });
  });

  it.each(["", " ", "\r\n", "\ufeff"])("is told to be empty: %j", (text) => {
    expect(failureOf(() => parse(text))).toMatchObject({ code: "invalid-json", message: "empty" });
  });

  it.each([
    ['{"a": x}'],
    ["[1,]"],
    ["{'a':1}"],
    ['{"a":1,}'],
    ['{"a":1}}'],
    ["{a:1}"],
    ['{"a":01}'],
    ['{"a":NaN}'],
    ['"a\nb"'],
    [`{"first":"${"f".repeat(80)}","second":x,"third":"${"t".repeat(80)}"}`],
  ])("and goes on after the mistake is not told to end too soon: %j", (text) => {
    const { code, detail } = failureOf(() => parse(text));
    expect(code).toBe("invalid-json");
    expect(detail).not.toContain("ends in the middle");
  });

  it.each([['{"a":1'], ["["], ["nul"], ['{"a":tr']])("is told that it is none, or where it breaks off: %j", (text) => {
    expect(failureOf(() => parse(text))).toMatchObject({ code: "invalid-json", detail: expect.stringMatching(/not JSON|character/) });
  });

  it.each([
    ['{"a":1,}', 7],
    ["{a:1}", 1],
    ['{"a":1}}', 7],
  ])("is told where it is broken, if the parser says: %j", (text, position) => {
    expect(failureOf(() => parse(text)).detail).toContain(`character ${position}.`);
  });

  it("is not told a place that stands in the body", () => {
    expect(failureOf(() => parse("x at position 99")).detail).not.toContain("99");
  });

  it.each(["planted", '{"a": planted}', '"planted', '{"planted":1,}', '{"a":"planted" planted'])("is not repeated: %j", (text) => {
    const error = failureOf(() => parse(text));
    const told = [error.message, error.detail, String(error.cause), error.cause instanceof Error ? error.cause.stack : ""];
    expect(told.join(" ")).not.toContain("planted");
  });
});
