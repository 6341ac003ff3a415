/** sha256=hex(HMAC-SHA256(TIMESTAMP.BODY)), the time in s: chatwoot/chatwoot#13573. */
import { createHmac, randomUUID } from "node:crypto";
import { type Sign, withHeaders } from "./signer.ts";

export const signLikeChatwoot: Sign = (request, { secret, now }) => {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const digest = createHmac("sha256", secret).update(`${timestamp}.${request.body}`, "utf8").digest("hex");
  return withHeaders(request, {
    "x-chatwoot-signature": `sha256=${digest}`,
    "x-chatwoot-timestamp": timestamp,
    "x-chatwoot-delivery": randomUUID(),
  });
};
