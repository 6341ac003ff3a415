/**
 * Source `generic`: anything that posts JSON or a form and is none of the others; low-code tools among them (Zapier, Make, n8n, Power Automate). Its body
 * is the customer's own, read by the connection's mapping or by the names ccgw_…. No vendor's page.
 */
import * as z from "zod";
import { hmac } from "../verification/hmac.ts";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { standardWebhooks } from "../verification/standard-webhooks.ts";
import { replyCanonically } from "./answering/canonical.ts";
import { readDryRun } from "./reading/dry-run.ts";
import { readJsonOrFormBody } from "./reading/form-body.ts";
import { readIdempotencyKey } from "./reading/idempotency-key.ts";
import { defineSource } from "./source.ts";

/** Nobody knows who calls: the shortest patience of the low-code tools, n8n's 10 s, less a margin. A connection may say otherwise. */
const DEADLINE_MS = 8_500;

/** The query is the last resort: for a caller that can neither set a header nor sign. A connection has to ask for it by name. */
const secretOfCaller = defineSharedSecret({ in: ["bearer", "api-key"], parameter: "key" });

export const generic = defineSource({
  id: "generic",
  schemes: [secretOfCaller, hmac, standardWebhooks],
  deadlineMs: DEADLINE_MS,
  readBody: readJsonOrFormBody,
  payload: z.looseObject({}, "must be an object"),
  toDrafts: async (body, { webhook, map }) => [
    // A header that differs from the body's own id is refused, as for `api`: both are the caller's choice.
    { fields: await map(body, body), deliveryId: readIdempotencyKey(webhook), dryRun: readDryRun(webhook.query) },
  ],
  // The canonical statuses: what this caller repeats, nobody knows. One that reads 2xx bodies alone has `reply: "always-200"`.
  reply: replyCanonically,
});
