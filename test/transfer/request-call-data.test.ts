import { describe, expect, it } from "vitest";
import { parseFields, pointersIn, toConnection } from "../support/transfer-request.ts";

const FIELDS = { topic: "a;b", vip: true };
const LONG = "x".repeat(3000);

describe("call data fields reach the gateway", () => {
  it.each([
    [undefined, '{"topic":"a;b","vip":true}'],
    ["json", '{"topic":"a;b","vip":true}'],
    ["key-value", "topic=a%3Bb;vip=true"],
    ["text", "topic: a;b, vip: true"],
  ])("in the connection's format %s", (callDataFormat, callData) => {
    const request = parseFields({ callDataFields: FIELDS }, toConnection({ callDataFormat }));
    expect(request.callData).toBe(callData);
    expect(request).not.toHaveProperty("callDataFields");
  });

  it.each(["constructor", "toString"])("with all their names, %s among them", (name) => {
    const callDataFields = JSON.parse(`{"topic":"bill","${name}":"kept"}`);
    expect(parseFields({ callDataFields }).callData).toBe(`{"topic":"bill","${name}":"kept"}`);
  });

  it("or not at all: a name that objects cannot carry is refused, not left out", () => {
    const callDataFields = JSON.parse('{"topic":"bill","__proto__":"lost"}');
    expect(() => parseFields({ callDataFields })).toThrow(expect.objectContaining({ code: "invalid-request" }));
  });
});

describe("call data over the limit", () => {
  it.each([
    [{ callData: LONG }, "#/callData"],
    [{ callDataFields: { note: LONG } }, "#/callDataFields"],
  ])("is refused where the connection does not let it be cut", (fields, pointer) => {
    expect(pointersIn(() => parseFields(fields))).toEqual([pointer]);
  });

  it.each([
    [{ callData: LONG }, "x".repeat(2048)],
    [{ callDataFields: { topic: "bill", note: LONG } }, '{"topic":"bill"}'],
  ])("is cut where the connection lets it be, and said to be", (fields, callData) => {
    expect(parseFields(fields, toConnection({ callDataOverflow: "truncate" }))).toMatchObject({ callData, callDataTruncated: true });
  });

  it("is cut when it is the connection's default", () => {
    const connection = toConnection({ defaults: { callData: LONG }, callDataOverflow: "truncate" });
    expect(parseFields({}, connection)).toMatchObject({ callData: "x".repeat(2048), callDataTruncated: true });
  });
});

it("says nothing of cutting where nothing is cut", () => {
  expect(parseFields({ callData: "x".repeat(2048) }, toConnection({ callDataOverflow: "truncate" })).callDataTruncated).toBeUndefined();
});
