/** Schemas of the texts that reach the gateway or are echoed: what they may hold, in words that name the limit and never the value. */
import * as z from "zod";

// C0, DEL and C1: no field of the gateway's page is a multi-line one, and a log or a screen may obey them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/** The message of a type error, which tells a missing field from one of the wrong type. */
export function expected(what: string) {
  return (issue: { readonly input?: unknown }): string => (issue.input === undefined ? "is required" : `must be ${what}`);
}

/** Text without control characters that UTF-8 can carry: a lone surrogate would silently become U+FFFD. */
export const PlainText = z
  .string({ error: expected("a string") })
  .refine((value) => !CONTROL_CHARACTER.test(value), "must not contain control characters (line breaks and tabs among them)")
  .refine((value) => value.isWellFormed(), "must be well-formed Unicode");

/** Plain text of 1 to `maxCharacters` UTF-16 units that is not only white space. As JSON Schema, which knows no rules of ours, it has its length at least. */
export function plainText(maxCharacters: number) {
  return PlainText.refine((value) => value.trim() !== "", "must not be empty")
    .refine((value) => value.length <= maxCharacters, `must have at most ${maxCharacters} characters`)
    .meta({ minLength: 1, maxLength: maxCharacters });
}
