/**
 * Source `chatwoot`: a webhook or an agent bot of Chatwoot 4.13 or later. The call stands in custom attributes of the conversation or contact, or where the
 * connection's mapping finds it; an event that names no call is about something else and asks for nothing. Second-hand: the signature, which does not cover
 * the delivery id. https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks
 */
import * as z from "zod";
import type { Fields } from "../transfer/request.ts";
import { chatwootSignature } from "../verification/hmac.ts";
import { acknowledgeNothingAsked } from "./answering/acknowledgement.ts";
import { replyWithStatuses } from "./answering/status.ts";
import { fieldsAt, mergeAttributes, namesCall } from "./reading/custom-attributes.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, defineSource, type Reply, toDraft } from "./source.ts";

/** It waits 5 s, unless its operator has set WEBHOOK_TIMEOUT. */
const DEADLINE_MS = 4_000;

const ChatwootEvent = z.looseObject({ event: z.string() }, "must be an object");

export const chatwoot = defineSource({
  id: "chatwoot",
  schemes: [chatwootSignature],
  deadlineMs: DEADLINE_MS,
  mappingHeaders: ["x-chatwoot-delivery"],
  readBody: readJsonBody,
  payload: ChatwootEvent,
  async toDrafts(event, { webhook: { headers }, map }) {
    const fields = await map(event, toAttributes(event));
    return namesCall(fields) ? [toDraft(fields, headers["x-chatwoot-delivery"])] : [];
  },
  reply: (answering) => (answering.outcomes.length === 0 ? acknowledgeNothingAsked() : replyOnce(answering)),
});

/**
 * An agent bot's webhook is repeated on 429 and 500, three times in all, and then its conversation is opened for people, as on any other error at once:
 * what a refused transfer should lead to. Webhooks of an account are never repeated. https://github.com/chatwoot/chatwoot/issues/15920
 */
const replyOnce: (answering: Answering<unknown>) => Reply = replyWithStatuses({
  // 503 is not repeated.
  retry: 429,
  // 500 is.
  stop: 422,
});

/** Events of a conversation are the conversation; those of a message have it inside. What is said of it goes before what is said of its contact. */
function toAttributes(event: Fields): Fields {
  return mergeAttributes(
    fieldsAt(event, "sender", "custom_attributes"),
    fieldsAt(event, "meta", "sender", "custom_attributes"),
    fieldsAt(event, "conversation", "meta", "sender", "custom_attributes"),
    fieldsAt(event, "custom_attributes"),
    fieldsAt(event, "conversation", "custom_attributes"),
  );
}
