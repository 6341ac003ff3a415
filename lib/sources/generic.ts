/**
 * Source `generic`: anything that posts JSON or a form and is none of the others; low-code tools among them (Zapier, Make, n8n, Power Automate). Its body
 * is the customer's own, read by the connection's mapping or by the names ccgw_…. No vendor's page.
 */
import * as z from "zod";
import { invalidRequest } from "../transfer/request.ts";
import { hmac } from "../verification/hmac.ts";
import { defineSharedSecret } from "../verification/shared-secret.ts";
import { standardWebhooks } from "../verification/standard-webhooks.ts";
import { replyCanonically } from "./answering/canonical.ts";
import { assertNoDryRun, readDryRun } from "./reading/dry-run.ts";
import { readJsonOrFormBody } from "./reading/form-body.ts";
import { readIdempotencyKey } from "./reading/idempotency-key.ts";
import { defineSource, toDraft, type Webhook } from "./source.ts";

/** Nobody knows who calls: the shortest patience of the low-code tools, n8n's 10 s, less a margin. A connection may say otherwise. */
const DEADLINE_MS = 8_500;

/** The query is the last resort: for a caller that can neither set a header nor sign. A connection has to ask for it by name. */
const secretOfCaller = defineSharedSecret({ in: ["bearer", "api-key"], parameter: "key" });

/** Of the connection's `verification`, which its scheme has checked: what decides whether an unsigned header may name the delivery. */
const Proof = z.looseObject({ scheme: z.string().optional(), signed: z.string().catch("") }).catch({ scheme: undefined, signed: "" });

export const generic = defineSource({
  id: "generic",
  schemes: [secretOfCaller, hmac, standardWebhooks],
  deadlineMs: DEADLINE_MS,
  deliveryId: "unsigned",
  options: ["mapping", "reply"],
  readsDryRun: true,
  takesRespondAsync: true,
  readBody: readJsonOrFormBody,
  payload: z.looseObject({}, "must be an object"),
  toDrafts: async (body, { webhook, settings, map }) => {
    const fields = await map(body, body);
    const { scheme, signed } = Proof.parse(settings.verification);
    const isQuerySigned = scheme === hmac.id && signed.includes("{url}");
    if (scheme === standardWebhooks.id || (scheme === hmac.id && !isQuerySigned)) assertNoDryRun(webhook.query, []);
    const dryRun = readDryRun(webhook.query);
    if (scheme === standardWebhooks.id) {
      assertNoIdempotencyKey(webhook);
      return [{ ...toDraft(fields, webhook.headers["webhook-id"]), dryRun }];
    }
    if (scheme === hmac.id && !signed.includes("{timestamp}")) assertNoIdempotencyKey(webhook);
    // A header that differs from the body's own id is refused, as for `api`: both are the caller's choice.
    return [{ fields, deliveryId: readIdempotencyKey(webhook), dryRun }];
  },
  // The canonical statuses: what this caller repeats, nobody knows. One that reads 2xx bodies alone has `reply: "always-200"`.
  reply: replyCanonically,
});

/** No signature covers it: with another key, a request that somebody captured would be another delivery. */
function assertNoIdempotencyKey(webhook: Webhook): void {
  if (readIdempotencyKey(webhook) !== undefined)
    throw invalidRequest([{ pointer: "#/deliveryId", detail: "must not come as Idempotency-Key, which the signature does not cover" }]);
}
