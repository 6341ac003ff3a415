/** Call data: the text that the next agent sees. Renders fields to text and keeps it within the gateway's limit. */
import * as z from "zod";
import { CALL_DATA_MAX_BYTES, CALL_DATA_MAX_FIELDS } from "./limits.ts";
import { expected, PlainText, plainText } from "./text.ts";

export const CallDataFormat = z.enum(["json", "key-value", "text"]);
export type CallDataFormat = z.infer<typeof CallDataFormat>;
export const CallDataOverflow = z.enum(["reject", "truncate", "truncate-oldest"]);
type CallDataOverflow = z.infer<typeof CallDataOverflow>;
type Cut = Exclude<CallDataOverflow, "reject">;

const SCALAR_RULE = "must be text without control characters, a number within ±(2^53 - 1), true, false or null";

const Scalar = z.union(
  [
    PlainText,
    z.boolean(),
    z.null(),
    // A whole number beyond 2^53 has lost digits by the time that we see it.
    z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), SCALAR_RULE),
  ],
  { error: SCALAR_RULE },
);

export const CallDataFields = z
  .record(plainText(64), Scalar, { error: expected("an object of texts, numbers, true, false or null") })
  .refine((fields) => Object.keys(fields).length <= CALL_DATA_MAX_FIELDS, `must have at most ${CALL_DATA_MAX_FIELDS} fields`);
export type CallDataFields = z.infer<typeof CallDataFields>;

export interface RenderedCallData {
  readonly text: string;
  readonly truncated: boolean;
}

const RENDER: Readonly<Record<CallDataFormat, (fields: CallDataFields) => string>> = {
  json: (fields) => JSON.stringify(fields),
  // The separators are escaped as in a URL, so that a script at the agent's desk can split the pairs again.
  "key-value": (fields) => entries(fields).map(escapePair).join(";"),
  text: (fields) =>
    entries(fields)
      .map(([key, value]) => `${key}: ${value}`)
      .join(", "),
};

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * The text for the gateway, or `undefined` where it is over 2048 bytes of UTF-8 and may not be cut. Text is cut between code points; of fields
 * in the formats `json` and `key-value` the last ones are left out, so that what remains can still be read by a program. `truncate-oldest` leaves out
 * what comes first: of a conversation the end counts.
 */
export function renderCallData(
  source: string | CallDataFields,
  format: CallDataFormat,
  overflow: CallDataOverflow,
): RenderedCallData | undefined {
  const text = typeof source === "string" ? source : RENDER[format](source);
  if (byteLength(text) <= CALL_DATA_MAX_BYTES) return { text, truncated: false };
  if (overflow === "reject") return undefined;
  if (typeof source === "string" || format === "text") return { text: CUT[overflow](text), truncated: true };
  return { text: RENDER[format](fittingFields(source, format, overflow)), truncated: true };
}

const CUT: Readonly<Record<Cut, (text: string) => string>> = { truncate: keepBeginning, "truncate-oldest": keepEnd };

function keepBeginning(text: string): string {
  // The decoder would put U+FFFD for a code point that the cut has split; with `stream` it holds the rest back instead.
  const bytes = new TextEncoder().encode(text).subarray(0, CALL_DATA_MAX_BYTES);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
}

function keepEnd(text: string): string {
  const bytes = new TextEncoder().encode(text).subarray(-CALL_DATA_MAX_BYTES);
  // RFC 3629 section 3: 10xxxxxx continues a code point, here one that the cut has split.
  const first = bytes.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(first));
}

function fittingFields(fields: CallDataFields, format: CallDataFormat, cut: Cut): CallDataFields {
  const all = Object.entries(fields);
  let kept = all;
  while (kept.length > 0 && byteLength(RENDER[format](Object.fromEntries(kept))) > CALL_DATA_MAX_BYTES)
    kept = cut === "truncate" ? kept.slice(0, -1) : kept.slice(1);
  return Object.fromEntries(kept);
}

function entries(fields: CallDataFields): [string, string][] {
  return Object.entries(fields).map(([key, value]) => [key, value === null ? "" : String(value)]);
}

function escapePair([key, value]: readonly [string, string]): string {
  return `${escapeSeparators(key)}=${escapeSeparators(value)}`;
}

function escapeSeparators(text: string): string {
  return text.replace(/[%;=]/g, (separator) => encodeURIComponent(separator));
}
