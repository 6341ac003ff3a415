/** sha1=hex(HMAC-SHA1(BODY)), keyed with the app's client secret, https://developers.intercom.com/docs/webhooks */
import { createHmac } from "node:crypto";
import { type Sign, withHeaders } from "./signer.ts";

export const signLikeIntercom: Sign = (request, { secret }) =>
  withHeaders(request, { "x-hub-signature": `sha1=${createHmac("sha1", secret).update(request.body, "utf8").digest("hex")}` });
