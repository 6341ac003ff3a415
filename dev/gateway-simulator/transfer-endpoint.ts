/**
 * How the gateway judges one transfer, by the vendor's page (support.huaweicloud.com, api-cec cec_07_0460). It moves no call.
 * Silent in the documents, and chosen here: 000-006 for a body that is no JSON object; 000-002 for an agentid out of range and any wrong parameter (an
 * empty one, null or a skillId without devicetype 2 too); 106-004 only when devicetype alone is wrong; characters are UTF-16 units; text is UTF-8 whatever
 * the Content-Type; further fields are ignored; a target that nobody knows is accepted (0 is acceptance only); path, Guid, body, call are judged in this order.
 */
import * as z from "zod";
import type { GatewayState } from "./state.ts";

const AGENT_ID = /^[1-9]\d{2,5}$/;
const MIN_AGENT_ID = 101;
const MAX_ADDRESS_CHARACTERS = 24;
const MAX_CALLDATA_BYTES = 2048;

/** The failure codes answered here; all texts but that of 100-006 are our own, the documents give none. */
const REFUSALS = {
  "000-002": "parameter or address in the URL is wrong",
  "000-006": "message parameter error",
  "100-006": "agent not login",
  "106-004": "session transfer device type error",
  "200-012": "no call to transfer",
} as const;

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

type Refusal = keyof typeof REFUSALS;

/** The remarks are for the log: what is odd about a transfer that was accepted all the same. */
export type TransferVerdict =
  | { readonly retcode: "0"; readonly callid: string; readonly remarks: readonly string[] }
  | { readonly retcode: Refusal; readonly callid?: string; readonly remarks: readonly [] };

export interface TransferMessage {
  readonly agentId: string;
  readonly guid: string | undefined;
  readonly body: string;
}

export function judgeTransfer(state: GatewayState, message: TransferMessage): TransferVerdict {
  if (!isAgentId(message.agentId)) return refused("000-002");
  if (!state.holdsGuid(message.agentId, message.guid)) return refused("100-006");

  const json = parseJsonObject(message.body);
  if (json === undefined) return refused("000-006");
  const parsed = TransferBody.safeParse(json);
  if (!parsed.success) {
    const deviceTypeAlone = parsed.error.issues.every((issue) => issue.path[0] === "devicetype");
    return refused(deviceTypeAlone ? "106-004" : "000-002");
  }

  const { callid } = parsed.data;
  const holder = state.holderOf(callid);
  if (holder === undefined) return { retcode: "200-012", callid, remarks: [] };
  const remarks: string[] = [];
  if (!state.hasTarget(parsed.data)) remarks.push("target unknown here");
  if (holder !== message.agentId) remarks.push(`call is held by agent ${holder}`);
  return { retcode: "0", callid, remarks };
}

export function isAgentId(text: string): boolean {
  return AGENT_ID.test(text) && Number(text) >= MIN_AGENT_ID;
}

/** The body of the answer, with the vendor's order of fields. */
export function toAnswerText(retcode: TransferVerdict["retcode"]): string {
  if (retcode === "0") return JSON.stringify({ message: "success", retcode });
  return JSON.stringify({ message: REFUSALS[retcode], result: "", retcode });
}

function refused(retcode: Refusal): TransferVerdict {
  return { retcode, remarks: [] };
}

function parseJsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
