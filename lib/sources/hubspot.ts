/**
 * Source `hubspot`: the webhook action of a HubSpot workflow: the object as the object API returns it, or chosen properties; an array asks for one transfer
 * an object. No delivery id: it is derived from the call. No time of the event either: that of v3 is the attempt's, `occurredAt` is of an app's webhooks.
 * https://developers.hubspot.com/docs/methods/workflows/webhook_information
 */
import * as z from "zod";
import { isEmpty } from "../mapping/conventional-fields.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { type Fields, invalidRequest, isFields } from "../transfer/request.ts";
import { hubspotV1, hubspotV2, hubspotV3 } from "../verification/hmac.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import { replyToEach } from "./answering/batch.ts";
import { replyWithStatuses, type Statuses } from "./answering/status.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { type Answering, defineSource, type Reply, toBatchDraft } from "./source.ts";

/**
 * Repeats begin a minute after the failure and go on for 3 days, up to 8 hours apart, but where Retry-After says otherwise: the later ones ask for a customer
 * who is long gone. https://knowledge.hubspot.com/workflows/send-get-requests-with-hubspot-workflows
 */
const MAX_AGE_SECONDS = 300;
/** Ours: what can be transferred five at a time within the deadline. The vendor's page names no limit. */
const OBJECTS_MAX = 100;

/** HubSpot repeats 429 and 5xx over 3 days and no other 4xx, and reads Retry-After on 429 alone. */
const STATUSES: Statuses = {
  // Repeated when we say, not some time within 3 days: a call does not wait. A duplicate in progress, too: 409 would end it.
  retry: 429,
  // A 500 would be repeated over 3 days, and what was wrong once right would move a customer whom nobody expects.
  stop: 422,
};

export const hubspot = defineSource({
  id: "hubspot",
  schemes: [hubspotV3, hubspotV2, hubspotV1, sharedSecret],
  // It waits 30 s.
  deadlineMs: DEADLINE_MAX_MS,
  deliveryId: "none",
  maxAgeSeconds: MAX_AGE_SECONDS,
  options: ["mapping"],
  readBody: readJsonBody,
  // What of an array is no object fails alone.
  payload: z.union([z.array(z.unknown()).min(1).max(OBJECTS_MAX), z.looseObject({})], {
    error: `must be an object, or an array of 1 to ${OBJECTS_MAX} objects`,
  }),
  toDrafts: (payload, { map }) =>
    (Array.isArray(payload) ? payload : [payload]).map((object) =>
      toBatchDraft(async () => {
        if (!isFields(object)) throw invalidRequest([{ pointer: "#", detail: "must be an object" }]);
        return map(object, toProperties(object));
      }, undefined),
    ),
  reply: (answering) => inMilliseconds(Array.isArray(answering.payload) ? replyToEach(answering, STATUSES) : replyOnce(answering)),
});

const replyOnce: (answering: Answering<unknown>) => Reply = replyWithStatuses(STATUSES);

/** `properties: {name: {value}}` of contacts, `properties: {name: value}` of the others, or the chosen ones at the top. An empty one hides none. */
function toProperties(object: Fields): Fields {
  const properties = isFields(object.properties) ? object.properties : {};
  const values = Object.entries(properties).map(([name, property]): [string, unknown] => [
    name,
    isFields(property) ? property.value : property,
  ]);
  return { ...object, ...Object.fromEntries(values.filter(([, value]) => !isEmpty(value))) };
}

/** As HubSpot reads it; seconds would be taken for next to nothing. */
function inMilliseconds({ headers, ...reply }: Reply): Reply {
  const { "retry-after": seconds, ...others } = headers;
  return { ...reply, headers: seconds === undefined ? headers : { ...others, "retry-after": String(Number(seconds) * 1_000) } };
}
