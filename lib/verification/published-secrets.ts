/** Secrets that everybody can read, with which anybody can prove to be anyone: no connection may list one. */
import { isPlaceholder } from "../transfer/placeholder.ts";

/** Signs what the test button of Zendesk sends before a webhook is saved. https://developer.zendesk.com/documentation/webhooks/verifying */
export const ZENDESK_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";

const PUBLISHED_SECRETS: readonly string[] = [
  ZENDESK_TEST_SECRET,
  // The example of Standard Webhooks: its specification, its libraries and their tests.
  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  // The example of HubSpot's pages on validating requests.
  "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
  // Of docs/connect/standard-webhooks.md.
  "whsec_Q0hBTkdFLU1FLXRvLXRoZS1zZWNyZXQtb2YteW91ci1zZW5kZXI=",
];
export function isPublished(secret: string): boolean {
  return PUBLISHED_SECRETS.includes(secret) || isPlaceholder(secret);
}
