/** Request to wire and the gateway's response to its answer. Pure. */
import type { TransferRequest } from "../transfer/request.ts";
import type { GatewayAnswer, GatewayWords } from "../transfer/result.ts";
import { findRefusal, RETCODE_SUCCESS } from "./retcodes.ts";
import type { GatewaySite } from "./site.ts";
import { DEVICE_TYPES, WIRE_MODES, WireAnswer, type WireTransfer } from "./wire.ts";

/** What of the gateway's text a caller is shown. */
const MESSAGE_MAX_CHARACTERS = 200;
const RETCODE_MAX_CHARACTERS = 32;
/** Shorter ones give nothing away, and would turn up in every word. */
const CONFIDENTIAL_MIN_CHARACTERS = 4;

export function toWire({ callId, caller, target, mode, callData }: TransferRequest): WireTransfer {
  return {
    callid: callId,
    caller,
    devicetype: DEVICE_TYPES[target.type],
    mode: WIRE_MODES[mode],
    address: target.address,
    calldata: callData,
    ...(target.type === "agent" && { skillId: target.skillId }),
  };
}

export interface GatewayResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/** `confidential`: texts that the gateway knows and its message must not repeat. */
export function toAnswer({ status, body }: GatewayResponse, site: GatewaySite, confidential: readonly string[]): GatewayAnswer {
  // The documents show failures as 200 with the code in the body: what another status means for the transfer is not documented.
  const answer = status === 200 ? WireAnswer.safeParse(parseJson(body)).data : undefined;
  if (answer === undefined) return { state: "unknown", code: "gateway-invalid-response" };

  const gateway: GatewayWords = {
    retcode: redact(answer.retcode, confidential, RETCODE_MAX_CHARACTERS),
    message: redact(answer.message, confidential, MESSAGE_MAX_CHARACTERS),
  };
  if (answer.retcode === RETCODE_SUCCESS) return { state: "accepted", gateway };
  const refusal = findRefusal(answer.retcode, answer.message, site.refusals);
  return refusal === undefined ? { state: "unknown", code: "gateway-error", gateway } : { state: "refused", ...refusal, gateway };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function redact(text: string, confidential: readonly string[], maxCharacters: number): string {
  return confidential
    .filter((secret) => secret.length >= CONFIDENTIAL_MIN_CHARACTERS)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text)
    .replace(/\p{Cc}/gu, " ")
    .slice(0, maxCharacters)
    .toWellFormed();
}
