/** From zod's issues to violations that a caller can act on: a pointer and a sentence. Says what was expected, never what was sent. */
import type * as z from "zod";
import type { Violation } from "../errors.ts";
import { VIOLATIONS_MAX } from "./limits.ts";

/** A name that a caller made up is echoed, but not at any length. */
const NAME_MAX_CHARACTERS = 64;

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

/** RFC 6901 section 6: a URI fragment, with `~` and `/` escaped first. */
export function toPointer(path: readonly PropertyKey[]): string {
  const tokens = path.map((token) => String(token).slice(0, NAME_MAX_CHARACTERS).toWellFormed());
  return ["#", ...tokens.map((token) => encodeURIComponent(token.replaceAll("~", "~0").replaceAll("/", "~1")))].join("/");
}
