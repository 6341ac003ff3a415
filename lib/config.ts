/** What the operator of the stack decides, from the environment. Everything else is in Secrets Manager. */
import * as z from "zod";

const Config = z.object({
  /** Stands before the name of every secret, without a slash at the end. */
  CCGW_SECRETS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_+=.@-]+(\/[A-Za-z0-9_+=.@-]+)*$/, "must be a secret's name without a slash at either end"),
  /** Address of the API as callers know it: what some of them sign. */
  CCGW_PUBLIC_BASE_URL: z.url({ protocol: /^https?$/ }).regex(/[^/]$/, "must not end with a slash"),
  /** Of this service, for GET /v1/health. */
  CCGW_VERSION: z.string().min(1),
});

export interface Config {
  readonly secretsPrefix: string;
  readonly publicBaseUrl: string;
  readonly version: string;
}

/** Throws an error that names each variable that is wrong: the function must not start with it. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Config.safeParse(environment);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `environment variable ${path.join(".")}: ${message}`).join("; "));
  const { CCGW_SECRETS_PREFIX: secretsPrefix, CCGW_PUBLIC_BASE_URL: publicBaseUrl, CCGW_VERSION: version } = parsed.data;
  return { secretsPrefix, publicBaseUrl, version };
}
