/**
 * The part of CloudWatch Logs' filter patterns that `ccgw` speaks: `{ $.field = "text" }`, compared as a whole and with case, several of them in brackets with `&&` or
 * `||` alone. No wildcards, numbers, nested fields, other comparisons, mixtures of both, or patterns of plain words.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
type Matches = (line: Readonly<Record<string, unknown>>) => boolean;

const TERM = /^\(?\s*\$\.(\w+)\s*=\s*"([^"*\\]*)"\s*\)?$/;

/** Undefined for what it does not speak. */
export function parseFilterPattern(pattern: string): Matches | undefined {
  const [, inner] = /^\{(.*)\}$/s.exec(pattern.trim()) ?? [];
  if (inner === undefined) return undefined;
  const isAny = inner.includes("||");
  if (isAny && inner.includes("&&")) return undefined;
  const terms = inner.split(isAny ? "||" : "&&").map((text) => TERM.exec(text.trim()));
  if (!terms.every((term) => term !== null)) return undefined;
  const matches = terms.map(
    ([, field = "", text]): Matches =>
      (line) =>
        line[field] === text,
  );
  return (line) => (isAny ? matches.some((each) => each(line)) : matches.every((each) => each(line)));
}
