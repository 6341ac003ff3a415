/**
 * Source `zendesk`: a webhook that a Zendesk trigger or automation calls, with a body that its administrator writes. Signed by Zendesk, but for the
 * invocation id. Not confirmed: which statuses the vendor's table "Webhook retries" names. https://developer.zendesk.com/api-reference/webhooks/introduction
 * and https://developer.zendesk.com/documentation/webhooks/verifying
 */
import * as z from "zod";
import { zendeskSignature } from "../verification/hmac.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import { replyWithStatuses } from "./answering/status.ts";
import { readJsonOrFormBody } from "./reading/form-body.ts";
import { defineSource, toDraft } from "./source.ts";

/** Zendesk waits 10 s (second-hand). */
const DEADLINE_MS = 8_500;
/** When it repeats could not be confirmed. A customer does not wait for it longer than this; whoever holds the session has gone on with it. */
const MAX_AGE_SECONDS = 300;

export const zendesk = defineSource({
  id: "zendesk",
  schemes: [zendeskSignature, sharedSecret],
  deadlineMs: DEADLINE_MS,
  deliveryId: "unsigned",
  maxAgeSeconds: MAX_AGE_SECONDS,
  options: ["mapping"],
  mappingHeaders: ["x-zendesk-webhook-id", "x-zendesk-webhook-invocation-id", "x-zendesk-account-id"],
  readBody: readJsonOrFormBody,
  payload: z.looseObject({}, "must be an object"),
  toDrafts: async (body, { webhook: { headers }, map }) => [toDraft(await map(body, body), headers["x-zendesk-webhook-invocation-id"])],
  reply: replyWithStatuses({
    // Worth repeating stays 503 with the Retry-After of its code, and a duplicate in progress 409: "certain HTTP response codes" are retried, and these
    // are the ones that mean it. 202 for unknown is a success to Zendesk: never repeated.
    // 500 may be on the list, 422 has no reason to be: what no repeat can mend ends at once.
    stop: 422,
  }),
});
