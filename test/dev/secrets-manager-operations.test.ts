// Each operation through the SDK: how a secret is named, made, read, changed and deleted, and what is refused.
// Labels, tokens, lists and the limits of inputs have files of their own.
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { HOUR_MS, START_MS, startWithClient, token } from "./secrets-manager-client.ts";

const DAY_MS = 24 * HOUR_MS;

it("finds a secret by name, full ARN and ARN without its suffix, and by nothing else", async () => {
  const { client } = await startWithClient({ region: "eu-central-1" });
  const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: "crm/a", SecretString: "one" }));
  expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-central-1:000000000000:secret:crm\/a-[A-Za-z0-9]{6}$/);
  const suffix = ARN.slice(-7);
  const ids = [
    "crm/a",
    ARN,
    ARN.slice(0, -7),
    `crm/a${suffix}`,
    ARN.replace("eu-", "us-"),
    ARN.slice(0, -7).replace("eu-", "us-"),
    "CRM/A",
  ];
  const found = ids.map((SecretId) =>
    client.send(new GetSecretValueCommand({ SecretId })).then(
      (answer) => answer.Name,
      (error) => error.name,
    ),
  );
  const missing = "ResourceNotFoundException";
  expect(await Promise.all(found)).toEqual(["crm/a", "crm/a", "crm/a", missing, missing, missing, missing]);
});

it("takes an ARN that ends like a complete one for complete", async () => {
  const { client } = await startWithClient();
  const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: "a-secret", SecretString: "one" }));
  const partial = client.send(new GetSecretValueCommand({ SecretId: ARN.slice(0, -7) }));
  await expect(partial).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

it("gives a text or bytes back as they came, with the version's own date", async () => {
  const { client, clock } = await startWithClient();
  await client.send(new CreateSecretCommand({ Name: "a", SecretString: "schlüssel", ClientRequestToken: token("v1") }));
  clock.nowMs += HOUR_MS;
  await client.send(new PutSecretValueCommand({ SecretId: "a", SecretBinary: Uint8Array.of(0, 255, 7) }));
  const current = await client.send(new GetSecretValueCommand({ SecretId: "a" }));
  expect([current.SecretString, [...(current.SecretBinary ?? [])], current.CreatedDate]).toEqual([
    undefined,
    [0, 255, 7],
    new Date(START_MS + HOUR_MS),
  ]);
  const previous = await client.send(new GetSecretValueCommand({ SecretId: "a", VersionId: token("v1"), VersionStage: "AWSPREVIOUS" }));
  expect([previous.SecretString, previous.SecretBinary, previous.CreatedDate]).toEqual(["schlüssel", undefined, new Date(START_MS)]);
});

it.each([
  ["an unknown version", { VersionId: token("v9") }, "ResourceNotFoundException"],
  ["an unknown stage", { VersionStage: "AWSPENDING" }, "ResourceNotFoundException"],
  ["a version and a stage it does not have", { VersionId: token("v1"), VersionStage: "AWSPREVIOUS" }, "InvalidRequestException"],
  ["a version id that is too short", { VersionId: "v1" }, "InvalidParameterException"],
])("refuses to read %s", async (_, wanted, name) => {
  const { client } = await startWithClient();
  await client.send(new CreateSecretCommand({ Name: "a", SecretString: "one", ClientRequestToken: token("v1") }));
  await expect(client.send(new GetSecretValueCommand({ SecretId: "a", ...wanted }))).rejects.toMatchObject({ name });
});

