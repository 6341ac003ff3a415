/** What has to be in the environment before anything is packaged, and what must not. */
import { GetFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openAccount } from "../../scripts/deployment/account.ts";

const NOWHERE = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere", AWS_EC2_METADATA_DISABLED: "true" };
const KEYS = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "planted-secret" };
const NO_OPTION = { region: undefined, profile: undefined };

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  return () => vi.unstubAllEnvs();
});

function open(environment: Readonly<Record<string, string>>, options: Partial<typeof NO_OPTION> | { readonly region: string } = {}) {
  for (const [name, value] of Object.entries({ ...NOWHERE, ...environment })) vi.stubEnv(name, value);
  return openAccount({ ...NO_OPTION, ...options }, process.env);
}

describe("an account", () => {
  it.each([
    [{ AWS_REGION: "eu-west-1" }, {}, "eu-west-1"],
    [{ AWS_DEFAULT_REGION: "eu-west-2" }, {}, "eu-west-2"],
    [{ AWS_REGION: "eu-west-1" }, { region: "eu-west-3" }, "eu-west-3"],
  ])("is in the region of %j and %j", async (environment, options, region) => {
    const account = await open({ ...KEYS, ...environment }, options);
    expect(account.region).toBe(region);
    for (const { config } of [account.cloudFormation, account.lambda, account.secrets]) expect(await config.region()).toBe(region);
  });

  it("is asked once for each sign-out", async () => {
    const { lambda } = await open({ ...KEYS, AWS_REGION: "eu-west-1" });
    expect(await lambda.config.maxAttempts()).toBe(1);
  });

  it("is not waited for where it cannot be reached", async () => {
    const { lambda } = await open({ ...KEYS, AWS_REGION: "eu-west-1" });
    // The handler reads what it was made with once it is used.
    await lambda
      .send(new GetFunctionConcurrencyCommand({ FunctionName: "f" }), { abortSignal: AbortSignal.abort() })
      .catch(() => undefined);
    expect(Object(lambda.config.requestHandler).httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 10_000,
      throwOnRequestTimeout: true,
    });
  });

  it.each([
    ["no region", KEYS, "AWS_REGION"],
    ["no credentials", { AWS_REGION: "eu-west-1" }, "AWS_ACCESS_KEY_ID"],
    [
      "a profile that is not there",
      { AWS_REGION: "eu-west-1", AWS_PROFILE: "none" },
      "the profile none has none, or there is no such profile",
    ],
    ["a secret alone", { AWS_REGION: "eu-west-1", AWS_SECRET_ACCESS_KEY: "planted-secret" }, "AWS_ACCESS_KEY_ID"],
  ])("with %s says what to set", async (_what, environment, named) => {
    const opening = open(environment);
    await expect(opening).rejects.toMatchObject({ message: expect.stringContaining(named) });
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining("planted") });
  });

  it.each([
    [{ AWS_ENDPOINT_URL: "http://127.0.0.1:4566" }, "unset AWS_ENDPOINT_URL"],
    [{ AWS_ENDPOINT_URL_SQS: "http://localhost:4568" }, "unset AWS_ENDPOINT_URL_SQS"],
    [{ AWS_ENDPOINT_URL_LAMBDA: "http://[::1]:3002" }, "unset AWS_ENDPOINT_URL_LAMBDA"],
    [
      { AWS_ENDPOINT_URL: "http://127.0.0.1:4566", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local", AWS_DEFAULT_REGION: "x" },
      "unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION",
    ],
    [{ AWS_ACCESS_KEY_ID: "local" }, "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"],
  ])("is not looked for in a shell of the local stack: %j", async (environment, what) => {
    const opening = open({ ...KEYS, AWS_REGION: "eu-west-1", ...environment });
    await expect(opening).rejects.toMatchObject({ message: expect.stringMatching(new RegExp(`  ${what}$`)) });
  });

  it("may be asked over an endpoint of one's own network", async () => {
    const environment = { ...KEYS, AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL_SECRETS_MANAGER: "https://vpce-1.example.com" };
    expect(await open(environment)).toMatchObject({ region: "eu-west-1" });
  });
});
