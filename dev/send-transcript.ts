/** What `npm run send` prints: what goes out, how it is read, what comes back, and what the local gateway was asked for. No secret that it was signed with. */
import { TransferError } from "../lib/errors.ts";
import type { TransferRequest } from "../lib/transfer/request.ts";
import type { Asked, WireTransfer } from "./local-gateway.ts";
import type { Reading } from "./send-reading.ts";
import type { Outgoing } from "./sign/signer.ts";

/** With them a request could be sent again, or another one signed. */
const SECRET_HEADERS: readonly string[] = ["authorization", "x-amz-security-token"];

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
}

export function print(what: string, text: string): void {
  console.log(`── ${what}\n${text}\n`);
}

export function describeRequest({ url, headers, body }: Outgoing): string {
  const shown = Object.entries(headers).map(([name, value]) => `${name}: ${SECRET_HEADERS.includes(name.toLowerCase()) ? "***" : value}`);
  return [`POST ${url}`, ...shown, "", body.trimEnd()].join("\n");
}

export function describeReading(reading: Reading): string {
  if (reading.kind === "unproven") return `none: the connection does not take this for its caller's (${reading.reason})`;
  if (reading.kind === "unread") return `not shown: ${reading.reason}`;
  const [first, ...more] = reading.entries.map(toShown);
  if (first === undefined) return "none: this asks for no transfer";
  return JSON.stringify(more.length === 0 ? first : [first, ...more], undefined, 2);
}

export function describeAnswer({ status, headers, text }: Answer): string {
  return [status, ...headers.map(([name, value]) => `${name}: ${value}`), "", readable(text)].join("\n");
}

/** How the answer explains that the gateway was asked for nothing. */
export interface Told {
  /** That it is an earlier one, or it cannot be another: accepted, and nothing asked. */
  readonly isReplayed: boolean;
  /** Neither that it was accepted nor that it was not: what the gateway was asked for earlier tells. */
  readonly isOpen: boolean;
}

/** Both of the calls of this request alone. Samples share calls: what was asked for earlier is shown only where nothing else tells. */
export function describeAsked({ before, now }: Asked, { isReplayed, isOpen }: Told): string {
  if (now.length > 0) return now.map(toLine).join("\n");
  if (isReplayed) return "nothing: answered from the record of an earlier delivery";
  return isOpen && before.length > 0 ? ["nothing new; before:", ...before.map(toLine)].join("\n") : "nothing";
}

export function redact(text: string, secret: string): string {
  return secret === "" ? text : text.replaceAll(secret, "***").replaceAll(encodeURIComponent(secret), "***");
}

export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

function toShown(entry: TransferRequest | TransferError): unknown {
  if (!(entry instanceof TransferError)) return entry;
  const { code, message: reason, detail, errors } = entry;
  return { code, reason, detail, errors };
}

function toLine({ body, retcode, acted }: WireTransfer): string {
  const outcome = retcode ?? `no retcode, and the call ${acted ? "moved" : "did not move"}`;
  return `${body === "" ? "(a request that was cut off)" : body} → ${outcome}`;
}
