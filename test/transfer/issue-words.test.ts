import { describe, expect, it } from "vitest";
import * as z from "zod";
import { inOurWords } from "../../lib/transfer/issue-words.ts";

function saidOf(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value, { error: inOurWords }).error?.issues[0]?.message;
}

describe("what is wrong, where a schema has no words of its own,", () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ["a text that is missing", z.string(), undefined, "is required"],
    ["a choice that is missing", z.enum(["a", "b"]), undefined, "is required"],
    ["one of several that is missing", z.union([z.string(), z.number()]), undefined, "is required"],
    ["no text", z.string(), 1, "must be a string"],
    ["no object", z.looseObject({}), [], "must be an object"],
    ["no record", z.record(z.string(), z.string()), "planted", "must be an object"],
    ["no list", z.array(z.string()), {}, "must be a list"],
    ["no number", z.number(), "planted", "must be a number"],
    ["a fraction", z.int(), 1.5, "must be a whole number"],
    ["no flag", z.boolean(), "planted", "must be true or false"],
    ["a kind of its own", z.date(), "planted", "must be of another type"],
    ["another version", z.literal(1), 2, "must be 1"],
    ["another choice", z.enum(["a", "b"]), "planted", "must be a or b"],
    ["neither of two", z.union([z.string(), z.number()]), true, "has none of the forms that it may have"],
    ["a list that is too short", z.array(z.string()).min(1), [], "must have at least 1 entries"],
    ["a text that is too long", z.string().max(3), "planted", "must have at most 3 characters"],
    ["a number that is too small", z.number().min(100), 1, "must be at least 100"],
    ["no time", z.iso.datetime({ offset: true }), "planted", "must be a time in ISO 8601 with its offset, like 2027-01-01T00:00:00Z"],
    ["no address", z.url(), "planted", "must be of the form url"],
    ["another form", z.string().regex(/^[a-z]$/), "planted", "must match /^[a-z]$/"],
    ["a name that is none", z.record(z.string().regex(/^[a-z]$/), z.string()), { planted: "" }, "is not valid"],
  ])("is told in ours: %s", (_what, schema, value, words) => {
    expect(saidOf(schema, value)).toBe(words);
  });

  it("leaves a schema its own words", () => {
    expect(saidOf(z.string("must be the name"), 1)).toBe("must be the name");
  });
});
