/**
 * A secret that the caller sends as it is: as Bearer token (RFC 6750), as `x-api-key`, as password of Basic (RFC 7617) or in a header of any name. In the
 * query only for sources whose vendor has nothing else: addresses are kept in more places than headers. Our log has no field for them.
 * It proves who sent the request, not that nobody changed it: TLS does that.
 */
import * as z from "zod";
import { credentialsOf } from "./authorization.ts";
import { defineScheme, type RefusalDetails, refused, type Scheme, type Verdict, type Webhook } from "./scheme.ts";
import { isEqual, matchSecrets, Secrets } from "./secret.ts";

/** What a header carries unchanged: blanks at the ends are cut on the way, and other characters have no agreed encoding. */
const HEADER_TEXT = /^[\x21-\x7e]+( +[\x21-\x7e]+)*$/;

/** What an address carries unchanged (RFC 3986 section 2.3): a plus would come as a blank, others escaped or not at all. */
const QUERY_TEXT = /^[A-Za-z0-9._~-]+$/;

const PLACES = ["bearer", "api-key", "basic", "header"] as const;
const PLACES_WITH_QUERY = [...PLACES, "query"] as const;
type Place = (typeof PLACES_WITH_QUERY)[number];

/** What a connection need not say, because this caller does it so. */
interface UsualPlaces {
  readonly in: readonly Place[];
  readonly header?: string;
  /** Name in the query. A source that gives none cannot be sent a secret there. */
  readonly parameter?: string;
}

export type SharedSecretSettings = z.infer<ReturnType<typeof sharedSecretSettings>>;

export const sharedSecret = defineSharedSecret({ in: ["bearer", "api-key"] });

/** The same scheme, with the places of one vendor. */
export function defineSharedSecret(usual: UsualPlaces): Scheme {
  const settings = sharedSecretSettings(usual);
  return defineScheme({
    id: "shared-secret",
    parameter: usual.parameter,
    places: usual.in,
    settings: () => settings,
    verify: (webhook, parsed) => verifySharedSecret(webhook, parsed, usual),
  });
}

export function sharedSecretSettings(usual: UsualPlaces) {
  const places: readonly Place[] = usual.parameter === undefined ? PLACES : PLACES_WITH_QUERY;
  return z
    .strictObject({
      scheme: z.literal("shared-secret"),
      secrets: Secrets,
      /** Where the caller may put it. */
      in: z
        .array(z.enum(places))
        .min(1)
        .default([...usual.in]),
      /** The header's name, for `header`. */
      header: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,64}$/, "must match ^[A-Za-z0-9-]{1,64}$")
        .optional(),
      /** The parameter's name, for `query`. */
      parameter: z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,64}$/, "must match ^[A-Za-z0-9._-]{1,64}$")
        .optional(),
      /** The user name that must come with it, for `basic`. Any, unless set. */
      username: z.string().min(1).optional(),
    })
    .refine(({ secrets }) => secrets.every(({ value }) => HEADER_TEXT.test(value)), {
      path: ["secrets"],
      error: "must be visible ASCII characters, with spaces only between them",
    })
    .refine(({ in: chosen, secrets }) => !chosen.includes("query") || secrets.every(({ value }) => QUERY_TEXT.test(value)), {
      path: ["secrets"],
      error: 'must match ^[A-Za-z0-9._~-]+$ with "query" in the list "in": an address does not carry other characters unchanged',
    })
    .refine(({ in: chosen, header }) => chosen.includes("header") || header === undefined, {
      path: ["header"],
      error: 'goes with "header" in the list "in"',
    })
    .refine(({ in: chosen, header = usual.header }) => !chosen.includes("header") || header !== undefined, {
      path: ["header"],
      error: 'must be given with "header" in the list "in"',
    })
    .refine(({ in: chosen, parameter }) => chosen.includes("query") || parameter === undefined, {
      path: ["parameter"],
      error: 'goes with "query" in the list "in"',
    })
    .refine(({ in: chosen, username }) => chosen.includes("basic") || username === undefined, {
      path: ["username"],
      error: 'goes with "basic" in the list "in"',
    });
}

export function verifySharedSecret(webhook: Webhook, settings: SharedSecretSettings, usual: UsualPlaces): Verdict {
  const { header = usual.header, parameter = usual.parameter } = settings;
  const presented = presentedSecrets(webhook, { ...settings, header, parameter });
  // Nothing presented costs what something wrong costs.
  const compared = presented.length === 0 ? [""] : presented;
  const verdict = matchSecrets(settings.secrets, webhook.receivedAt, (value) => compared.filter((text) => isEqual(text, value)).length > 0);
  return presented.length === 0 ? refused("missing-credential", toMissing(webhook, { ...settings, header, parameter })) : verdict;
}

function toMissing({ headers }: Webhook, { in: places, header = "", parameter = "" }: SharedSecretSettings): RefusalDetails {
  const names = {
    bearer: "authorization (Bearer)",
    "api-key": "x-api-key",
    basic: "authorization (Basic)",
    header: header.toLowerCase(),
    query: `?${parameter}`,
  };
  const [scheme = ""] = (headers.authorization ?? "").trim().toLowerCase().split(" ");
  const asked: readonly string[] = places.filter((place) => place === "bearer" || place === "basic");
  const isOther = scheme !== "" && asked.length > 0 && !asked.includes(scheme);
  return { missing: places.map((place) => names[place]).join(", "), ...(isOther && { hint: "authorization-scheme" }) };
}

/** All of them: a proxy's own Authorization must not hide the caller's key. */
function presentedSecrets({ headers, query }: Webhook, settings: SharedSecretSettings): string[] {
  const candidates = settings.in.map((place) => {
    if (place === "bearer") return credentialsOf(headers.authorization, "bearer");
    if (place === "api-key") return headers["x-api-key"];
    if (place === "basic") return basicPassword(headers.authorization, settings.username);
    if (place === "header") return headerOf(headers, settings.header?.toLowerCase() ?? "");
    return query.get(settings.parameter ?? "") ?? undefined;
  });
  return candidates.flatMap((candidate) => candidate || []);
}

/** The name is the connection's: `constructor` must not find what every object has. */
function headerOf(headers: Webhook["headers"], name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function basicPassword(authorization: string | undefined, username: string | undefined): string | undefined {
  const encoded = credentialsOf(authorization, "basic");
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon === -1) return undefined;
  // A name is no secret, but a wrong one must cost what a wrong password costs: an unmatched candidate, not an early return.
  return username === undefined || pair.slice(0, colon) === username ? pair.slice(colon + 1) : `${pair}\u0000`;
}
