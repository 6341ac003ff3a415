/** From the bytes of a verified webhook to a JSON value. Reads UTF-8 alone (RFC 8259 section 8.1) and repeats nothing of the body in its errors. */
import { TransferError } from "../../errors.ts";
import type { Webhook } from "../../verification/scheme.ts";
import { assertMediaType, decodeUtf8 } from "./media-type.ts";

const JSON_TYPE = "application/json";

/** `mediaTypes` are what the caller is told to send, where there is a choice. */
export function readJsonBody(webhook: Webhook, mediaTypes = JSON_TYPE): unknown {
  assertMediaType(webhook, {
    mediaType: mediaTypes,
    is: ({ essence, subtype }) => essence === JSON_TYPE || subtype.endsWith("+json"),
  });
  const text = decodeUtf8(webhook.body);
  if (text === undefined) throw invalidJson("not UTF-8", "The body is not valid UTF-8.");
  return parse(text);
}

function parse(text: string): unknown {
  if (text.trim() === "") throw invalidJson("empty", "The body is empty.");
  try {
    return JSON.parse(text);
  } catch (thrown) {
    // The parser's message quotes the body: nothing but the position is taken from it.
    const position =
      thrown instanceof Error ? / (?:in|after) JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(thrown.message)?.[1] : undefined;
    if (position === undefined) throw invalidJson("syntax", "The body is not JSON.");
    throw invalidJson(`syntax: broken at character ${position}`, `The JSON is broken at character ${position}.`);
  }
}

function invalidJson(reason: string, detail: string): TransferError {
  return new TransferError("invalid-json", { reason, detail });
}
