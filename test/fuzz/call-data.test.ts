/** Whatever fields are rendered: within the gateway's bytes, and a program can read back what was put in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CallDataFields, renderCallData } from "../../lib/transfer/call-data.ts";
import { anyText, fuzz, trickyName } from "../support/fuzz-settings.ts";

const MAX_BYTES = 2048;

const name = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
  fc.constantFrom("a=b", "a;b", "%3D", "%", ";", "=", "ü€😀"),
  trickyName(),
);
/** Around the limit, from what fits to what does not; of few parts, so that a failure is soon shrunk. */
const longText = fc
  .tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 9 }), fc.nat(2_100))
  .map(([part, length]) => part.repeat(Math.ceil(length / part.length)));
const value = fc.oneof(
  anyText(400),
  fc.constantFrom("a=b;c", "100 %", "%3B", "", "😀".repeat(300)),
  fc.boolean(),
  fc.constant(null),
  fc.maxSafeInteger(),
);
/** Own members, whatever their names: `__proto__`, too. */
const fields = fc.array(fc.tuple(name, value), { maxLength: 30 }).map((entries): CallDataFields => Object.fromEntries(entries));
const format = fc.constantFrom("json", "key-value", "text");
const overflow = fc.constantFrom("reject", "truncate");

function bytesOf(text: string | undefined): number {
  return Buffer.byteLength(text ?? "", "utf8");
}

/** As a script at the agent's desk would, written apart from the code that is tested. */
function splitPairs(text: string): [string, string][] {
  if (text === "") return [];
  return text.split(";").map((pair) => {
    const [key = "", value = "", ...rest] = pair.split("=");
    expect(rest).toEqual([]);
    return [unescapePart(key), unescapePart(value)];
  });
}

function unescapePart(text: string): string {
  return text.replaceAll("%3B", ";").replaceAll("%3D", "=").replaceAll("%25", "%");
}

function asTexts(entries: readonly (readonly [string, unknown])[]): [string, string][] {
  return entries.map(([key, value]) => [key, value === null ? "" : String(value)]);
}

describe("call data", () => {
  it("has at most 2048 bytes of well-formed text, or is refused, or says that it was cut", () => {
    const property = fc.property(fc.oneof(longText, fields), format, overflow, (source, format, overflow) => {
      const whole = renderCallData(source, format, "reject");
      const rendered = renderCallData(source, format, overflow);
      expect(bytesOf(rendered?.text)).toBeLessThanOrEqual(MAX_BYTES);
      expect(rendered?.text.isWellFormed()).not.toBe(false);
      expect(rendered?.truncated).toBe(whole === undefined ? (overflow === "truncate" ? true : undefined) : false);
      if (whole !== undefined) expect(rendered).toEqual(whole);
    });
    fc.assert(property, fuzz());
  });

  it("as text is cut by no more than the code point that did not fit", () => {
    const property = fc.property(longText, (source) => {
      const { text, truncated } = renderCallData(source, "text", "truncate") ?? { text: "", truncated: false };
      expect(source.startsWith(text)).toBe(true);
      expect(bytesOf(text)).toBeLessThanOrEqual(MAX_BYTES);
      if (truncated) expect(bytesOf(text)).toBeGreaterThan(MAX_BYTES - 4);
      else expect(text).toBe(source);
    });
    fc.assert(property, fuzz());
  });

  it("as pairs splits back into the first fields, and into all of them unless it was cut", () => {
    const property = fc.property(fields, (source) => {
      const { text, truncated } = renderCallData(source, "key-value", "truncate") ?? { text: "", truncated: true };
      const pairs = splitPairs(text);
      const all = asTexts(Object.entries(source));
      expect(pairs).toEqual(all.slice(0, pairs.length));
      expect(pairs.length === all.length).toBe(!truncated);
    });
    fc.assert(property, fuzz());
  });

  it("as JSON parses to the first fields, and to all of them unless it was cut", () => {
    const property = fc.property(fields, (source) => {
      const { text, truncated } = renderCallData(source, "json", "truncate") ?? { text: "", truncated: true };
      const read = Object.entries(JSON.parse(text));
      const all = Object.entries(source).map(([key, value]) => [key, Object.is(value, -0) ? 0 : value]);
      expect(read).toEqual(all.slice(0, read.length));
      expect(read.length === all.length).toBe(!truncated);
    });
    fc.assert(property, fuzz());
  });

  it("of fields that do not fit keeps as many as do", () => {
    const lengths = fc.array(fc.integer({ min: 100, max: 700 }), { minLength: 4, maxLength: 20 });
    const property = fc.property(lengths, fc.constantFrom("json", "key-value"), (values, format) => {
      const source = Object.fromEntries(values.map((length, index) => [`field-${index}`, "=".repeat(length)]));
      const { text } = renderCallData(source, format, "truncate") ?? { text: "" };
      const kept = format === "json" ? Object.keys(JSON.parse(text)).length : splitPairs(text).length;
      const oneMore = Object.fromEntries(Object.entries(source).slice(0, kept + 1));
      if (kept < values.length) expect(renderCallData(oneMore, format, "reject")).toBeUndefined();
    });
    fc.assert(property, fuzz());
  });
});
