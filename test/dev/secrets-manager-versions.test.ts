// Versions and staging labels through the SDK: who is current, what moves by itself, what a token repeats, which limits hold.
// The label moves are those that recorded answers of AWS show.
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { HOUR_MS, startWithClient, token } from "./secrets-manager-client.ts";

const V1 = token("v1");
const V2 = token("v2");
const V3 = token("v3");

async function startWithSecret(...stagesOfLater: readonly (string[] | undefined)[]) {
  const started = await startWithClient();
  await started.client.send(new CreateSecretCommand({ Name: "a", SecretString: "value 1", ClientRequestToken: V1 }));
  for (const [index, stages] of stagesOfLater.entries()) await put(started.client, `v${index + 2}`, stages);
  return started;
}

function put(client: SecretsManagerClient, label: string, stages?: string[]) {
  const SecretString = `value ${label.slice(1)}`;
  return client.send(new PutSecretValueCommand({ SecretId: "a", SecretString, ClientRequestToken: token(label), VersionStages: stages }));
}

function move(client: SecretsManagerClient, stage: string, to?: string, from?: string) {
  const ids = { MoveToVersionId: to, RemoveFromVersionId: from };
  return client.send(new UpdateSecretVersionStageCommand({ SecretId: "a", VersionStage: stage, ...ids }));
}

async function stagesOf(client: SecretsManagerClient) {
  return (await client.send(new DescribeSecretCommand({ SecretId: "a" }))).VersionIdsToStages;
}

it.each<[string, (string[] | undefined)[], Record<string, string[]>]>([
  ["the first version is current", [], { [V1]: ["AWSCURRENT"] }],
  ["a put takes AWSCURRENT and leaves AWSPREVIOUS behind", [undefined], { [V1]: ["AWSPREVIOUS"], [V2]: ["AWSCURRENT"] }],
  ["a second put deprecates the first version", [undefined, undefined], { [V2]: ["AWSPREVIOUS"], [V3]: ["AWSCURRENT"] }],
  ["a put of other labels leaves AWSCURRENT", [["AWSPENDING", "A"]], { [V1]: ["AWSCURRENT"], [V2]: ["A", "AWSPENDING"] }],
  [
    "other labels move to the newer version",
    [
      ["x", "y"],
      ["y", "z"],
    ],
    { [V1]: ["AWSCURRENT"], [V2]: ["x"], [V3]: ["y", "z"] },
  ],
  ["AWSCURRENT among the labels moves AWSPREVIOUS", [["AWSCURRENT", "x"]], { [V1]: ["AWSPREVIOUS"], [V2]: ["AWSCURRENT", "x"] }],
])("%s", async (_, stagesOfLater, expected) => {
  const { client } = await startWithSecret(...stagesOfLater);
  expect(await stagesOf(client)).toEqual(expected);
});

it("makes the first version current whatever labels a put asks for", async () => {
  const { client } = await startWithClient();
  expect((await client.send(new CreateSecretCommand({ Name: "a" }))).VersionId).toBeUndefined();
  expect(await stagesOf(client)).toBeUndefined();
  expect((await put(client, "v2", ["AWSPENDING"])).VersionStages).toEqual(["AWSCURRENT", "AWSPENDING"]);
});

it("follows a rotation from AWSPENDING to AWSCURRENT and back", async () => {
  const { client } = await startWithSecret(undefined, ["AWSPENDING"]);
  expect(await move(client, "AWSCURRENT", V3, V2)).toMatchObject({ Name: "a", ARN: expect.stringContaining(":secret:a-") });
  expect(await stagesOf(client)).toEqual({ [V2]: ["AWSPREVIOUS"], [V3]: ["AWSCURRENT", "AWSPENDING"] });
  await move(client, "AWSPENDING", undefined, V3);
  await move(client, "AWSCURRENT", V2, V3);
  expect(await stagesOf(client)).toEqual({ [V2]: ["AWSCURRENT"], [V3]: ["AWSPREVIOUS"] });
});

it("moves and removes a custom label without touching the others", async () => {
  const { client } = await startWithSecret(undefined);
  await move(client, "blue", V1);
  await move(client, "blue", V2, V1);
  expect(await stagesOf(client)).toEqual({ [V1]: ["AWSPREVIOUS"], [V2]: ["AWSCURRENT", "blue"] });
  await move(client, "blue", undefined, V2);
  await move(client, "AWSCURRENT", V2, V2);
  await move(client, "AWSCURRENT", V2);
  expect(await stagesOf(client)).toEqual({ [V1]: ["AWSPREVIOUS"], [V2]: ["AWSCURRENT"] });
});