it("refuses to read a secret that has no version yet", async () => {
  const { client } = await startWithClient();
  await client.send(new CreateSecretCommand({ Name: "a" }));
  await expect(client.send(new GetSecretValueCommand({ SecretId: "a" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

it("describes a secret without its value, and the day of the last access", async () => {
  const { client, clock } = await startWithClient();
  const Tags = [{ Key: "team", Value: "crm" }];
  await client.send(new CreateSecretCommand({ Name: "a", SecretString: "one", Description: "first", KmsKeyId: "alias/k", Tags }));
  const fresh = await client.send(new DescribeSecretCommand({ SecretId: "a" }));
  expect(fresh).toMatchObject({ Name: "a", Description: "first", KmsKeyId: "alias/k", Tags, CreatedDate: new Date(START_MS) });
  expect([fresh.LastAccessedDate, fresh.DeletedDate]).toEqual([undefined, undefined]);
  expect(JSON.stringify(fresh)).not.toContain('"one"');
  await client.send(new GetSecretValueCommand({ SecretId: "a" }));
  clock.nowMs += DAY_MS;
  const read = await client.send(new DescribeSecretCommand({ SecretId: "a" }));
  expect([read.LastAccessedDate, read.LastChangedDate]).toEqual([new Date("2030-01-02T00:00:00Z"), new Date(START_MS)]);
});

it("updates what is given and keeps the rest", async () => {
  const { client, clock } = await startWithClient();
  await client.send(new CreateSecretCommand({ Name: "a", SecretString: "one", Description: "first", KmsKeyId: "alias/k" }));
  clock.nowMs += HOUR_MS;
  const described = await client.send(new UpdateSecretCommand({ SecretId: "a", Description: "second" }));
  expect([described.Name, described.VersionId]).toEqual(["a", undefined]);
  const kept = await client.send(new DescribeSecretCommand({ SecretId: "a" }));
  expect([kept.Description, kept.KmsKeyId, kept.LastChangedDate]).toEqual(["second", "alias/k", new Date(START_MS + HOUR_MS)]);
  await client.send(new UpdateSecretCommand({ SecretId: "a", KmsKeyId: "", SecretString: "two" }));
  const changed = await client.send(new DescribeSecretCommand({ SecretId: "a" }));
  expect([changed.Description, changed.KmsKeyId]).toEqual(["second", undefined]);
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({ SecretString: "two" });
});

it.each([
  ["the default window", {}, 30],
  ["the window asked for", { RecoveryWindowInDays: 7 }, 7],
])("plans a deletion after %s, refuses reads and writes until then, and forgets it afterwards", async (_, window, days) => {
  const { client, clock } = await startWithClient();
  const { ARN } = await client.send(new CreateSecretCommand({ Name: "a", SecretString: "one" }));
  const planned = await client.send(new DeleteSecretCommand({ SecretId: "a", ...window }));
  const end = new Date(START_MS + days * DAY_MS);
  expect(planned).toMatchObject({ ARN, Name: "a", DeletionDate: end });
  expect((await client.send(new DescribeSecretCommand({ SecretId: "a" }))).DeletedDate).toEqual(end);
  clock.nowMs = end.getTime() - 1;
  const VersionStage = "blue";
  const refused = [
    client.send(new GetSecretValueCommand({ SecretId: "a" })),
    client.send(new PutSecretValueCommand({ SecretId: "a", SecretString: "x" })),
    client.send(new UpdateSecretCommand({ SecretId: "a", Description: "x" })),
    client.send(new UpdateSecretVersionStageCommand({ SecretId: "a", VersionStage, MoveToVersionId: token("v1") })),
    client.send(new DeleteSecretCommand({ SecretId: "a" })),
    client.send(new CreateSecretCommand({ Name: "a", SecretString: "one" })),
  ].map((answer) =>
    answer.then(
      () => "answered",
      (error) => error.name,
    ),
  );
  expect(await Promise.all(refused)).toEqual(refused.map(() => "InvalidRequestException"));
  clock.nowMs += 1;
  await expect(client.send(new DescribeSecretCommand({ SecretId: "a" }))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

it("restores a secret within its window", async () => {
  const { client, clock } = await startWithClient();
  const { ARN } = await client.send(new CreateSecretCommand({ Name: "a", SecretString: "one" }));
  await client.send(new DeleteSecretCommand({ SecretId: "a" }));
  expect(await client.send(new RestoreSecretCommand({ SecretId: "a" }))).toMatchObject({ ARN, Name: "a" });
  clock.nowMs += 31 * DAY_MS;
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({ SecretString: "one" });
});

it("deletes at once when forced, known or not, and makes another secret under the old name", async () => {
  const { client } = await startWithClient();
  const { ARN } = await client.send(new CreateSecretCommand({ Name: "a", SecretString: "one" }));
  const forced = () => client.send(new DeleteSecretCommand({ SecretId: "a", ForceDeleteWithoutRecovery: true }));
  expect(await forced()).toMatchObject({ ARN, Name: "a", DeletionDate: new Date(START_MS) });
  expect(await forced()).toMatchObject({ Name: "a" });
  const again = await client.send(new CreateSecretCommand({ Name: "a", SecretString: "one" }));
  expect(again.ARN).not.toBe(ARN);
});

it.each<[string, (client: SecretsManagerClient) => Promise<unknown>]>([
  ["GetSecretValue", (client) => client.send(new GetSecretValueCommand({ SecretId: "b" }))],
  ["DescribeSecret", (client) => client.send(new DescribeSecretCommand({ SecretId: "b" }))],
  ["PutSecretValue", (client) => client.send(new PutSecretValueCommand({ SecretId: "b", SecretString: "x" }))],
  ["UpdateSecret", (client) => client.send(new UpdateSecretCommand({ SecretId: "b", SecretString: "x" }))],
  [
    "UpdateSecretVersionStage",
    (client) => client.send(new UpdateSecretVersionStageCommand({ SecretId: "b", VersionStage: "x", MoveToVersionId: token("v1") })),
  ],
  ["DeleteSecret", (client) => client.send(new DeleteSecretCommand({ SecretId: "b" }))],
  ["RestoreSecret", (client) => client.send(new RestoreSecretCommand({ SecretId: "b" }))],
])("does not find an unknown secret in %s", async (operation, send) => {
  const { emulator, client } = await startWithClient();
  const message = "Secrets Manager can't find the specified secret.";
  await expect(send(client)).rejects.toMatchObject({ name: "ResourceNotFoundException", message });
  expect(emulator.requests).toEqual([{ operation, secretId: "b" }]);
});
