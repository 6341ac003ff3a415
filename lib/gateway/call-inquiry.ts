/**
 * Asks a gateway where one call is, as an agent's session, for whoever wants to settle a transfer whose answer was lost. It only reads. The vendor's pages let it
 * prove this: the ids of an agent's calls (api-cec cec_07_0425, earlier 1267) tell who has a call; a call's information by its id (cec_07_0424, earlier 1266)
 * names no holder and no state, so that it tells no more than that there is such a call; and an absent call alone proves nothing. No number and no call data gets out of an answer.
 */
import * as z from "zod";
import { TransferError } from "../errors.ts";
import type { Unanswered } from "../sessions/agent-calls.ts";
import type { Deadline } from "../transfer/invocation.ts";
import { AgentId, type Target } from "../transfer/target.ts";
import { type Answered, nameRetcode, readAnswer } from "./agent-answer.ts";
import type { SendToGateway } from "./client.ts";
import { ctiCodeOf, REFUSALS, RETCODE_SUCCESS } from "./retcodes.ts";
import type { GatewaySite } from "./site.ts";
import type { Lookup, SessionCredentials } from "./transfer-gateway.ts";
import { CONTENT_TYPE, type WireAnswer } from "./wire.ts";

/** Of the transfer that is to be settled. */
export interface CallQuestion {
  readonly gateway: string;
  /** Who was to transfer it, and whose session asks. */
  readonly agentId: string;
  readonly callId: string;
  readonly target: Target;
}

/**
 * What the gateway's answers prove of the call, at the moment of asking. None proves that a transfer did not happen: one whose answer was lost may still be
 * under way, and a call may come back. None tells which request moved a call.
 */
export type CallSighting =
  /**
   * `agent`: with the agent who was to transfer it. A release-after-transfer is not completed: never begun, under way or failed, which cannot be told apart. The
   * agent of a blind one lets go whether or not it succeeds (cec_07_0583): never begun, under way, or the call came back.
   * `target`: with the agent whom it was to go to, and not with the other. A release-after-transfer is completed: its agent lets go once it was answered. A blind
   * one took the call there; whether one that only rings is listed, the pages do not say. Both hold unless the target had the call from the start.
   * `untold`: the gateway knows it, the agent does not have it, and the target, where that is an agent, was not seen to have it. Nothing is proven: it may wait in
   * a queue, be with somebody else, or be over. Of a release-after-transfer the agent lets go also where the customer hangs up meanwhile (cec_07_0516).
   */
  | { readonly kind: "known"; readonly holder: "agent" | "target" | "untold" }
  /** The agent does not have it, and there is no such call, or not any more. Alone it proves nothing: it may have been transferred before it ended. */
  | { readonly kind: "absent" }
  /** The agent does not have it, and no more could be learnt. It proves nothing either. */
  | { readonly kind: "not-with-agent" }
  /** Whether the agent has it could not be learnt. `cause` is an error's code, or the retcode: for the log. */
  | { readonly kind: "no-answer"; readonly cause: string };

export interface CallInquiry {
  /** Up to three requests, one after the other. Throws `misconfigured` or `secrets-unavailable`. */
  ask(question: CallQuestion, session: SessionCredentials, deadline: Deadline): Promise<CallSighting>;
}

interface CallInquiryDependencies {
  readonly sites: Lookup<GatewaySite>;
  readonly send: SendToGateway;
}

const RESOURCE = "/agentgateway/resource/calldata";
/** The call does not exist, and it was released already. */
const CTI_CODES_OF_NO_CALL: readonly string[] = ["160007", "160015"];

const CallIds = z.array(z.string());
const CallInfo = z.object({ callid: z.string() });
/** The page gives it the type list, and describes one object. */
const CallInfos = z.union([z.array(CallInfo), CallInfo.transform((info) => [info])]);

type NoAnswer = Extract<CallSighting, { kind: "no-answer" }>;

export function createCallInquiry({ sites, send }: CallInquiryDependencies): CallInquiry {
  async function findSite(gateway: string, signal: AbortSignal): Promise<GatewaySite> {
    const site = await sites.get(gateway, signal);
    if (site === undefined) throw new TransferError("misconfigured", { reason: `no secret for gateway ${gateway}` });
    return site;
  }

  return {
    async ask({ gateway, agentId, callId, target }, { guid, cookies }, deadline) {
      const site = await findSite(gateway, deadline.signal);
      const headers = { "Content-Type": CONTENT_TYPE, Guid: guid, ...(cookies && { Cookie: cookies }) };
      const get = async (path: string) =>
        readAnswer(await send({ site, method: "GET", path: `${RESOURCE}/${agentId}/${path}`, headers, deadline }));
      const listCalls = async (workNo: string) => toCalls(await get(`allcallinfoEx/${workNo}`));

      // The agent comes first: a call that moves meanwhile is seen where it was or where it is, and never at neither.
      const own = await listCalls(agentId);
      if (own.kind === "no-answer") return own;
      if (own.callIds.includes(callId)) return { kind: "known", holder: "agent" };

      const taker = target.type === "agent" ? AgentId.safeParse(target.address).data : undefined;
      const theirs = taker === undefined || taker === agentId ? undefined : await listCalls(taker);
      if (theirs?.kind === "calls" && theirs.callIds.includes(callId)) return { kind: "known", holder: "target" };

      return toSighting(await get(`callinfobycallid/${encodeURIComponent(callId)}`), callId);
    },
  };
}

function toCalls(read: Answered | Unanswered): { readonly kind: "calls"; readonly callIds: readonly string[] } | NoAnswer {
  if (read.kind !== "answered") return { kind: "no-answer", cause: read.cause };
  const { answer } = read;
  if (answer.retcode !== RETCODE_SUCCESS) return { kind: "no-answer", cause: nameRetcode(answer) };
  const callIds = CallIds.safeParse(answer.result).data;
  return callIds === undefined ? { kind: "no-answer", cause: "invalid-response" } : { kind: "calls", callIds };
}

function toSighting(read: Answered | Unanswered, callId: string): CallSighting {
  if (read.kind === "answered" && isNoCall(read.answer)) return { kind: "absent" };
  return read.kind === "answered" && isAbout(read.answer, callId) ? { kind: "known", holder: "untold" } : { kind: "not-with-agent" };
}

/** A retcode that is documented says what it says, whatever stands beside it. 200-012 is not about the call: the agent has none that could be transferred. */
function isNoCall({ retcode, message }: WireAnswer): boolean {
  return retcode !== RETCODE_SUCCESS && !Object.hasOwn(REFUSALS, retcode) && CTI_CODES_OF_NO_CALL.includes(ctiCodeOf(message) ?? "");
}

function isAbout({ retcode, result }: WireAnswer, callId: string): boolean {
  const infos = CallInfos.safeParse(result).data ?? [];
  return retcode === RETCODE_SUCCESS && infos.some(({ callid }) => callid === callId);
}
