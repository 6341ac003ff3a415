/** A webhook for specifications of schemes: what a test says, over the least. */
import type { Webhook } from "../../lib/verification/scheme.ts";

const RECEIVED_AT = "2026-11-23T07:00:00.000Z";

export interface WebhookParts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly url?: string;
  readonly method?: string;
  readonly receivedAt?: string;
  readonly requestedUrl?: string;
}

export function toWebhook({
  headers = {},
  body = "",
  url = "https://hooks.example/v1/transfers/it",
  ...others
}: WebhookParts = {}): Webhook {
  return {
    method: others.method ?? "POST",
    url,
    query: new URL(url).searchParams,
    headers,
    body: Buffer.from(body),
    receivedAt: new Date(others.receivedAt ?? RECEIVED_AT),
    requestedUrl: others.requestedUrl,
  };
}

/** The instant that lies `ms` after the one at which webhooks are received. */
export function instantAfter(ms: number): Date {
  return new Date(Date.parse(RECEIVED_AT) + ms);
}
