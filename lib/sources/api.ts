/**
 * Source `api`: the canonical transfer request over HTTP, for programs and low-code tools that can write our body. It is answered in our own words.
 * No vendor's page: the format is this project's.
 */
import * as z from "zod";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { type Fields, isFields } from "../transfer/request.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import { replyCanonically } from "./answering/canonical.ts";
import { readOnlyDryRun } from "./reading/dry-run.ts";
import { readIdempotencyKey } from "./reading/idempotency-key.ts";
import { readJsonBody } from "./reading/json-body.ts";
import { defineSource } from "./source.ts";

export const api = defineSource({
  id: "api",
  schemes: [sharedSecret],
  deadlineMs: DEADLINE_MAX_MS,
  deliveryId: "unsigned",
  options: ["reply"],
  readsDryRun: true,
  takesRespondAsync: true,
  readBody: readJsonBody,
  payload: z.custom<Fields>(isFields, "must be an object"),
  toDrafts: (fields, { webhook }) => [{ fields, deliveryId: readIdempotencyKey(webhook), dryRun: readOnlyDryRun(webhook.query) }],
  reply: replyCanonically,
});
