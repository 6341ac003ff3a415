/** What zod finds, in our words, where a schema has none of its own: what was expected, never what was given. For callers and for the log alike. */
import type * as z from "zod";

const KINDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};
const UNITS: Readonly<Record<string, string>> = { string: "characters", array: "entries" };

/** An error map of zod: goes with each parse of what comes from outside. */
export function inOurWords(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union"))
    return "is required";
  if (issue.code === "invalid_type") return `must be ${KINDS[issue.expected] ?? "of another type"}`;
  if (issue.code === "invalid_value") return `must be ${issue.values.map(String).join(" or ")}`;
  if (issue.code === "too_small") return toBound("at least", issue.minimum, issue.origin);
  if (issue.code === "too_big") return toBound("at most", issue.maximum, issue.origin);
  if (issue.code === "invalid_format") return toForm(issue);
  return issue.code === "invalid_union" ? "has none of the forms that it may have" : "is not valid";
}

/** All that is wrong with what a function was invoked with, each by its field. */
export function toOneLine({ issues }: z.ZodError): string {
  const words = issues.map((issue) => {
    if (issue.code === "unrecognized_keys") return `unknown: ${issue.keys.join(", ")}`;
    const [field = "what is asked for", ...rest] = issue.path;
    return `${[field, ...rest].map(String).join(".")}: ${issue.message}`;
  });
  return words.join("; ");
}

function toBound(which: string, bound: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  return unit === undefined ? `must be ${which} ${bound}` : `must have ${which} ${bound} ${unit}`;
}

function toForm({ format, pattern }: { readonly format: string; readonly pattern?: string | undefined }): string {
  if (format === "datetime") return "must be a time in ISO 8601 with its offset, like 2027-01-01T00:00:00Z";
  return format === "regex" && pattern !== undefined ? `must match ${pattern}` : `must be of the form ${format}`;
}
