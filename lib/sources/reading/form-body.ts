/** From the bytes of a verified form (`application/x-www-form-urlencoded`) to its fields, all of them texts. Reads UTF-8 alone; repeats no value in its errors. */
import { TransferError } from "../../errors.ts";
import { VIOLATIONS_MAX } from "../../transfer/limits.ts";
import { invalidRequest } from "../../transfer/request.ts";
import type { Webhook } from "../../verification/scheme.ts";
import { readJsonBody } from "./json-body.ts";
import { assertMediaType, decodeUtf8 } from "./media-type.ts";

const FORM_TYPE = "application/x-www-form-urlencoded";
/** A name that a caller made up is echoed, but not at any length. */
const NAME_MAX_CHARACTERS = 64;

/** Throws `invalid-request` for a field that is given twice: nobody can know which is meant. */
export function readFormBody(webhook: Webhook): Record<string, string> {
  assertMediaType(webhook, { mediaType: FORM_TYPE, is: ({ essence }) => essence === FORM_TYPE });
  const text = decodeUtf8(webhook.body);
  if (text === undefined) throw invalidForm("not UTF-8", "The form is not valid UTF-8.");
  if (text === "") throw invalidForm("empty", "The body is empty.");
  const fields = text
    .split("&")
    .filter((pair) => pair !== "")
    .map(decodePair);
  const names = fields.map(([name]) => name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  if (repeated.size > 0) throw invalidRequest([...repeated].slice(0, VIOLATIONS_MAX).map(toViolation));
  return Object.fromEntries(fields);
}

/** Whichever of the two the caller says that it sends. */
export function readJsonOrFormBody(webhook: Webhook): unknown {
  const isForm = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(webhook.headers["content-type"] ?? "");
  return isForm ? readFormBody(webhook) : readJsonBody(webhook);
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

function toViolation(name: string): { readonly pointer: string; readonly detail: string } {
  const token = name.slice(0, NAME_MAX_CHARACTERS).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1");
  return { pointer: `#/${encodeURIComponent(token)}`, detail: "is given more than once" };
}

function invalidForm(reason: string, detail: string): TransferError {
  return new TransferError("invalid-json", { reason: `form: ${reason}`, detail });
}
