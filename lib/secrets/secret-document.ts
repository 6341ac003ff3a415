/** A secret's text as a document. The log learns which field is wrong and how, never what is in it. */
import type * as z from "zod";
import { TransferError } from "../errors.ts";
import { inOurWords } from "../transfer/issue-words.ts";
import { isNewer, SCHEMA_VERSIONS } from "../transfer/schema-version.ts";

/** Of a misspelled field's name in the log. */
const KEY_MAX_CHARACTERS = 64;

/** `path` names the secret. Throws `misconfigured`. */
export async function parseSecret<Document>(text: string, path: string, schema: z.ZodType<Document>): Promise<Document> {
  const json = parseJson(text);
  if (json === undefined) throw new TransferError("misconfigured", { reason: `${path}: is not JSON` });
  // What else is wrong with it then is no matter. Also where only a part of it is read.
  if (isNewer(schemaVersionOf(json), SCHEMA_VERSIONS.secret))
    throw new TransferError("misconfigured", { reason: `${path}: schemaVersion is that of a newer version, which this one cannot read` });
  const parsed = await schema.safeParseAsync(json, { error: inOurWords });
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `${issue.path.join(".") || "document"} ${toReason(issue)}`);
  throw new TransferError("misconfigured", { reason: `${path}: ${fields.join("; ")}` });
}

function schemaVersionOf(json: unknown): unknown {
  return typeof json === "object" && json !== null && "schemaVersion" in json ? json.schemaVersion : undefined;
}

function toReason(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys")
    return `has unknown fields: ${issue.keys.map((key) => key.slice(0, KEY_MAX_CHARACTERS)).join(", ")}`;
  return issue.message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
