/** HubSpot's older signatures: hex(SHA-256(SECRET + METHOD + URI + BODY)) is v2, without method and address it is v1. They have no time. */
import { createHash } from "node:crypto";
import { type Outgoing, type Sign, withHeaders } from "./signer.ts";

export const signLikeHubspotV2: Sign = (request, { secret }) => withHash(request, "v2", `${secret}POST${request.url}${request.body}`);
export const signLikeHubspotV1: Sign = (request, { secret }) => withHash(request, "v1", `${secret}${request.body}`);

function withHash(request: Outgoing, version: string, text: string): Outgoing {
  const hash = createHash("sha256").update(text, "utf8").digest("hex");
  return withHeaders(request, { "x-hubspot-signature": hash, "x-hubspot-signature-version": version });
}
