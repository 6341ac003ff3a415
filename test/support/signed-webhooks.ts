/** Webhooks of vendors that sign with a hash, and what their schemes make of them. */
import { Signature } from "@hubspot/api-client";
import { expect } from "vitest";
import type { Scheme, Verdict } from "../../lib/verification/scheme.ts";
import { instantAfter, toWebhook, type WebhookParts } from "./webhook.ts";

export const SECRET = "secret-of-the-vendor";
export const BODY = Buffer.from('{"ticket":"4711","name":"Zoë 客 😀"}');
export const ISO = instantAfter(0).toISOString();
export const SECONDS = String(instantAfter(0).getTime() / 1_000);
export const MS = String(instantAfter(0).getTime());
export const ADDRESS = "https://hooks.example/v1/transfers/hubspot?a=b";

export const MATCH = matchOf("current");
/** With the signature that matched, whichever it is. */
export function matchOf(secretId: string) {
  return { ok: true, secretId, signature: expect.any(String) };
}
export const refusal = (reason: string) => expect.objectContaining({ ok: false, reason });

export type Settings = Readonly<Record<string, unknown>>;

export async function verify(scheme: Scheme, webhook: WebhookParts, settings: Settings = {}, test = false): Promise<Verdict> {
  const secrets = [{ id: "current", value: SECRET }];
  const verifier = scheme.verifier({ test }).parse({ scheme: scheme.id, secrets, ...settings });
  return verifier(toWebhook({ body: BODY, url: ADDRESS, ...webhook }));
}

/** By HubSpot's own client. */
export function signAsHubspot(
  version: string,
  { method = "POST", url = ADDRESS, body = BODY.toString(), timestamp = Number(MS), secret = SECRET } = {},
): string {
  return Signature.getSignature(method, version, { clientSecret: secret, requestBody: body, url, timestamp, signature: "" });
}