it.each<[string, string, string | undefined, string | undefined, string]>([
  ["AWSCURRENT without naming who has it", "AWSCURRENT", V1, undefined, "InvalidParameterException"],
  ["AWSCURRENT from a version that does not have it", "AWSCURRENT", V1, V1, "InvalidParameterException"],
  ["AWSCURRENT to nowhere", "AWSCURRENT", undefined, V2, "InvalidParameterException"],
  ["a label off a version without it", "blue", undefined, V1, "InvalidParameterException"],
  ["nothing at all", "blue", undefined, undefined, "InvalidParameterException"],
  ["a label to an unknown version", "blue", V3, undefined, "ResourceNotFoundException"],
])("refuses to move %s", async (_, stage, to, from, name) => {
  const { client } = await startWithSecret(undefined);
  await expect(move(client, stage, to, from)).rejects.toMatchObject({ name });
  expect(await stagesOf(client)).toEqual({ [V1]: ["AWSPREVIOUS"], [V2]: ["AWSCURRENT"] });
});

it("keeps a version without labels readable by its id alone", async () => {
  const { client } = await startWithSecret(undefined, undefined);
  const deprecated = await client.send(new GetSecretValueCommand({ SecretId: "a", VersionId: V1 }));
  expect([deprecated.SecretString, deprecated.VersionStages]).toEqual(["value 1", undefined]);
});

it("answers a repeated put with what the version has become, and changes nothing", async () => {
  const { client } = await startWithSecret(undefined);
  expect(await put(client, "v1")).toMatchObject({ VersionId: V1, VersionStages: ["AWSPREVIOUS"] });
  expect(await stagesOf(client)).toEqual({ [V1]: ["AWSPREVIOUS"], [V2]: ["AWSCURRENT"] });
});

it("answers a repeated create alike", async () => {
  const { client } = await startWithClient();
  const create = () => client.send(new CreateSecretCommand({ Name: "a", SecretString: "one", ClientRequestToken: V1 }));
  const first = await create();
  expect(await create()).toMatchObject({ ARN: first.ARN, Name: "a", VersionId: V1 });
});

it.each<[string, (client: SecretsManagerClient) => Promise<unknown>]>([
  [
    "a put with the value of another kind",
    (client) => client.send(new PutSecretValueCommand({ SecretId: "a", SecretBinary: Buffer.from("value 1"), ClientRequestToken: V1 })),
  ],
  [
    "a put with another value",
    (client) => client.send(new PutSecretValueCommand({ SecretId: "a", SecretString: "other", ClientRequestToken: V1 })),
  ],
  [
    "an update, even with the same value",
    (client) => client.send(new UpdateSecretCommand({ SecretId: "a", SecretString: "value 1", ClientRequestToken: V1 })),
  ],
  [
    "a create with another value",
    (client) => client.send(new CreateSecretCommand({ Name: "a", SecretString: "other", ClientRequestToken: V1 })),
  ],
  [
    "a create with another token",
    (client) => client.send(new CreateSecretCommand({ Name: "a", SecretString: "value 1", ClientRequestToken: V2 })),
  ],
  ["a create without a value", (client) => client.send(new CreateSecretCommand({ Name: "a", ClientRequestToken: V1 }))],
])("refuses a known token in %s", async (_, send) => {
  const { client } = await startWithSecret();
  await expect(send(client)).rejects.toMatchObject({ name: "ResourceExistsException" });
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({ SecretString: "value 1" });
});

it("takes the token that the SDK makes as the version's id", async () => {
  const { client } = await startWithSecret();
  const { VersionId } = await client.send(new UpdateSecretCommand({ SecretId: "a", SecretString: "two" }));
  expect(await stagesOf(client)).toEqual({ [V1]: ["AWSPREVIOUS"], [VersionId ?? ""]: ["AWSCURRENT"] });
});

it("refuses the 101st version while all are younger than a day, and makes room afterwards", async () => {
  const { client, clock } = await startWithSecret();
  for (let count = 2; count <= 100; count++) await put(client, `v${count}`);
  clock.nowMs += 24 * HOUR_MS - 1;
  await expect(put(client, "v101")).rejects.toMatchObject({ name: "LimitExceededException" });
  clock.nowMs += 1;
  await put(client, "v101");
  expect(await stagesOf(client)).toEqual({ [token("v100")]: ["AWSPREVIOUS"], [token("v101")]: ["AWSCURRENT"] });
  const removed = client.send(new GetSecretValueCommand({ SecretId: "a", VersionId: V1 }));
  await expect(removed).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

it("refuses the 21st label of a secret", async () => {
  const { client } = await startWithSecret(Array.from({ length: 19 }, (_, index) => `label-${index}`));
  await expect(move(client, "one-more", V1)).rejects.toMatchObject({ name: "LimitExceededException" });
  await expect(put(client, "v3", ["one-more"])).rejects.toMatchObject({ name: "LimitExceededException" });
  await put(client, "v3", ["label-1"]);
});
