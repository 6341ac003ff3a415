/**
 * One attempt to tell a receiver of a notice, signed as Standard Webhooks 1.0 asks for (https://www.standardwebhooks.com), and what its answer means for the
 * next. Knows no queue, and no connection.
 */
import { createHmac } from "node:crypto";
import type { Callback } from "../transfer/callback.ts";
import type { CallbackOutcome, PostCallback } from "./callback-client.ts";
import { type OutcomeNotice, toAsciiJson, toNoticeId } from "./notice.ts";

const GONE = 410;
const USER_AGENT = "ccgateway-transfer-webhooks";

/** `why` is for the log: a status or an error's code, nothing of the address, the secret or the body. */
export type Delivery =
  | { readonly kind: "delivered"; readonly status?: number }
  /** The receiver wants no more of this notice. */
  | { readonly kind: "gone"; readonly status: number }
  /** Nobody is to be told. */
  | { readonly kind: "nobody"; readonly why: string }
  | { readonly kind: "retry"; readonly why: string; readonly status?: number; readonly retryAfterSeconds?: number | undefined };

export type Deliver = (callback: Callback, notice: OutcomeNotice, signal: AbortSignal) => Promise<Delivery>;

interface DeliverOptions {
  readonly post: PostCallback;
  /** In ms since 1970. */
  readonly wallMs: () => number;
}

export function createDeliver({ post, wallMs }: DeliverOptions): Deliver {
  return async ({ url, secrets, allowAddresses = [], ca }, notice, signal) => {
    const sentAtMs = wallMs();
    const body = toAsciiJson({ type: "transfer.outcome", timestamp: notice.at, data: notice });
    const headers = toHeaders(body, { id: toNoticeId(notice), secrets, timestamp: Math.floor(sentAtMs / 1_000) });
    const outcome = await post({ url, headers, body, allowAddresses, ca, signal });
    return toDelivery(outcome, sentAtMs);
  };
}

interface Signed {
  readonly id: string;
  readonly secrets: readonly string[];
  /** Of this attempt, in seconds since 1970. */
  readonly timestamp: number;
}

function toHeaders(body: string, { id, secrets, timestamp }: Signed): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return {
    "content-type": "application/json",
    "user-agent": USER_AGENT,
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

export function toDelivery(outcome: CallbackOutcome, nowMs: number): Delivery {
  if (outcome.kind === "forbidden-address") return { kind: "retry", why: "the address is not public, and allowAddresses does not list it" };
  if (outcome.kind === "failed") return { kind: "retry", why: outcome.cause };
  const { status, retryAfter } = outcome;
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (status === GONE) return { kind: "gone", status };
  const why = status >= 300 && status < 400 ? `redirect ${status}, which is not followed` : `status ${status}`;
  return { kind: "retry", why, status, retryAfterSeconds: toSeconds(retryAfter, nowMs) };
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function toSeconds(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter);
  const seconds = Math.ceil((Date.parse(retryAfter) - nowMs) / 1_000);
  return seconds > 0 ? seconds : undefined;
}
