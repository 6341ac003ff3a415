/** What a verification scheme is: it proves from the bytes as they came that a webhook is from who holds one of the connection's secrets. */
import type * as z from "zod";

/** A webhook as it was received: nothing parsed, nothing trusted. */
export interface Webhook {
  readonly method: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAt: Date;
}

/** For the log alone: outside all of them look alike. */
export type VerificationFailure = "missing-credential" | "wrong-credential" | "expired-credential";

/** `secretId` names the secret that matched, so that an operator sees when an old one is out of use. */
export type Verdict = { readonly ok: true; readonly secretId: string } | { readonly ok: false; readonly reason: VerificationFailure };

export interface Scheme {
  readonly id: string;
  /** From a connection's `verification` to what checks its webhooks. */
  readonly verifier: z.ZodType<Verifier>;
}

export type Verifier = (webhook: Webhook) => Verdict;

interface SchemeDefinition<Settings> {
  readonly id: string;
  readonly settings: z.ZodType<Settings>;
  verify(webhook: Webhook, settings: Settings): Verdict;
}

export function defineScheme<Settings>({ id, settings, verify }: SchemeDefinition<Settings>): Scheme {
  return { id, verifier: settings.transform((parsed) => (webhook: Webhook) => verify(webhook, parsed)) };
}
