/** How a caller of each scheme comes to be known: whether its secret is made here or there, where it is found there, and what a document keeps of it. */
import * as z from "zod";
import type { Source } from "../../lib/sources/source.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";
import { isFields } from "../../lib/transfer/request.ts";
import { makeSecret, makeWebhookSecret } from "../chosen-secret.ts";
import type { Document } from "../secret-book.ts";

export interface ProofKind {
  /** What is asked for. */
  readonly message: string;
  /** `secrets` of a document, `accepted`, which are none, or nothing. */
  readonly kept: "secrets" | "accepted" | "nothing";
  /** Of a secret that we may choose. */
  readonly make?: () => string;
}

const HUBSPOT: ProofKind = { message: "The client secret of the HubSpot app", kept: "secrets" };

/** By the ids of the schemes. */
const KINDS = new Map<string, ProofKind>([
  ["shared-secret", { message: "The secret that the caller sends", kept: "secrets", make: makeSecret }],
  ["hmac", { message: "The secret that the caller signs with", kept: "secrets", make: makeSecret }],
  [
    "standard-webhooks",
    { message: "The signing secret (whsec_…) or public key (whpk_…) of the endpoint", kept: "secrets", make: makeWebhookSecret },
  ],
  ["zendesk", { message: "The signing secret of the webhook in Zendesk", kept: "secrets" }],
  ["hubspot-v3", HUBSPOT],
  ["hubspot-v2", HUBSPOT],
  ["hubspot-v1", HUBSPOT],
  ["intercom", { message: "The client secret of the Intercom app", kept: "secrets" }],
  ["chatwoot", { message: "The secret of the webhook, or of the agent bot, in Chatwoot", kept: "secrets" }],
  ["bot-framework-token", { message: "The app id of the bot's registration", kept: "accepted" }],
  ["google-id-token", { message: "The address of the service account whose tokens count", kept: "accepted" }],
  ["invoked-by-lambda", { message: "Nothing: AWS lets in who may invoke the function", kept: "nothing" }],
]);

/** Throws where a scheme has no row: a test holds the table against the sources. */
export function proofKindOf(scheme: string): ProofKind {
  const kind = KINDS.get(scheme);
  if (kind === undefined) throw new Error(`no row for the scheme ${scheme}`);
  return kind;
}

/** The scheme that a document names, or its source's usual one. */
export function schemeOf({ schemes: [usual] }: Source, { verification }: Document): string {
  return isFields(verification) && typeof verification.scheme === "string" ? verification.scheme : usual.id;
}

export interface KeptSecret {
  readonly id: string;
  readonly value: string;
  readonly notAfter?: string;
}

const KeptSecrets = z.looseObject({
  secrets: z.array(z.object({ id: z.string(), value: z.string(), notAfter: z.string().exactOptional() })).default([]),
});

/** Of a document that the handlers take. */
export function secretsOf({ verification }: Document): readonly KeptSecret[] {
  return KeptSecrets.parse(verification ?? {}).secrets;
}

export function isLive({ notAfter }: KeptSecret, nowMs: number): boolean {
  return notAfter === undefined || nowMs < Date.parse(notAfter);
}

/** A value as its scheme takes it among these settings, so that a wrong one is told where it is typed. */
export function valueSchema(source: Source, scheme: string, settings: Document): z.ZodType<string> {
  const found = source.schemes.find(({ id }) => id === scheme);
  const { kept } = proofKindOf(scheme);
  return z.string().superRefine((value, context) => {
    const parsed = found
      ?.verifier({ test: false })
      .safeParse({ ...settings, scheme, [kept]: [{ id: "first", value }] }, { error: inOurWords });
    for (const { path, message } of parsed?.error?.issues ?? []) if (path[0] === kept) context.addIssue(message);
  });
}
