/**
 * Asks the gateway whether it takes a Guid, and changes nothing there: which calls the agent has (api-cec cec_07_0425). Of the calls that need a Guid it is the
 * one that the vendor documents as a mere question: a poll takes an event away, a handshake keeps a session alive that should end, and both, as updateGuid
 * does, renew the Guid; a transfer, a sign-in and a sign-out are what their names say. The answer's calls are not looked at.
 */

import type { Deadline } from "../transfer/invocation.ts";
import { nameRetcode, readAnswer } from "./agent-answer.ts";
import type { SendToGateway } from "./client.ts";
import { findRefusal, RETCODE_SUCCESS } from "./retcodes.ts";
import type { GatewaySite } from "./site.ts";
import type { SessionCredentials } from "./transfer-gateway.ts";
import { CONTENT_TYPE } from "./wire.ts";

export type GuidAnswer =
  | { readonly kind: "taken" }
  /** The gateway says that nobody is signed in by it. */
  | { readonly kind: "refused"; readonly retcode: string }
  /** Another code, which says nothing of the Guid. */
  | { readonly kind: "other"; readonly retcode: string }
  /** `cause` is an error's code. */
  | { readonly kind: "no-answer"; readonly cause: string };

export interface GuidQuestion {
  readonly site: GatewaySite;
  readonly agentId: string;
  readonly session: SessionCredentials;
  readonly deadline: Deadline;
}

/** `date` is the gateway's clock, in ms since 1970, where it tells it: to the second. */
export type AskGuid = (question: GuidQuestion) => Promise<{ readonly answer: GuidAnswer; readonly date?: number | undefined }>;

export function createAskGuid(send: SendToGateway): AskGuid {
  return async ({ site, agentId, session: { guid, cookies }, deadline }) => {
    const path = `/agentgateway/resource/calldata/${agentId}/allcallinfoEx/${agentId}`;
    const headers = { "Content-Type": CONTENT_TYPE, Guid: guid, ...(cookies && { Cookie: cookies }) };
    const read = readAnswer(await send({ site, method: "GET", path, headers, deadline }));
    if (read.kind !== "answered") return { answer: { kind: "no-answer", cause: read.cause } };
    const date = Date.parse(read.headers.date?.[0] ?? "");
    return { answer: judge(read.answer.retcode, nameRetcode(read.answer)), date: Number.isNaN(date) ? undefined : date };
  };
}

function judge(given: string, retcode: string): GuidAnswer {
  if (given === RETCODE_SUCCESS) return { kind: "taken" };
  return { kind: findRefusal(given, "", {})?.code === "agent-not-signed-in" ? "refused" : "other", retcode };
}
