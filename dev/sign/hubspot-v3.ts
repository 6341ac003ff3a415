/** base64(HMAC-SHA256(METHOD + URI + BODY + TIMESTAMP)), the time in ms, https://developers.hubspot.com/docs/api/webhooks/validating-requests */
import { createHmac } from "node:crypto";
import { type Sign, withHeaders } from "./signer.ts";

export const signLikeHubspotV3: Sign = (request, { secret, now }) => {
  const timestamp = String(now.getTime());
  const signed = `POST${request.url}${request.body}${timestamp}`;
  const signature = createHmac("sha256", secret).update(signed, "utf8").digest("base64");
  return withHeaders(request, { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp });
};
