/** base64(HMACSHA256(TIMESTAMP + BODY)), https://developer.zendesk.com/documentation/webhooks/verifying/ */
import { createHmac } from "node:crypto";
import { type Sign, withHeaders } from "./signer.ts";

export const signLikeZendesk: Sign = (request, { secret, now }) => {
  const timestamp = now.toISOString().replace(/\.\d+Z$/, "Z");
  const signature = createHmac("sha256", secret).update(`${timestamp}${request.body}`, "utf8").digest("base64");
  return withHeaders(request, { "x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": timestamp });
};
