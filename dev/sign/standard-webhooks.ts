/** Signs with the reference library of the standard (npm: standardwebhooks), https://www.standardwebhooks.com */
import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { type Sign, withHeaders } from "./signer.ts";

export const signStandardWebhook: Sign = (request, { secret, now }) => {
  const id = `msg_${randomUUID().replaceAll("-", "")}`;
  return withHeaders(request, {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, now, request.body),
  });
};
