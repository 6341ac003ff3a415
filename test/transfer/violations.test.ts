import { describe, expect, it } from "vitest";
import * as z from "zod";
import { toViolations } from "../../lib/transfer/violations.ts";

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
