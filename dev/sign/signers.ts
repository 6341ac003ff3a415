/** Which signer plays the caller of which scheme. A scheme whose signer is its vendor alone (google-id-token) is not here: its token is brought as it is. */
import { bringBotFrameworkToken } from "./bot-framework-token.ts";
import { signLikeChatwoot } from "./chatwoot.ts";
import { signWithHmac } from "./hmac.ts";
import { signLikeHubspotV1, signLikeHubspotV2 } from "./hubspot-hashes.ts";
import { signLikeHubspotV3 } from "./hubspot-v3.ts";
import { signLikeIntercom } from "./intercom.ts";
import { signWithSharedSecret } from "./shared-secret.ts";
import type { Sign } from "./signer.ts";
import { signStandardWebhook } from "./standard-webhooks.ts";
import { signLikeZendesk } from "./zendesk.ts";

const SIGNERS = new Map<string, Sign>([
  ["shared-secret", signWithSharedSecret],
  ["hmac", signWithHmac],
  ["standard-webhooks", signStandardWebhook],
  ["zendesk", signLikeZendesk],
  ["hubspot-v3", signLikeHubspotV3],
  ["hubspot-v2", signLikeHubspotV2],
  ["hubspot-v1", signLikeHubspotV1],
  ["intercom", signLikeIntercom],
  ["chatwoot", signLikeChatwoot],
  ["bot-framework-token", bringBotFrameworkToken],
]);

export function signerOf(scheme: string): Sign {
  return SIGNERS.get(scheme) ?? signWithSharedSecret;
}
