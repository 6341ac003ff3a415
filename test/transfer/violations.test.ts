import { describe, expect, it } from "vitest";
import * as z from "zod";
import { tellViolation, tellViolations, toViolations } from "../../lib/transfer/violations.ts";

/** The pointer at a value that is missing there. */
function pointerTo(path: readonly (string | number)[]): string | undefined {
  const error = new z.ZodError([{ code: "custom", path: [...path], message: "is wrong", input: undefined }]);
  return toViolations(error, [])[0]?.pointer;
}

describe("a pointer", () => {
  it.each<[readonly (string | number)[], string]>([
    [[], "#"],
    [["a"], "#/a"],
    [["a", 0, "b"], "#/a/0/b"],
    [[""], "#/"],
    [["a/b"], "#/a~1b"],
    [["m~n"], "#/m~0n"],
    [["~1"], "#/~01"],
    [["c%d"], "#/c%25d"],
    [["e^f"], "#/e%5Ef"],
    [["g|h"], "#/g%7Ch"],
    [["i\\j"], "#/i%5Cj"],
    [['k"l'], "#/k%22l"],
    [[" "], "#/%20"],
    [["é"], "#/%C3%A9"],
    [["a\nb"], "#/a%0Ab"],
    [["\ud800"], "#/%EF%BF%BD"],
  ])("to %j is %s, as RFC 6901 section 6 shows", (path, pointer) => {
    expect(pointerTo(path)).toBe(pointer);
  });

  it("repeats a long name in part alone", () => {
    expect(pointerTo(["n".repeat(500)])).toBe(`#/${"n".repeat(64)}`);
  });

  it("stays well-formed when a long name is cut within a character", () => {
    expect(pointerTo([`${"n".repeat(63)}😀`])).toBe(`#/${"n".repeat(63)}%EF%BF%BD`);
  });
});

describe("the list of violations", () => {
  it("has one for each field that is not known", () => {
    const parsed = z.strictObject({ a: z.object({}).optional() }).safeParse({ b: 1, c: 2 });
    expect(toViolations(parsed.error ?? new z.ZodError([]), ["a"])).toEqual([
      { pointer: "#/b", detail: "is not a known field" },
      { pointer: "#/c", detail: "is not a known field" },
    ]);
  });

  it("suggests the known name that differs in case alone", () => {
    const parsed = z.strictObject({ callId: z.string().optional() }).safeParse({ CALLID: "c" });
    expect(toViolations(parsed.error ?? new z.ZodError([]), ["callId"])[0]?.detail).toContain("did you mean callId?");
  });
});

describe("what the log is told of violations", () => {
  it.each([
    ["#", "# is wrong"],
    ["#/target/address", "#/target/address is wrong"],
    ["#/ccgw_tagret", "#/ccgw_tagret is wrong"],
    ["#/Notification/12/sObject", "#/Notification/12/sObject is wrong"],
    ["#/callDataFields", "#/callDataFields is wrong"],
    ["#/callDataFields/name", "#/callDataFields/* is wrong"],
    ["#/callDataFields/a/b", "#/callDataFields/* is wrong"],
    ["#/88880021", "#/* is wrong"],
    ["#/Zo%C3%AB%20M%C3%BCller", "#/* is wrong"],
    ["#/zoe@example.com", "#/* is wrong"],
    [`#/${"n".repeat(64)}`, `#/${"n".repeat(40)} is wrong`],
  ])("of %s is %s", (pointer, told) => {
    expect(tellViolation({ pointer, detail: "is wrong" })).toBe(told);
  });

  it("is the first five of them, and how many more there are", () => {
    const violations = Array.from({ length: 7 }, (_, at) => ({ pointer: `#/n${at}`, detail: "is wrong" }));
    expect(tellViolations(violations.slice(0, 5))).toBe("#/n0 is wrong; #/n1 is wrong; #/n2 is wrong; #/n3 is wrong; #/n4 is wrong");
    expect(tellViolations(violations)).toBe("#/n0 is wrong; #/n1 is wrong; #/n2 is wrong; #/n3 is wrong; #/n4 is wrong; 2 more");
  });

  it("has at most 500 characters", () => {
    expect(tellViolations([{ pointer: "#", detail: "d".repeat(600) }])).toHaveLength(500);
  });
});
