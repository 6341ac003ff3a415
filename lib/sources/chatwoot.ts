/**
 * Source `chatwoot`: a webhook of Chatwoot 4.11.2 or later, or an agent bot of 4.13 or later (chatwoot/chatwoot#13862). The call stands in custom attributes
 * of the conversation or contact, or where the connection's mapping finds it; an event that names no call is about something else and asks for nothing. The
 * signature does not cover the delivery id, which repeats keep (chatwoot/chatwoot#13573).
 * https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks
 */
import * as z from "zod";
import type { Fields } from "../transfer/request.ts";
import { chatwootSignature } from "../verification/hmac.ts";
import { acknowledgeNothingAsked } from "./answering/acknowledgement.ts";
import { replyWithStatuses } from "./answering/status.ts";
import { fieldsAt, mergeAttributes, readCalled } from "./reading/custom-attributes.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, defineSource, type Reply, toDraft } from "./source.ts";

/** It waits 5 s, unless its operator has set WEBHOOK_TIMEOUT. */
const DEADLINE_MS = 4_000;
/** It repeats within seconds: what comes minutes later is none of its repeats. */
const MAX_AGE_SECONDS = 300;

const ChatwootEvent = z.looseObject({ event: z.string("must be the event's name") }, "must be an object");

export const chatwoot = defineSource({
  id: "chatwoot",
  schemes: [chatwootSignature],
  deadlineMs: DEADLINE_MS,
  deliveryId: "unsigned",
  maxAgeSeconds: MAX_AGE_SECONDS,
  options: ["mapping", "events"],
  eventOf: ({ event }) => event,
  nothingAsked: "names no call",
  mappingHeaders: ["x-chatwoot-delivery"],
  readBody: readJsonBody,
  payload: ChatwootEvent,
  async toDrafts(event, verified) {
    const fields = await readCalled(event, toAttributes(event), verified);
    return fields === undefined ? [] : [toDraft(fields, verified.webhook.headers["x-chatwoot-delivery"])];
  },
  reply: (answering) => (answering.outcomes.length === 0 ? acknowledgeNothingAsked() : replyOnce(answering)),
});

/**
 * An agent bot's webhook is repeated on 429 and 500: three attempts, 3 s apart. Then, and at once on any other error, a pending conversation is opened for
 * people if the event was of a message and the account does not keep it pending: what a refused transfer should lead to. On other events an error changes
 * nothing. Webhooks of an account are not repeated up to now. https://github.com/chatwoot/chatwoot/issues/15920
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
