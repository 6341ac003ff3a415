// What a test does to the emulator beside HTTP, as the SDK's client sees it: seeding, forgetting, planned faults.
import { DeleteSecretCommand, DescribeSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { expect, it, onTestFinished } from "vitest";
import { createClient, HOUR_MS, startWithClient } from "./secrets-manager-client.ts";

it("seeds text as it is and everything else as JSON, each time as a new current version", async () => {
  const { emulator, client } = await startWithClient();
  emulator.putSecret("a", { schemaVersion: 1 });
  const first = await client.send(new GetSecretValueCommand({ SecretId: "a" }));
  emulator.putSecret("a", "two");
  const second = await client.send(new GetSecretValueCommand({ SecretId: "a" }));
  const previous = await client.send(new GetSecretValueCommand({ SecretId: "a", VersionStage: "AWSPREVIOUS" }));
  expect([first.SecretString, second.SecretString, previous.VersionId]).toEqual(['{"schemaVersion":1}', "two", first.VersionId]);
  expect(second.ARN).toBe(first.ARN);
});

it("seeds more often than a client may write, and after a planned deletion", async () => {
  const { emulator, client } = await startWithClient();
  for (let count = 0; count < 150; count++) emulator.putSecret("a", `value ${count}`);
  await client.send(new DeleteSecretCommand({ SecretId: "a" }));
  emulator.putSecret("a", "last");
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({ SecretString: "last" });
});

it("seeds another secret under the name of one whose recovery window is over", async () => {
  const { emulator, client, clock } = await startWithClient();
  emulator.putSecret("a", "one");
  const { ARN } = await client.send(new DeleteSecretCommand({ SecretId: "a" }));
  clock.nowMs += 30 * 24 * HOUR_MS;
  emulator.putSecret("a", "two");
  expect((await client.send(new DescribeSecretCommand({ SecretId: "a" }))).ARN).not.toBe(ARN);
});

it.each([
  ["no name", "", "x"],
  ["a name that AWS refuses", "a b", "x"],
  ["no value", "a", undefined],
  ["a value that is too long", "a", "x".repeat(65_537)],
])("does not seed %s", async (_, name, value) => {
  const { emulator } = await startWithClient();
  expect(() => emulator.putSecret(name, value)).toThrow(expect.objectContaining({ type: "InvalidParameterException" }));
});

it("forgets a secret at once without HTTP, and everything on reset", async () => {
  const { emulator, client } = await startWithClient();
  emulator.putSecret("a", "one");
  emulator.putSecret("b", "one");
  emulator.deleteSecret("a");
  await expect(client.send(new GetSecretValueCommand({ SecretId: "a" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  emulator.failNext({ operation: "GetSecretValue", type: "DecryptionFailure" });
  emulator.reset();
  expect(emulator.requests).toEqual([]);
  await expect(client.send(new GetSecretValueCommand({ SecretId: "b" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

it.each([
  [{ type: "DecryptionFailure" }, 400],
  [{ type: "InternalServiceError" }, 500],
  [{ type: "ThrottlingException", status: 429 }, 429],
])("fails the next request of one operation with %j", async (fault, status) => {
  const { emulator, client } = await startWithClient();
  emulator.putSecret("a", "one");
  emulator.failNext({ operation: "GetSecretValue", ...fault });
  await client.send(new DescribeSecretCommand({ SecretId: "a" }));
  const expected = { name: fault.type, $metadata: { httpStatusCode: status } };
  await expect(client.send(new GetSecretValueCommand({ SecretId: "a" }))).rejects.toMatchObject(expected);
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({ SecretString: "one" });
});

it("fails as often as told, so that a client's retries are seen", async () => {
  const { emulator } = await startWithClient();
  const client = createClient(emulator.url, 3);
  onTestFinished(() => client.destroy());
  emulator.putSecret("a", "one");
  emulator.failNext({ operation: "GetSecretValue", type: "InternalServiceError", times: 2 });
  await client.send(new GetSecretValueCommand({ SecretId: "a" }));
  expect(emulator.requests).toEqual(Array.from({ length: 3 }, () => ({ operation: "GetSecretValue", secretId: "a" })));
});
