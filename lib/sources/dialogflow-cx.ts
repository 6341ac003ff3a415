/**
 * Source `dialogflow-cx`: a webhook of a Dialogflow CX agent. Always answered with 200: anything else is an error of the webhook to the bot, which then
 * cannot branch. It does by the session's parameters `ccgw_state`, `ccgw_code`, … `liveAgentHandoff` is a measurement: it does not mute the bot.
 * Whether it repeats was not found. No delivery id: it is derived from the call, so that a repeat is the same delivery.
 * https://docs.cloud.google.com/dialogflow/cx/docs/concept/webhook
 */
import * as z from "zod";
import type { Connection } from "../transfer/connection.ts";
import type { Fields } from "../transfer/request.ts";
import { googleIdToken } from "../verification/oidc.ts";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { toJsonReply } from "./answering/json-reply.ts";
import { type Summary, textFor, toParameters, toSettledParameters, toSummary, withoutParameters } from "./answering/summary.ts";
import { filled } from "./reading/filled.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, defineSource, type Reply, toDraft } from "./source.ts";

/** Dialogflow waits 5 s unless its webhook is set to more, at most 30 s: then set the connection's `deadlineMs`, too. */
const DEADLINE_MS = 4_000;

const Text = z.string().optional().catch(undefined);

const WebhookRequest = z.looseObject({
  languageCode: Text,
  fulfillmentInfo: z.looseObject({ tag: Text }).catch({ tag: undefined }),
  sessionInfo: z.looseObject({ parameters: z.record(z.string(), z.unknown()).catch({}) }).catch({ parameters: {} }),
});
type WebhookRequest = z.infer<typeof WebhookRequest>;

export const dialogflowCx = defineSource({
  id: "dialogflow-cx",
  schemes: [defineSharedSecret({ in: ["bearer", "api-key", "basic"] }), googleIdToken],
  deadlineMs: DEADLINE_MS,
  deliveryId: "none",
  options: ["mapping", "texts"],
  readBody: readJsonBody,
  payload: WebhookRequest,
  toDrafts: async (request, { settings, map }) => [toDraft(await map(request, toFields(request, settings)), undefined)],
  reply,
});

/** A page's tag that is the name of one of the connection's targets is where to, unless a parameter says otherwise. */
function toFields({ fulfillmentInfo: { tag }, sessionInfo: { parameters } }: WebhookRequest, { targets }: Connection): Fields {
  const tagged = tag !== undefined && Object.hasOwn(targets, tag) ? { ccgw_target: tag } : {};
  return { ...tagged, ...filled(withoutParameters(parameters)) };
}

function reply({ outcomes: [outcome], payload, settings }: Answering<WebhookRequest>): Reply {
  // A webhook asks for exactly one transfer: without an outcome there would be nothing to tell.
  if (outcome === undefined) return toJsonReply({}, undefined);
  const summary = toSummary(outcome);
  const messages = toMessages(summary, textFor(summary, settings, payload?.languageCode));
  const answer = {
    ...(messages.length > 0 && { fulfillmentResponse: { messages, mergeBehavior: "APPEND" } }),
    sessionInfo: { parameters: toSettledParameters(summary) },
  };
  return toJsonReply(answer, summary.code);
}

function toMessages(summary: Summary, text: string | undefined): object[] {
  return [
    ...(text === undefined ? [] : [{ text: { text: [text] } }]),
    ...(summary.state === "accepted" ? [{ liveAgentHandoff: { metadata: toParameters(summary) } }] : []),
  ];
}
