// The limits of what an operation takes, some of them by requests that the SDK would not send.
import { CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { startWithClient, token } from "./secrets-manager-client.ts";

const HEADERS = { authorization: "AWS4-HMAC-SHA256 x", "content-type": "application/x-amz-json-1.1" };

it.each([
  ["a name with a space", "CreateSecret", { Name: "a b" }, "InvalidParameterException"],
  ["a name beyond ASCII", "CreateSecret", { Name: "schlüssel" }, "InvalidParameterException"],
  ["a name of 513 characters", "CreateSecret", { Name: "a".repeat(513) }, "InvalidParameterException"],
  ["a token of 31 characters", "PutSecretValue", { ClientRequestToken: "a".repeat(31) }, "InvalidParameterException"],
  ["a token of 65 characters", "PutSecretValue", { ClientRequestToken: "a".repeat(65) }, "InvalidParameterException"],
  ["a put without a token", "PutSecretValue", { ClientRequestToken: undefined }, "InvalidRequestException"],
  ["a create without a token", "CreateSecret", { ClientRequestToken: undefined }, "InvalidRequestException"],
  ["an update without a token", "UpdateSecret", { ClientRequestToken: undefined }, "InvalidRequestException"],
  ["text and bytes at once", "PutSecretValue", { SecretBinary: "AAAA" }, "InvalidParameterException"],
  ["a put without a value", "PutSecretValue", { SecretString: undefined }, "InvalidRequestException"],
  ["bytes that are not base64", "CreateSecret", { SecretString: undefined, SecretBinary: "?" }, "InvalidParameterException"],
  ["a text of 65537 bytes in fewer characters", "CreateSecret", { SecretString: `${"ü".repeat(32_768)}a` }, "InvalidParameterException"],
  [
    "65537 bytes",
    "CreateSecret",
    { SecretString: undefined, SecretBinary: Buffer.alloc(65_537).toString("base64") },
    "InvalidParameterException",
  ],
  ["an unknown filter", "ListSecrets", { Filters: [{ Key: "color", Values: ["a"] }] }, "InvalidParameterException"],
  ["a recovery window of 6 days", "DeleteSecret", { RecoveryWindowInDays: 6 }, "InvalidParameterException"],
  ["a recovery window of 31 days", "DeleteSecret", { RecoveryWindowInDays: 31 }, "InvalidParameterException"],
  [
    "a window for a forced deletion",
    "DeleteSecret",
    { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
    "InvalidParameterException",
  ],
])("refuses %s", async (_, operation, change, type) => {
  const { emulator } = await startWithClient();
  emulator.putSecret("a", "one");
  const body = { SecretId: "a", Name: "new", ClientRequestToken: token("v2"), SecretString: "two", ...change };
  const headers = { ...HEADERS, "x-amz-target": `secretsmanager.${operation}` };
  const response = await fetch(emulator.url, { method: "POST", headers, body: JSON.stringify(body) });
  expect([response.status, await response.json()]).toEqual([400, { __type: type, Message: expect.any(String) }]);
});

it("takes names, texts and bytes up to their limits", async () => {
  const { client } = await startWithClient();
  const Name = `a/_+=.@-${"a".repeat(504)}`;
  await client.send(new CreateSecretCommand({ Name, SecretString: "ü".repeat(32_768), ClientRequestToken: "a".repeat(64) }));
  await client.send(new PutSecretValueCommand({ SecretId: Name, SecretBinary: new Uint8Array(65_536) }));
  expect((await client.send(new GetSecretValueCommand({ SecretId: Name }))).SecretBinary).toHaveLength(65_536);
});
