/**
 * Source `standard-webhooks`: any sender that keeps to the Standard Webhooks specification 1.0. The delivery id is signed and stays the same in repeats.
 * Body: the canonical request, bare or as `data` of the recommended envelope, or whatever the connection's mapping reads. The signature does not cover
 * the address: a dry run is asked for in the body. How old it is, the envelope's `timestamp` says, which is signed; `webhook-timestamp` is the attempt's.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import * as z from "zod";
import { type Fields, isFields } from "../transfer/request.ts";
import { standardWebhooks as standardWebhooksSignature } from "../verification/standard-webhooks.ts";
import { acknowledgeUnlessWorthRepeating } from "./answering/acknowledgement.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { defineSource, toDraft } from "./source.ts";

/** The specification recommends a request timeout of 15 to 30 s ("Request timeouts"): the shorter, less a margin. */
const DEADLINE_MS = 12_500;

const Timestamp = z.iso.datetime({ offset: true });

export const standardWebhooks = defineSource({
  id: "standard-webhooks",
  schemes: [standardWebhooksSignature],
  deadlineMs: DEADLINE_MS,
  deliveryId: "signed",
  occurredAt: ({ type, timestamp }) => (typeof type === "string" ? toMs(timestamp) : undefined),
  options: ["mapping"],
  mappingHeaders: ["webhook-id", "webhook-timestamp"],
  readBody: readJsonBody,
  payload: z.looseObject({}, "must be an object"),
  toDrafts: async (body, { webhook: { headers }, settings, map }) => [
    toDraft(settings.mapping === undefined ? withoutEnvelope(body) : await map(body, body), headers["webhook-id"]),
  ],
  // "Any other scenario" than a 2xx is a failure that is repeated for days ("Delivery success and failure"): a refused transfer would be asked for again
  // when the customer is long gone. The body says ok, code and effect. What is worth repeating keeps its 503, whose Retry-After senders should heed;
  // a duplicate in progress is acknowledged, since the first is answered for itself. Never 410: it would disable the endpoint.
  reply: acknowledgeUnlessWorthRepeating,
});

/** "Payload structure": "the timestamp of when the event occurred", in ISO 8601 in its example. Without a type, it is none of the envelope. */
function toMs(timestamp: unknown): number | undefined {
  const text = Timestamp.safeParse(timestamp).data;
  return text === undefined ? undefined : Date.parse(text);
}

/** "Payload structure": `type`, `timestamp`, and `data` with what it is about. */
function withoutEnvelope(body: Fields): Fields {
  return typeof body.type === "string" && isFields(body.data) ? body.data : body;
}
