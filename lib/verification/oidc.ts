/**
 * Schemes of callers that bring a signed token of an issuer whose keys are public (OpenID Connect, RFC 7519). What a connection lists under `accepted`
 * is no secret but says whose token counts: `{ id, value, notAfter? }`, the id of the one that matched being the verdict's `secretId`.
 */
import * as z from "zod";
import { credentialsOf } from "./authorization.ts";
import { createTokenVerifier } from "./id-token.ts";
import type { Issuer } from "./issuer-keys.ts";
import { isFetchable } from "./key-set.ts";
import { defineScheme, refused, type Scheme, type Verdict, type Webhook } from "./scheme.ts";
import { isEqual, matchSecrets, Secrets } from "./secret.ts";

const ChannelId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must match ^[A-Za-z0-9_-]{1,64}$");

const Address = z.url().refine(isFetchable, "must be https");

/**
 * Bot Framework and Copilot Studio: a token of the Bot Connector service for the bot's app id (`accepted[].value`). The claim `serviceurl` is for the
 * source to hold against the activity, as is `channels`: those that the connection lists, less those that the signing key is not endorsed for.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export const botFrameworkToken = defineTokenScheme({
  id: "bot-framework-token",
  issuer: "https://api.botframework.com",
  metadataUrl: "https://login.botframework.com/v1/.well-known/openidconfiguration",
  listsChannels: true,
  accepts: ({ aud }, appId) => isText(aud) && isEqual(aud, appId),
});

/**
 * Dialogflow CX: an ID token that Google signed for the webhook's address. Anybody can get one for any audience: it is the verified address of the
 * service account (`accepted[].value`: service-<PROJECT-NUMBER>@gcp-sa-dialogflow.iam.gserviceaccount.com) that says whose it is.
 * https://docs.cloud.google.com/dialogflow/cx/docs/concept/webhook
 */
export const googleIdToken = defineTokenScheme({
  id: "google-id-token",
  issuer: "https://accounts.google.com",
  metadataUrl: "https://accounts.google.com/.well-known/openid-configuration",
  audiences: ({ url }) => [url, ...url.split("?", 1)],
  accepts: ({ email, email_verified }, account) => email_verified === true && isText(email) && isEqual(email, account),
});

interface TokenSchemeDefinition extends Issuer {
  readonly id: string;
  /** Where it is no part of what is accepted: one of these must be the token's, unless the connection says which. */
  readonly audiences?: (webhook: Webhook) => readonly string[];
  /** Whether its tokens are for many channels, of which a connection says whom it hears. */
  readonly listsChannels?: true;
  readonly accepts: (claims: Readonly<Record<string, unknown>>, value: string) => boolean;
}

function defineTokenScheme({ id, issuer, metadataUrl, audiences, listsChannels, accepts }: TokenSchemeDefinition): Scheme {
  // Lives as long as the container, not as one reading of a connection's secret: the keys stay, and the pause between two reads of them.
  const verifyToken = createTokenVerifier();
  return defineScheme({
    id,
    settings: () =>
      z
        .strictObject({
          scheme: z.literal(id),
          accepted: Secrets,
          /** `directline`, `msteams`: whoever writes on one of them can ask for a transfer. */
          channels: z.array(ChannelId).min(1).optional(),
          /** The webhook's address as the caller knows it, unless set. */
          audience: z.string().min(1).max(2_048).optional(),
          /** Another cloud's, or a local one. */
          issuer: z.string().min(1).max(2_048).default(issuer),
          metadataUrl: Address.default(metadataUrl),
        })
        .refine(({ audience }) => audience === undefined || audiences !== undefined, {
          path: ["audience"],
          error: "is what accepted lists",
        })
        .refine(({ channels }) => (channels !== undefined) === (listsChannels === true), {
          path: ["channels"],
          error: listsChannels ? "must list the channels that may ask for a transfer" : "is not for these tokens",
        })
        .refine((settings) => (settings.issuer === issuer) === (settings.metadataUrl === metadataUrl), {
          path: ["metadataUrl"],
          error: "goes with issuer",
        }),
    async verify(webhook, settings, _options, signal): Promise<Verdict> {
      const token = credentialsOf(webhook.headers.authorization, "bearer");
      if (!token) return refused("missing-credential", { missing: "authorization (Bearer)" });
      const { receivedAt } = webhook;
      const verified = await verifyToken(token, { issuer: settings.issuer, metadataUrl: settings.metadataUrl, receivedAt, signal });
      if ("reason" in verified) return verified;
      const { claims, endorsements } = verified;
      const wanted = settings.audience === undefined ? audiences?.(webhook) : [settings.audience];
      if (wanted !== undefined && !wanted.some((audience) => audience === claims.aud))
        return refused("wrong-credential", { hint: "token-audience" });
      const verdict = matchSecrets(settings.accepted, receivedAt, (value) => accepts(claims, value));
      if (!verdict.ok) return verdict;
      const channels = settings.channels?.filter((channel) => endorsements.length === 0 || endorsements.includes(channel));
      return { ...verdict, claims: { ...claims, ...(channels && { channels }) } };
    },
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
