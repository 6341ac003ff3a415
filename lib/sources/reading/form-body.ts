/** From the bytes of a verified form (`application/x-www-form-urlencoded`) to its fields, all of them texts. Reads UTF-8 alone; repeats no value in its errors. */
import { TransferError } from "../../errors.ts";
import { invalidRequest } from "../../transfer/request.ts";
import { capViolations, toPointer } from "../../transfer/violations.ts";
import type { Webhook } from "../../verification/scheme.ts";
import { readJsonBody } from "./json-body.ts";
import { assertMediaType, decodeUtf8 } from "./media-type.ts";

const FORM_TYPE = "application/x-www-form-urlencoded";
/** The longest forms of ticket systems have some hundred. More costs time and memory for fields that nobody reads. */
const FIELDS_MAX = 1_000;

/** Throws `invalid-request` for too many fields, and for one that is given twice: nobody can know which is meant. */
export function readFormBody(webhook: Webhook): Record<string, string> {
  assertMediaType(webhook, { mediaType: FORM_TYPE, is: ({ essence }) => essence === FORM_TYPE });
  const text = decodeUtf8(webhook.body);
  if (text === undefined) throw invalidForm("not UTF-8", "The form is not valid UTF-8.");
  if (text === "") throw invalidForm("empty", "The body is empty.");
  // No signature covers the content type: a captured JSON body must not be read as another request.
  if (/^\s*[{[]/.test(text)) throw invalidForm("JSON", "The body is JSON, not a form.");
  const pairs = text.split("&").filter((pair) => pair !== "");
  if (pairs.length > FIELDS_MAX) throw invalidRequest([{ pointer: "#", detail: `must have at most ${FIELDS_MAX} fields` }]);
  const fields = pairs.map(decodePair);
  const repeated = findRepeated(fields.map(([name]) => name));
  if (repeated.length > 0)
    throw invalidRequest(capViolations(repeated.map((name) => ({ pointer: toPointer([name]), detail: "is given more than once" }))));
  return Object.fromEntries(fields);
}

/** Whichever of the two the caller says that it sends. */
export function readJsonOrFormBody(webhook: Webhook): unknown {
  const isForm = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(webhook.headers["content-type"] ?? "");
  return isForm ? readFormBody(webhook) : readJsonBody(webhook, `application/json or ${FORM_TYPE}`);
}

function decodePair(pair: string): [string, string] {
  const [name = "", ...rest] = pair.split("=");
  return [decodeText(name), decodeText(rest.join("="))];
}

/** Stricter than the URL standard, which would put U+FFFD for escaped bytes that are not UTF-8: data would be lost in silence. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw invalidForm("escapes", "The form has a % that is no escape, or escapes that are not UTF-8.");
  }
}

/** Each once, however often it is repeated. */
function findRepeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names) (seen.has(name) ? repeated : seen).add(name);
  return [...repeated];
}

function invalidForm(reason: string, detail: string): TransferError {
  return new TransferError("invalid-json", { reason: `form: ${reason}`, detail });
}
