/** What the operator of the stack decides, from the environment. Everything else is in Secrets Manager. */
import * as z from "zod";

/** HubSpot repeats for three days. */
const RETENTION_MIN_DAYS = 4;
const RETENTION_MAX_DAYS = 365;

/** As infrastructure/parameters.cjs has it. Nothing may be in it that a URL would lose. */
function isBaseUrl(text: string): boolean {
  return /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?(?<!\/)$/.test(text) && URL.canParse(text);
}

const Config = z.object({
  /** Stands before the name of every secret, without a slash at the end. */
  CCGW_SECRETS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_+=.@-]+(\/[A-Za-z0-9_+=.@-]+)*$/, "must be a secret's name without a slash at either end"),
  /** Address of the API as callers know it: what some of them sign. */
  CCGW_PUBLIC_BASE_URL: z
    .string()
    .refine(isBaseUrl, "must be an address with https:// or http://, without a slash at the end, and without blanks, a user name, ? and #"),
  /** Of this service, for GET /v1/health. */
  CCGW_VERSION: z.string().min(1),
  /** DynamoDB's name of the table of live agent sessions. */
  CCGW_SESSIONS_TABLE: z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/, "must be a table's name"),
  /** DynamoDB's name of the table of transfers' records. */
  CCGW_RECORDS_TABLE: z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/, "must be a table's name"),
  /** How long a record is kept after it was last written, in days: longer than any caller repeats a delivery. */
  CCGW_RETENTION_DAYS: z.coerce.number().int().min(RETENTION_MIN_DAYS).max(RETENTION_MAX_DAYS),
  /** Name or ARN of the function that keeps one agent signed in. */
  CCGW_KEEPER_FUNCTION: z.string().min(1),
  /** URL of the queue of outcomes that are to be told. */
  CCGW_CALLBACK_QUEUE: z.url({ protocol: /^https?$/ }),
  /** Name of the bus of EventBridge that is told of them, too. Unset or empty, as in the local stack, which has none: no bus is. */
  CCGW_EVENT_BUS: z
    .string()
    .regex(/^[A-Za-z0-9/._-]{0,256}$/, "must be the name of an event bus, or empty")
    .default(""),
});

export interface Config {
  readonly secretsPrefix: string;
  readonly publicBaseUrl: string;
  readonly version: string;
  readonly sessionsTable: string;
  readonly recordsTable: string;
  readonly retentionDays: number;
  readonly keeperFunction: string;
  readonly callbackQueue: string;
  readonly eventBus: string | undefined;
}

/** Throws an error that names each variable that is wrong: the function must not start with it. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Config.safeParse(environment);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `environment variable ${path.join(".")}: ${message}`).join("; "));
  const { data } = parsed;
  return {
    secretsPrefix: data.CCGW_SECRETS_PREFIX,
    publicBaseUrl: data.CCGW_PUBLIC_BASE_URL,
    version: data.CCGW_VERSION,
    sessionsTable: data.CCGW_SESSIONS_TABLE,
    recordsTable: data.CCGW_RECORDS_TABLE,
    retentionDays: data.CCGW_RETENTION_DAYS,
    keeperFunction: data.CCGW_KEEPER_FUNCTION,
    callbackQueue: data.CCGW_CALLBACK_QUEUE,
    eventBus: data.CCGW_EVENT_BUS === "" ? undefined : data.CCGW_EVENT_BUS,
  };
}
