/** Whatever a caller calls a field: the pointer of its violation resolves, by RFC 6901, to the value that is wrong. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText, brokenText, fuzz, trickyName } from "../support/fuzz-settings.ts";
import { FIELDS, parseFields, violationsIn } from "../support/transfer-request.ts";

/** Longer names are cut in a pointer. */
const NAME_MAX_CHARACTERS = 64;
const name = fc.oneof(
  anyText(32),
  fc.constantFrom("", "/", "~", "~1", "~01", "a/b", "a~b", "%2F", "#", "0", "é😀", '"', "\\"),
  trickyName(),
);
const WRONG = ["wrong"];

/** Of a URI fragment (section 6), written apart from the code that is tested. Fails where a token has no such member. */
function resolve(pointer: string, document: unknown): unknown {
  const [fragment, ...tokens] = pointer.split("/");
  expect(fragment).toBe("#");
  return tokens.reduce<unknown>((value, token) => {
    const member = decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
    expect(Object.hasOwn(Object(value), member)).toBe(true);
    return Object(value)[member];
  }, document);
}

describe("the pointer of a violation", () => {
  it("leads to the field of the call data that is wrong", () => {
    const others = name.filter((name) => name !== "__proto__");
    const property = fc.property(fc.uniqueArray(others, { minLength: 1, maxLength: 5 }), (names) => {
      const callDataFields = Object.fromEntries(names.map((name) => [name, WRONG]));
      const document = { ...FIELDS, callDataFields };
      const found = violationsIn(() => parseFields({ callDataFields })).map(({ pointer }) => resolve(pointer, document));
      expect(found).toHaveLength(names.length);
      expect(found.every((value) => value === WRONG)).toBe(true);
    });
    fc.assert(property, fuzz());
  });

  it("is there for a field of the call data that is called __proto__", () => {
    const callDataFields = Object.fromEntries([["__proto__", WRONG]]);
    expect(violationsIn(() => parseFields({ callDataFields }))).toHaveLength(1);
  });

  it("leads to the field that is not known", () => {
    const property = fc.property(name, (name) => {
      const over = Object.fromEntries([[name, WRONG]]);
      const found = violationsIn(() => parseFields(over)).map(({ pointer }) => resolve(pointer, { ...FIELDS, ...over }));
      expect(new Set(found)).toEqual(new Set([WRONG]));
    });
    fc.assert(property, fuzz());
  });

  it("leads to the member of the target that is not known", () => {
    const property = fc.property(name, (name) => {
      const target = { ...FIELDS.target, ...Object.fromEntries([[name, WRONG]]) };
      const found = violationsIn(() => parseFields({ target })).map(({ pointer }) => resolve(pointer, { target }));
      expect(found).toEqual([WRONG]);
    });
    fc.assert(property, fuzz());
  });

  it("is an ASCII fragment of bounded length, whatever the name holds", () => {
    const long = fc.tuple(fc.oneof(anyText(200), brokenText()), brokenText()).map((parts) => parts.join(""));
    const property = fc.property(long, (name) => {
      for (const { pointer } of violationsIn(() => parseFields({ [`x${name}`]: 1 }))) {
        expect(pointer).toMatch(/^#(\/[\x21-\x7e]*)*$/);
        expect(decodeURIComponent(pointer).length).toBeLessThanOrEqual(2 * NAME_MAX_CHARACTERS + 2);
      }
    });
    fc.assert(property, fuzz());
  });
});
