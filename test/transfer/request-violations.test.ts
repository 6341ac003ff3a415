import { describe, expect, it } from "vitest";
import { parseFields, pointersIn, toConnection, violationsIn } from "../support/transfer-request.ts";

const VIOLATIONS_MAX = 100;

describe("everything that is wrong with a request", () => {
  it("is told at once, each at its place", () => {
    const fields = {
      callId: "",
      agentId: "100",
      target: { type: "skill-queue", address: "x".repeat(25), skillId: 1 },
      mode: "warm",
      caller: "1".repeat(65),
      callData: "x".repeat(2049),
      callDataFields: {},
      deliveryId: "d-1",
      reference: "a\nb",
      attempt: 2,
      dryRun: 1,
      callid: "c-1",
    };
    expect(pointersIn(() => parseFields(fields, toConnection(), { deliveryId: "d-2" })).sort()).toEqual([
      "#/agentId",
      "#/attempt",
      "#/callDataFields",
      "#/callId",
      "#/caller",
      "#/callid",
      "#/deliveryId",
      "#/dryRun",
      "#/mode",
      "#/reference",
      "#/target/address",
      "#/target/skillId",
    ]);
  });

  it("is several things about one field where several are wrong", () => {
    const details = violationsIn(() => parseFields({ reference: `\n${"r".repeat(64)}\ud800` })).map(({ pointer }) => pointer);
    expect(details).toEqual(["#/reference", "#/reference", "#/reference"]);
  });

  it("includes too much call data beside other violations", () => {
    expect(pointersIn(() => parseFields({ callId: 1, callData: "x".repeat(2049) }))).toEqual(["#/callId", "#/callData"]);
  });

  it("includes a transfer to the agent itself beside other violations", () => {
    const target = { type: "agent", address: "101" };
    expect(pointersIn(() => parseFields({ callId: 1, target }))).toEqual(["#/callId", "#/target/address"]);
  });
});

describe("a field that is not known", () => {
  it.each([
    ["foo", "is not a known field"],
    ["callid", "is not a known field; did you mean callId?"],
    ["CallID", "is not a known field; did you mean callId?"],
    ["DELIVERYID", "is not a known field; did you mean deliveryId?"],
    ["dryrun", "is not a known field; did you mean dryRun?"],
    ["calldatafields", "is not a known field; did you mean callDataFields?"],
    ["skillId", "is not a known field"],
  ])("%s is named", (name, detail) => {
    expect(violationsIn(() => parseFields({ [name]: "x" }))).toEqual([{ pointer: `#/${name}`, detail }]);
  });

  it("is named in a target, without a suggestion from another level", () => {
    const target = { type: "agent", address: "205", callid: 1 };
    expect(violationsIn(() => parseFields({ target }))).toEqual([{ pointer: "#/target/callid", detail: "is not a known field" }]);
  });

  it.each(["__proto__", "constructor", "toString"])("is refused when it is called %s", (name) => {
    const fields = JSON.parse(`{"callId":"c-1","${name}":1}`);
    expect(pointersIn(() => parseFields(fields))).toEqual([`#/${name}`]);
  });

  it("is refused however many there are, with a bounded list", () => {
    const extra = Object.fromEntries(Array.from({ length: VIOLATIONS_MAX + 50 }, (_, at) => [`extra${at}`, at]));
    const errors = violationsIn(() => parseFields(extra));
    expect(errors).toHaveLength(VIOLATIONS_MAX + 1);
    expect(errors.at(-1)).toEqual({ pointer: "#", detail: "has 50 more violations" });
  });

  it("is not counted as one more at exactly the bound", () => {
    const extra = Object.fromEntries(Array.from({ length: VIOLATIONS_MAX }, (_, at) => [`extra${at}`, at]));
    expect(pointersIn(() => parseFields(extra))).not.toContain("#");
  });
});

describe("what is wrong is told", () => {
  it("as the table's code", () => {
    expect(() => parseFields({ callId: "" })).toThrow(expect.objectContaining({ code: "invalid-request", effect: "none" }));
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["a caller", { caller: "planted-value\n" }],
    ["call data", { callData: "planted-value\u0000" }],
    ["a call data field's value", { callDataFields: { n: "planted-value\u0000" } }],
    ["a name of no target", { target: "planted-value" }],
    ["a mode", { mode: "planted-value" }],
    ["a type of target", { target: { type: "planted-value", address: "1" } }],
    ["a value of an unknown field", { unknown: "planted-value" }],
    ["an agent", { agentId: "planted-value" }],
  ])("without repeating %s", (_what, fields) => {
    expect(JSON.stringify(violationsIn(() => parseFields(fields)))).not.toContain("planted-value");
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["no text", { callId: 1 }],
    ["an unsafe number", { callDataFields: { n: 2 ** 53 } }],
    ["an infinite number", { callDataFields: { n: Number.POSITIVE_INFINITY } }],
    ["a nested value", { callDataFields: { n: { deep: 1 } } }],
    ["a control character", { callDataFields: { n: "a\u0000" } }],
    ["a flag of another type", { dryRun: "yes" }],
  ])("in words that say what is expected, for %s", (_what, fields) => {
    for (const { detail } of violationsIn(() => parseFields(fields))) expect(detail).toMatch(/^(is required|must )/);
  });
});

describe("a target of which much is wrong", () => {
  it("is told all of it at once", () => {
    const pointers = violationsIn(() => parseFields({ target: { type: "queue", address: "", skillId: -1, extra: 1 } })).map(
      ({ pointer }) => pointer,
    );
    expect(pointers.toSorted()).toEqual(["#/target/address", "#/target/extra", "#/target/skillId", "#/target/type"]);
  });

  it("is told of a skill that only agents have, with whatever else is wrong", () => {
    const pointers = violationsIn(() => parseFields({ target: { type: "skill-queue", address: "", skillId: 3 } })).map(
      ({ pointer }) => pointer,
    );
    expect(pointers.toSorted()).toEqual(["#/target/address", "#/target/skillId"]);
  });
});
