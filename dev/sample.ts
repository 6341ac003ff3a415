/** A sample as its caller would send it this time: about calls that nobody has moved, as a delivery that nobody has seen. A file of one's own goes as it is. */
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { type Fields, isFields } from "../lib/transfer/request.ts";
import { CALL_ID } from "./local-gateway.ts";

/** Ten digits: as long as an id of the gateway's may be. */
const SUFFIX_MIN = 1_000_000_000;
const SUFFIX_MAX = 9_999_999_999;
/** What a Salesforce id of an outbound message's notification begins with; 12 characters follow, and 3 that protect their case. */
const NOTIFICATION_ID = /<Id>04l\w{15}<\/Id>/g;

export function renewCalls(sample: string): string {
  const known = new Map<string, string>();
  return sample.replaceAll(CALL_ID, (callId) => {
    const renewed = known.get(callId) ?? callId.replace(/\d+$/, String(randomInt(SUFFIX_MIN, SUFFIX_MAX)));
    known.set(callId, renewed);
    return renewed;
  });
}

/** What a connection of this document may ask for: of its own agent, and to the first of its named targets, unless it may move calls to any. */
export function toOwnSample(sample: string, { agentId, targets, allow }: Fields): string {
  const ofAgent = typeof agentId === "string" ? sample.replace(/("agentId": *)"\d+"/, `$1"${agentId}"`) : sample;
  const [target] = isFields(targets) ? Object.keys(targets) : [];
  if (target === undefined || (isFields(allow) && allow.targets === "any")) return ofAgent;
  return ofAgent
    .replaceAll(/("target": *)\{[^{}]*\}/g, `$1"${target}"`)
    .replaceAll(/\b(?:skill-queue|agent|access-code):\d+\b/g, target)
    .replaceAll(/^ *"ccgw_skill_id": .*\n/gm, "");
}

/** The members of a JSON object that say which delivery it is, and when. */
export function renewing(members: () => Readonly<Record<string, unknown>>): (sample: string) => string {
  return (sample) => JSON.stringify({ ...JSON.parse(sample), ...members() }, undefined, 2);
}

export const renewNotification = renewing(() => ({ id: `notif_${randomUUID()}`, created_at: Math.floor(Date.now() / 1_000) }));

export function renewOutboundMessage(sample: string): string {
  return sample.replaceAll(NOTIFICATION_ID, () => `<Id>04l${randomBytes(6).toString("hex")}AAV</Id>`);
}
