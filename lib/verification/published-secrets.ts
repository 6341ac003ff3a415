/** Secrets that vendors publish, with which anybody can prove to be anyone: no connection may list one. */

/** Signs what the test button of Zendesk sends before a webhook is saved. https://developer.zendesk.com/documentation/webhooks/verifying */
export const ZENDESK_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";

const PUBLISHED_SECRETS: readonly string[] = [ZENDESK_TEST_SECRET];

export function isPublished(secret: string): boolean {
  return PUBLISHED_SECRETS.includes(secret);
}
