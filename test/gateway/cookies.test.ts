import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Cookies } from "../../lib/gateway/agent-access.ts";
import { mergeCookies } from "../../lib/gateway/cookies.ts";
import { anyText, brokenText, fuzz, trickyName } from "../support/fuzz-settings.ts";

const NOW = Date.UTC(2026, 10, 23, 7);
const at = (ms: number) => new Date(NOW + ms).toUTCString();

describe("the cookies that are sent back", () => {
  it.each<[string, string | undefined, readonly string[], string]>([
    ["are the pairs alone", undefined, ["NSLB=7; Path=/; Secure; HttpOnly; SameSite=None; Domain=x", "ROUTE=a"], "NSLB=7; ROUTE=a"],
    ["stay where nothing is set", "NSLB=7; ROUTE=a", [], "NSLB=7; ROUTE=a"],
    ["are replaced in their place", "NSLB=7; ROUTE=a", ["NSLB=8"], "NSLB=8; ROUTE=a"],
    ["are told apart by case", "a=1", ["A=2"], "a=1; A=2"],
    ["have the last value of one answer", undefined, ["A=1", "A=2"], "A=2"],
    ["keep their value as it is", undefined, ["A=%41%3B+b==", "C=%zz", 'B="q"'], 'A=%41%3B+b==; C=%zz; B="q"'],
    ["may be empty", undefined, ["A="], "A="],
    ["may have commas and spaces", undefined, ["A=1, B=2"], "A=1, B=2"],
    ["are taken away by Max-Age=0", "A=1; B=2", ["A=; Max-Age=0"], "B=2"],
    ["are taken away by a negative Max-Age", "A=1", ["A=1; Max-Age=-5"], ""],
    ["are taken away by a past Expires", "A=1; B=2", [`B=2; Expires=${at(0)}`], "A=1"],
    ["stay with a later Expires", undefined, [`A=1; Expires=${at(1_000)}`], "A=1"],
    ["stay with a Max-Age, whatever Expires says", undefined, [`A=1; Expires=${at(-1)}; Max-Age=1`], "A=1"],
    ["are taken away by Max-Age, whatever Expires says", "A=1", [`A=1; Expires=${at(1_000)}; Max-Age=0`], ""],
    ["stay with attributes that cannot be read", undefined, ["A=1; Expires=never; Max-Age=soon; __proto__=x"], "A=1"],
    ["may be taken away and set again", "A=1", ["A=; Max-Age=0", "A=2"], "A=2"],
    ["that were held otherwise spaced are the same", " A=1;B=2 ;; ", ["B=3"], "A=1; B=3"],
    ["that were held without a name stay", "flag; A=1", ["A=2"], "flag; A=2"],
    ["have no names of none", undefined, ["=1", "flag", "", ";", "a b=1", "ä=1", "a\tb=1"], ""],
    ["have no values that are no header's", undefined, ["A=\u00e4", "B=\u0000", "C=a\r\nX: y", "D=1"], "D=1"],
    ["have no names that every object has", undefined, ["constructor=1", "__proto__=2", "A=3"], "A=3"],
  ])("%s", (_name, held, setCookies, expected) => {
    expect(mergeCookies(held, setCookies, NOW)).toBe(expected);
  });

  it("are at most 50, those of before first", () => {
    const setCookies = Array.from({ length: 60 }, (_, index) => `N${index}=${index}`);
    const merged = mergeCookies("FIRST=1", setCookies, NOW).split("; ");
    expect(merged).toHaveLength(50);
    expect(merged.at(0)).toBe("FIRST=1");
    expect(merged.at(-1)).toBe("N48=48");
  });

  it.each([
    [4096, "x".repeat(4094), "A="],
    [4096, "x".repeat(4095), ""],
  ])("have at most %i characters", (_max, value, rest) => {
    expect(mergeCookies(undefined, [`A=${value}`], NOW)).toBe(rest === "" ? "" : `A=${value}`);
  });

  it("are those that fit, whatever lies between", () => {
    const merged = mergeCookies(undefined, [`A=${"x".repeat(4000)}`, `B=${"y".repeat(100)}`, `C=${"z".repeat(90)}`], NOW);
    expect(merged).toBe(`A=${"x".repeat(4000)}; C=${"z".repeat(90)}`);
    expect(merged.length).toBe(4096);
  });

  it("are what a Cookie header may hold, whatever is set, and nothing is printed", () => {
    const printed = [vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
    const name = fc.oneof(fc.constantFrom("A", "B", "NSLB"), trickyName(), anyText(8));
    const text = fc.oneof(anyText(), brokenText(), fc.string({ minLength: 1000, maxLength: 3000 }));
    const attribute = fc.oneof(
      fc.constantFrom("Max-Age=0", "Max-Age=x", "Expires=x", `Expires=${at(5)}`, "Path=/", "__proto__=1"),
      anyText(10),
    );
    const setCookie = fc.oneof(
      text,
      fc.tuple(name, text, fc.array(attribute, { maxLength: 3 })).map(([n, v, attributes]) => [`${n}=${v}`, ...attributes].join("; ")),
    );
    fc.assert(
      fc.property(fc.array(setCookie, { maxLength: 6 }), fc.array(setCookie, { maxLength: 6 }), (first, second) => {
        const held = mergeCookies(undefined, first, NOW);
        const merged = mergeCookies(held, second, NOW);
        for (const cookies of [held, merged]) if (cookies !== "") expect(Cookies.safeParse(cookies)).toMatchObject({ success: true });
        expect(mergeCookies(merged, [], NOW)).toBe(merged);
      }),
      fuzz(),
    );
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    for (const spy of printed) spy.mockRestore();
  });
});
