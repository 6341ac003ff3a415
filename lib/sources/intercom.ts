/**
 * Source `intercom`: a webhook topic of Intercom. The call stands in custom attributes of the conversation, ticket or contact, or where the connection's
 * mapping finds it; a notification that names no call is about something else and asks for nothing. The delivery id is the notification's, which is signed.
 * So is its `created_at`, "the timestamp the notification was created", in s (https://intercom-developer-hub.readme.io/reference/notification-model).
 * Not published: how long Intercom waits (5 s second-hand) and what it repeats. https://developers.intercom.com/docs/webhooks/webhook-notifications
 */
import * as z from "zod";
import type { Fields } from "../transfer/request.ts";
import { intercomSignature } from "../verification/hmac.ts";
import { acknowledgeNothingAsked, acknowledgeUnlessWorthRepeating } from "./answering/acknowledgement.ts";
import { fieldsAt, mergeAttributes, readCalled } from "./reading/custom-attributes.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { defineSource, toDraft } from "./source.ts";

/** 5 s (second-hand), less a margin. */
const DEADLINE_MS = 4_000;
/** Topics that are throttled are notified up to 2 hours later. And its signature has no time: what somebody captured would be good for ever. */
const MAX_AGE_SECONDS = 300;

const Notification = z.looseObject({ id: z.string().nullish(), topic: z.string("must be the topic's name") }, "must be an object");

export const intercom = defineSource({
  id: "intercom",
  schemes: [intercomSignature],
  deadlineMs: DEADLINE_MS,
  deliveryId: "signed",
  maxAgeSeconds: MAX_AGE_SECONDS,
  occurredAt: ({ created_at: seconds }) => (typeof seconds === "number" ? seconds * 1_000 : undefined),
  options: ["mapping", "events"],
  eventOf: ({ topic }) => topic,
  nothingAsked: "names no call",
  readBody: readJsonBody,
  payload: Notification,
  async toDrafts(notification, verified) {
    const fields = await readCalled(notification, toAttributes(notification), verified);
    return fields === undefined ? [] : [toDraft(fields, notification.id ?? undefined)];
  },
  // Errors count: more than 1000 in a row within 15 minutes pause for 15 minutes, seven days of them suspend a private app's subscription, a 429 throttles
  // for up to 2 hours. Only what is worth repeating is an error, with 503; the body says ok, code and effect.
  reply: (answering) => {
    const { outcomes } = answering;
    return outcomes.length === 0 ? acknowledgeNothingAsked() : acknowledgeUnlessWorthRepeating(answering);
  },
});

/** What is said of the conversation or ticket goes before what is said of its contact. */
function toAttributes(notification: Fields): Fields {
  const item = fieldsAt(notification, "data", "item");
  return mergeAttributes(
    fieldsAt(item, "contact", "custom_attributes"),
    fieldsAt(item, "ticket_attributes"),
    fieldsAt(item, "custom_attributes"),
  );
}
