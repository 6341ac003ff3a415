/** From the bytes of a verified webhook to a JSON value. Reads UTF-8 alone (RFC 8259 section 8.1) and repeats nothing of the body in its errors. */
import { MIMEType } from "node:util";
import { TransferError } from "../errors.ts";
import type { Webhook } from "../verification/scheme.ts";

export function parseJsonBody({ headers, body }: Webhook): unknown {
  assertJson(headers["content-type"]);
  if (![undefined, "identity"].includes(headers["content-encoding"]))
    throw unsupported("compressed", "Send the body without a Content-Encoding.");
  return parse(decode(body));
}

function assertJson(contentType: string | undefined): void {
  const type = parseMediaType(contentType);
  const isJson = type?.essence === "application/json" || type?.subtype.endsWith("+json") === true;
  if (!isJson) throw unsupported("not JSON", "Send the body with Content-Type: application/json.");
  if (!["utf-8", "utf8"].includes(type.params.get("charset")?.toLowerCase() ?? "utf-8"))
    throw unsupported("not UTF-8", "Send the body in UTF-8.");
}

function parseMediaType(contentType: string | undefined): MIMEType | undefined {
  try {
    return new MIMEType(contentType ?? "");
  } catch {
    return undefined;
  }
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw invalidJson("not UTF-8", "The body is not valid UTF-8.", cause);
  }
}

function parse(text: string): unknown {
  if (text.trim() === "") throw invalidJson("empty", "The body is empty.");
  try {
    return JSON.parse(text);
  } catch (thrown) {
    // The parser's message quotes the body: nothing but the position is taken from it.
    const position =
      thrown instanceof Error ? / (?:in|after) JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(thrown.message)?.[1] : undefined;
    throw invalidJson("syntax", position === undefined ? "The body is not JSON." : `The JSON is broken at character ${position}.`);
  }
}

function invalidJson(reason: string, detail: string, cause?: unknown): TransferError {
  return new TransferError("invalid-json", { reason, detail, cause });
}

function unsupported(reason: string, detail: string): TransferError {
  return new TransferError("unsupported-media-type", { reason, detail });
}
