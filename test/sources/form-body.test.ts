import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { readFormBody, readJsonOrFormBody } from "../../lib/sources/reading/form-body.ts";
import { INSTANT } from "../support/manual-clock.ts";

const FORM = "application/x-www-form-urlencoded";

function read(body: string | Uint8Array, type = FORM, reader: typeof readJsonOrFormBody = readFormBody): unknown {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const headers = { "content-type": type };
  return reader({
    method: "POST",
    url: "https://hooks.example.com",
    query: new URLSearchParams(),
    headers,
    body: bytes,
    receivedAt: new Date(INSTANT),
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

describe("a form", () => {
  it.each<[string, Record<string, string>]>([
    ["a=1&b=2", { a: "1", b: "2" }],
    ["a=x+y%20z", { a: "x y z" }],
    ["a=%C3%BC%E5%AE%A2%F0%9F%98%80", { a: "ü客😀" }],
    ["a=ü客😀", { a: "ü客😀" }],
    ["a%20b=1", { "a b": "1" }],
    ["a=b=c", { a: "b=c" }],
    ["a", { a: "" }],
    ["a=&b", { a: "", b: "" }],
    ["&a=1&&", { a: "1" }],
    ["=1", { "": "1" }],
    ["a=1%26b%3D2", { a: "1&b=2" }],
    ["a=%2B", { a: "+" }],
  ])("%s is read", (text, fields) => {
    expect(read(text)).toEqual(fields);
  });

  it.each(['{"title":"x&ccgw_call_id=c-2"}', " [1]=2"])("is none where it is JSON, whose content type nobody signs: %s", (text) => {
    expect(failureOf(() => read(text))).toMatchObject({ code: "invalid-json", detail: "The body is JSON, not a form." });
  });

  it("may have a field of a name that every object has", () => {
    expect(Object.entries(Object(read("__proto__=1&constructor=2")))).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  it.each([
    ["a=1&a=2", ["#/a"]],
    ["a=1&b=1&%61=1&b=2", ["#/a", "#/b"]],
    ["a/b=1&a/b=2", ["#/a~1b"]],
  ])("is refused for what it gives twice: %s", (text, pointers) => {
    const { code, errors = [] } = failureOf(() => read(text));
    expect({ code, pointers: errors.map(({ pointer }) => pointer) }).toEqual({ code: "invalid-request", pointers });
  });

  it("has at most 1000 fields", () => {
    const fields = Array.from({ length: 1_000 }, (_, at) => `n${at}=1`);
    expect(Object.keys(Object(read(fields.join("&"))))).toHaveLength(1_000);
    const { code, errors } = failureOf(() => read([...fields, "one=more"].join("&")));
    expect({ code, errors }).toEqual({ code: "invalid-request", errors: [{ pointer: "#", detail: "must have at most 1000 fields" }] });
  });

  it.each<[string, string | Uint8Array]>([
    ["no escape", "a=100%"],
    ["an escape that is none", "a=%zz"],
    ["escapes that are not UTF-8", "a=%ff"],
    ["an escaped character cut off", "a=%E5%AE"],
    ["bytes that are not UTF-8", new Uint8Array([0x61, 0x3d, 0xff])],
    ["nothing in it", ""],
  ])("is refused for %s", (_what, body) => {
    expect(failureOf(() => read(body)).code).toBe("invalid-json");
  });

  it.each(["planted=%zz", "a=planted%", "x=planted&x=planted"])("is not repeated: %s", (text) => {
    const { message, detail, errors } = failureOf(() => read(text));
    expect(JSON.stringify([message, detail, errors])).not.toContain("planted");
  });

  it.each(["application/json", "multipart/form-data; boundary=x", "text/plain", "", `${FORM}x`, `${FORM}; charset=iso-8859-1`])(
    "does not come as %j",
    (type) => {
      expect(failureOf(() => read("a=1", type)).code).toBe("unsupported-media-type");
    },
  );

  it("names both types where either is read", () => {
    const { code, detail } = failureOf(() => read("a=1", "text/plain", readJsonOrFormBody));
    expect({ code, detail }).toEqual({
      code: "unsupported-media-type",
      detail: "Send the body with Content-Type: application/json or application/x-www-form-urlencoded.",
    });
  });

  it.each([
    [FORM, "a=1", { a: "1" }],
    [`${FORM} ; charset=utf-8`, "a=1", { a: "1" }],
    [FORM.toUpperCase(), "a=1", { a: "1" }],
    ["application/json", '{"a":1}', { a: 1 }],
  ])("or JSON is read as it says that it is: %s", (type, body, value) => {
    expect(read(body, type, readJsonOrFormBody)).toEqual(value);
  });
});
