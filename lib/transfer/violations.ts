/** From zod's issues to violations that a caller can act on: a pointer and a sentence. Says what was expected, never what was sent. */
import type * as z from "zod";
import type { Violation } from "../errors.ts";
import { VIOLATIONS_MAX } from "./limits.ts";

/** A name that a caller made up is echoed, but not at any length. */
const NAME_MAX_CHARACTERS = 64;
/** What a line of the log takes. */
const TOLD_MAX = 5;
const TOLD_MAX_CHARACTERS = 500;
const TOLD_NAME_MAX_CHARACTERS = 40;
/** Like a field's name, or the place in a list: anything else could be a value that stands where a name should. */
const TOLD_NAME = /^([A-Za-z_][A-Za-z0-9_.-]*|\d{1,3})$/;
const HIDDEN = "*";

/** `known` are the names of the fields at the top: a name that differs in case alone is suggested. */
export function toViolations(error: z.ZodError, known: readonly string[]): readonly Violation[] {
  return capViolations(error.issues.flatMap((issue) => toViolation(issue, known)));
}

/** As many as help somebody, and how many more there are. */
export function capViolations(violations: readonly Violation[]): readonly Violation[] {
  if (violations.length <= VIOLATIONS_MAX) return violations;
  const shown = violations.slice(0, VIOLATIONS_MAX);
  return [...shown, { pointer: "#", detail: `has ${violations.length - VIOLATIONS_MAX} more violations` }];
}

function toViolation(issue: z.core.$ZodIssue, known: readonly string[]): Violation[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ pointer: toPointer([...issue.path, key]), detail: unknownField(key, issue.path, known) }));
  if (issue.code === "invalid_key")
    return [{ pointer: toPointer(issue.path), detail: `has a name that ${issue.issues[0]?.message ?? "is not valid"}` }];
  return [{ pointer: toPointer(issue.path), detail: issue.message }];
}

function unknownField(key: string, path: readonly PropertyKey[], known: readonly string[]): string {
  const meant = path.length === 0 ? known.find((name) => name.toLowerCase() === key.toLowerCase()) : undefined;
  return meant === undefined ? "is not a known field" : `is not a known field; did you mean ${meant}?`;
}

/** For the log: the first of them, without the customer's own names. Pointers and details hold no value that somebody sent. */
export function tellViolations(violations: readonly Violation[]): string {
  const told = violations.slice(0, TOLD_MAX).map(tellViolation);
  const more = violations.length > TOLD_MAX ? [`${violations.length - TOLD_MAX} more`] : [];
  return [...told, ...more].join("; ").slice(0, TOLD_MAX_CHARACTERS);
}

export function tellViolation({ pointer, detail }: Violation): string {
  const [root = "#", ...tokens] = pointer.split("/");
  const isCustomers = tokens[0] === "callDataFields" && tokens.length > 1;
  const told = isCustomers
    ? ["callDataFields", HIDDEN]
    : tokens.map((token) => (TOLD_NAME.test(token) ? token.slice(0, TOLD_NAME_MAX_CHARACTERS) : HIDDEN));
  return `${[root, ...told].join("/")} ${detail}`;
}

/** RFC 6901 section 6: a URI fragment, with `~` and `/` escaped first. */
export function toPointer(path: readonly PropertyKey[]): string {
  const tokens = path.map((token) => String(token).slice(0, NAME_MAX_CHARACTERS).toWellFormed());
  return ["#", ...tokens.map((token) => encodeURIComponent(token.replaceAll("~", "~0").replaceAll("/", "~1")))].join("/");
}
