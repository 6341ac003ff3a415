/**
 * Source `rasa`: a custom action of a Rasa assistant, with this as its action server (`action_endpoint.url`). The specification has no proof of origin: a
 * header of ours, else the `token` that Rasa puts into the query. The assistant branches on the slots `ccgw_state`, `ccgw_code`, …, which its domain has
 * to declare. Neither a delivery id nor repeats. https://rasa.com/docs/rasa/pages/action-server-api
 */
import * as z from "zod";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { toJsonReply } from "./answering/json-reply.ts";
import { type Summary, textFor, toSettledParameters, toSummary, withoutParameters } from "./answering/summary.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, defineSource, type Reply, toDraft } from "./source.ts";

const ActionCall = z.looseObject({
  next_action: z.string("must be the action's name"),
  sender_id: z.string().optional().catch(undefined),
  tracker: z.looseObject({ slots: z.record(z.string(), z.unknown()).catch({}) }).catch({ slots: {} }),
});
type ActionCall = z.infer<typeof ActionCall>;

export const rasa = defineSource({
  id: "rasa",
  schemes: [defineSharedSecret({ in: ["bearer", "api-key"], parameter: "token" })],
  // Rasa waits 5 minutes (DEFAULT_REQUEST_TIMEOUT in its rasa/core/constants.py): longer than we can.
  deadlineMs: DEADLINE_MAX_MS,
  deliveryId: "none",
  options: ["mapping", "reply", "texts", "events"],
  eventOf: ({ next_action }) => next_action,
  readBody: readJsonBody,
  payload: ActionCall,
  toDrafts: async (call, { map }) => [toDraft(await map(call, withoutParameters(call.tracker.slots)), undefined)],
  reply,
});

function reply({ outcomes: [outcome], payload, settings }: Answering<ActionCall>): Reply {
  // As Rasa's own action server says that it has no such action (rasa_sdk/endpoint.py): another one is none that the connection lists.
  if (outcome === undefined)
    return toJsonReply({ action_name: payload?.next_action, error: "not among the connection's events" }, undefined, 404);
  const summary = toSummary(outcome);
  const { code, reason } = summary;
  if (payload !== undefined && isRefusal(summary) && settings.reply === "native")
    return toJsonReply({ action_name: payload.next_action, error: [code, reason].filter(Boolean).join(": ") }, code, 400);
  const text = textFor(summary, settings, undefined);
  const events = Object.entries(toSettledParameters(summary)).map(([name, value]) => ({ event: "slot", timestamp: null, name, value }));
  return toJsonReply({ events, responses: text === undefined ? [] : [{ text }] }, code);
}

/**
 * Answered as Rasa's `ActionExecutionRejected`: its policies choose another action. Only what the gateway or the connection will refuse again; what may
 * still succeed, may have happened or is ours to repair is told in slots, for a rejection sets none. With `reply: "always-200"` refusals are, too.
 */
function isRefusal({ state, code }: Summary): boolean {
  return state === "failed" && (code === "gateway-refused" || code === "forbidden");
}
