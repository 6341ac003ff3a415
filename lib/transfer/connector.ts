/**
 * A connection's Connector: the credentials of its bot, and the services of Bot Framework that they may be shown to. Whoever has the bot's token writes as the
 * bot: so a service is listed by its address, without wildcards, and nothing is posted elsewhere.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
import * as z from "zod";
import { isPlaceholder, PLACEHOLDER_RULE } from "./placeholder.ts";

const URL_MAX_CHARACTERS = 2_048;
/** Regions and channels of one bot. */
const SERVICES_MAX = 20;
/** Entra ID makes secrets of 40. */
const PASSWORD_MAX_CHARACTERS = 1_024;
const APP_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A tenant's id or one of its domains: a part of a path. */
const TENANT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;

const Address = z
  .string()
  .max(URL_MAX_CHARACTERS)
  .pipe(z.url({ protocol: /^https$/, normalize: true, error: "must be an https URL" }))
  .refine(isBare, "must have no user name, password, query or fragment");

export const Connector = z
  .strictObject({
    /** Of the bot: what its conversations are told comes from it. As tokens have it. */
    appId: z.string().toLowerCase().regex(APP_ID, "must be an app id, as 00000000-0000-0000-0000-000000000000"),
    appPassword: z
      .string()
      .min(1)
      .max(PASSWORD_MAX_CHARACTERS)
      .refine((password) => !isPlaceholder(password), PLACEHOLDER_RULE),
    /** Of a single-tenant bot. Unset: the tenant of all bots that have none of their own. */
    tenantId: z.string().regex(TENANT, "must be a tenant's id or domain").optional(),
    /** Where its token may be shown: each of these addresses, and what is below it. */
    serviceUrls: z.array(Address).min(1).max(SERVICES_MAX),
    /** Where another cloud gives the token out, and what for. */
    tokenUrl: Address.optional(),
    scope: z.string().min(1).max(URL_MAX_CHARACTERS).optional(),
  })
  .refine(({ tokenUrl, scope }) => (tokenUrl === undefined) === (scope === undefined), { path: ["scope"], error: "goes with tokenUrl" })
  .refine(({ tokenUrl, tenantId }) => tokenUrl === undefined || tenantId === undefined, {
    path: ["tenantId"],
    error: "is a part of tokenUrl, where that is set",
  });
export type Connector = Readonly<z.infer<typeof Connector>>;

/** Whether the bot's token may be shown at this address. */
export function isListedService({ serviceUrls }: Connector, serviceUrl: string): boolean {
  const service = URL.parse(serviceUrl);
  if (service === null || !isBare(serviceUrl)) return false;
  return serviceUrls.some((listed) => {
    const { origin, pathname } = new URL(listed);
    return service.origin === origin && `${service.pathname}/`.startsWith(pathname.replace(/\/?$/, "/"));
  });
}

function isBare(address: string): boolean {
  const url = URL.parse(address);
  return url === null || [url.username, url.password, url.search, url.hash].every((part) => part === "");
}
