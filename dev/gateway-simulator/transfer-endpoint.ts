/**
 * How the gateway judges one transfer, by the vendor's page (support.huaweicloud.com, api-cec cec_07_0460), and what comes of it.
 * Silent in the documents, and chosen here: 000-006 for a body that is no JSON object; 000-002 for an agentid out of range and any wrong parameter (an
 * empty one, null or a skillId without devicetype 2 too); 106-004 only when devicetype alone is wrong; characters are UTF-16 units; text is UTF-8 whatever
 * the Content-Type; further fields are ignored; a target that nobody knows is accepted (0 is acceptance only); path, Guid, body, call are judged in this order.
 */
import * as z from "zod";
import type { AgentSessions, Credentials } from "./agent-sessions.ts";
import type { Calls } from "./calls.ts";
import { type Endpoint, isAgentId, parseJsonObject } from "./endpoint.ts";
import type { AcceptedTransfer } from "./outcomes.ts";
import { type Refusal, toRefusalText, toSuccessText } from "./retcodes.ts";

const MAX_ADDRESS_CHARACTERS = 24;
const MAX_CALLDATA_BYTES = 2048;

const TransferBody = z
  .object({
    callid: z.string().min(1),
    caller: z.string().optional(),
    devicetype: z.union([z.literal(1), z.literal(2), z.literal(4)]),
    mode: z.union([z.literal(0), z.literal(2)]),
    // Not zod's max, which counts code points.
    address: z
      .string()
      .min(1)
      .refine((text) => text.length <= MAX_ADDRESS_CHARACTERS),
    calldata: z
      .string()
      .refine((text) => Buffer.byteLength(text, "utf8") <= MAX_CALLDATA_BYTES)
      .optional(),
    skillId: z.int().optional(),
  })
  .refine(({ devicetype, skillId }) => skillId === undefined || devicetype === 2, { path: ["skillId"] });

/** The remarks are for the log: what is odd about a transfer that was accepted all the same. */
type Judgement =
  | { readonly accepted: AcceptedTransfer; readonly remarks: readonly string[] }
  | { readonly refused: Refusal; readonly callid?: string };

interface Wiring {
  readonly sessions: AgentSessions;
  readonly calls: Calls;
  /** What follows once the answer is out. */
  readonly onAccepted: (transfer: AcceptedTransfer) => void;
}

export function createTransferEndpoint({ sessions, calls, onAccepted }: Wiring): Endpoint {
  function judge(credentials: Credentials, body: string): Judgement {
    const { agentId } = credentials;
    if (!isAgentId(agentId)) return { refused: "000-002" };
    const session = sessions.authenticate(credentials);
    if (typeof session === "string") return { refused: session };

    const json = parseJsonObject(body);
    if (json === undefined) return { refused: "000-006" };
    const parsed = TransferBody.safeParse(json);
    if (!parsed.success) {
      const deviceTypeAlone = parsed.error.issues.every((issue) => issue.path[0] === "devicetype");
      return { refused: deviceTypeAlone ? "106-004" : "000-002" };
    }

    const { callid, mode, devicetype, address } = parsed.data;
    const holder = calls.holderOf(callid);
    if (holder === undefined) return { refused: "200-012", callid };
    const remarks: string[] = [];
    const isKnown = calls.hasTarget(parsed.data);
    if (!isKnown) remarks.push("target unknown here");
    if (holder !== agentId) remarks.push(`call is held by agent ${holder}`);
    const taker = isKnown && devicetype === 2 ? address : undefined;
    return { accepted: { agentId, callid, mode, taker }, remarks };
  }

  return {
    name: "transfer",
    method: "POST",
    path: /^\/agentgateway\/resource\/mediacall\/([^/]+)\/transfer$/,
    async handle({ agentId, headers, body, acts }) {
      const judgement = judge({ agentId, headers }, body);
      if ("refused" in judgement) {
        const { refused: retcode, callid } = judgement;
        return { retcode, text: toRefusalText(retcode), acted: false, callid };
      }
      const { accepted, remarks } = judgement;
      const { callid } = accepted;
      if (acts) calls.claim(callid);
      const afterwards = () => onAccepted(accepted);
      return { retcode: "0", text: toSuccessText(), acted: acts, callid, remarks, ...(acts && { afterwards }) };
    },
  };
}
