/**
 * Source `freshdesk`: the action "Trigger Webhook" of a Freshdesk automation rule, whose content its administrator writes as JSON or as a form. Freshdesk
 * signs nothing: a custom header or Basic. No delivery id: it is derived from the call. How long it waits is not published.
 * https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules
 */
import * as z from "zod";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { replyWithStatuses } from "./answering/status.ts";
import { readJsonOrFormBody } from "./reading/form-body.ts";
import { defineSource, toDraft } from "./source.ts";

/** Not published: as short as the shortest of its kind that is (Zendesk, 10 s), less a margin. */
const DEADLINE_MS = 8_500;
/** Its first repeat comes 5 minutes after the failure, and may find the customer there still; the others, half an hour later and more, do not. */
const MAX_AGE_SECONDS = 600;

/** What a rule can send: headers of any name, or Basic. */
const secretOfRule = defineSharedSecret({ in: ["api-key", "bearer", "basic"] });

export const freshdesk = defineSource({
  id: "freshdesk",
  schemes: [secretOfRule],
  deadlineMs: DEADLINE_MS,
  deliveryId: "none",
  maxAgeSeconds: MAX_AGE_SECONDS,
  options: ["mapping"],
  readBody: readJsonOrFormBody,
  payload: z.looseObject({}, "must be an object"),
  toDrafts: async (body, { map }) => [toDraft(await map(body, body), undefined)],
  // What failed by "an issue at the recipient's end", which a 5xx says, it repeats 5 minutes after the failure, 30 after that and 60 after that; about
  // other statuses its page is silent.
  reply: replyWithStatuses({
    // A duplicate in progress would be a 409.
    retry: 503,
    // Nothing that a repeat cannot mend has a 5xx.
    stop: 422,
  }),
});
