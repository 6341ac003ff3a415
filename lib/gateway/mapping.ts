/** Request to wire and the gateway's response to its answer. Pure. */
import type { TransferRequest } from "../transfer/request.ts";
import type { GatewayAnswer, GatewayWords } from "../transfer/result.ts";
import { findRefusal, RETCODE_SUCCESS } from "./retcodes.ts";
import type { GatewaySite } from "./site.ts";
import { DEVICE_TYPES, parseJson, WIRE_MODES, WireAnswer, type WireTransfer } from "./wire.ts";

/** What of the gateway's text a caller is shown. */
const MESSAGE_MAX_CHARACTERS = 200;
const RETCODE_MAX_CHARACTERS = 32;
/** Shorter ones give nothing away, and would turn up in every word. */
const CONFIDENTIAL_MIN_BYTES = 4;
/** As long a run in common is no chance. */
const SHARED_MIN_BYTES = 6;
/** What the documents show. */
const KNOWN_RETCODE = /^(0|\d{1,3}-\d{3})$/;
const KNOWN_MESSAGE = /^(success|agent not login|Unknown ERROR\._\d{1,9})$/;
const WITHHELD = "[withheld: it repeats the request]";

export function toWire({ callId, caller, target, mode, callData }: TransferRequest): WireTransfer {
  return {
    callid: callId,
    caller,
    devicetype: DEVICE_TYPES[target.type],
    mode: WIRE_MODES[mode],
    address: target.address,
    calldata: callData,
    skillId: target.skillId,
  };
}

export interface GatewayResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Why a response is none of the gateway's answers, for the log: `http-503`, `not JSON` or `no retcode`. Undefined of one that can be read. */
export function findFault({ status, body }: GatewayResponse): string | undefined {
  if (status !== 200) return `http-${status}`;
  const json = parseJson(body);
  if (json === undefined) return "not JSON";
  return WireAnswer.safeParse(json).success ? undefined : "no retcode";
}

/** `confidential`: texts that the gateway knows and its message must not repeat. */
export function toAnswer({ status, body }: GatewayResponse, site: GatewaySite, confidential: readonly string[]): GatewayAnswer {
  // The documents show failures as 200 with the code in the body: what another status means for the transfer is not documented.
  const answer = status === 200 ? WireAnswer.safeParse(parseJson(body)).data : undefined;
  if (answer === undefined) return { state: "unknown", code: "gateway-invalid-response" };

  const gateway: GatewayWords = {
    retcode: KNOWN_RETCODE.test(answer.retcode) ? answer.retcode : toShown(answer.retcode, confidential, RETCODE_MAX_CHARACTERS),
    message: KNOWN_MESSAGE.test(answer.message) ? answer.message : toShown(answer.message, confidential, MESSAGE_MAX_CHARACTERS),
  };
  if (answer.retcode === RETCODE_SUCCESS) return { state: "accepted", gateway };
  const refusal = findRefusal(answer.retcode, answer.message, site.refusals);
  return refusal === undefined ? { state: "unknown", code: "gateway-error", gateway } : { state: "refused", ...refusal, gateway };
}

/** The gateway's text, unless something of the request or of the agent's session can be in it. */
function toShown(text: string, confidential: readonly string[], maxCharacters: number): string {
  if (confidential.some((secret) => sharesText(text, secret))) return WITHHELD;
  return text
    .replace(/\p{Cc}/gu, " ")
    .slice(0, maxCharacters)
    .toWellFormed();
}

/** However it is cut, spaced or escaped: a run of letters and digits that both have. Measured in bytes, since a name can have two characters. */
function sharesText(text: string, secret: string): boolean {
  const haystack = toLetters(text);
  const needle = toLetters(secret);
  const length = Math.min(SHARED_MIN_BYTES, needle.length);
  if (length < CONFIDENTIAL_MIN_BYTES || haystack.length < length) return false;
  return Array.from({ length: haystack.length - length + 1 }, (_, start) => haystack.subarray(start, start + length)).some((run) =>
    needle.includes(run),
  );
}

function toLetters(text: string): Buffer {
  return Buffer.from(text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""));
}
