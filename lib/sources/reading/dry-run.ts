/** `?dryRun` or `?dryRun=true`. Anything but true or false is refused: a misspelled dry run must not transfer a customer. */
import { invalidRequest } from "../../transfer/request.ts";

const DRY_RUN_SPELLINGS = /^dry-?_?run$/i;
const ELSEWHERE =
  'ask with ccgw_dry_run among the fields (dryRun where the body is the request, or a mapping makes it), or at a connection with "test": true';

export function readDryRun(query: URLSearchParams): boolean {
  const values = query.getAll("dryRun");
  if (values.some((value) => !["", "true", "false"].includes(value)))
    throw invalidRequest([{ pointer: "#/dryRun", detail: "must be true or false in the query" }]);
  return values.some((value) => value !== "false");
}

/** For callers that have nothing else to say in the query. */
export function readOnlyDryRun(query: URLSearchParams): boolean {
  const unknown = [...query.keys()].filter((name) => name !== "dryRun");
  if (unknown.length > 0)
    throw invalidRequest([{ pointer: "#", detail: "has query parameters that are not known; the only one is dryRun" }]);
  return readDryRun(query);
}

/** Refuses a dry run that is asked for in the query by a name that nobody reads. */
export function assertNoDryRun(query: URLSearchParams, read: readonly string[]): void {
  if (![...query.keys()].some((name) => DRY_RUN_SPELLINGS.test(name) && !read.includes(name))) return;
  const [name] = read;
  const detail = name === undefined ? `is not read from the query here: ${ELSEWHERE}` : `must be written ${name} in the query`;
  throw invalidRequest([{ pointer: "#/dryRun", detail }]);
}
