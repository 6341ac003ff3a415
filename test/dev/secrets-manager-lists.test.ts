// Lists and batches through the SDK: pages, filters, order, what is left out, and errors beside values.
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  paginateListSecrets,
  type SecretsManagerClient,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { HOUR_MS, startWithClient } from "./secrets-manager-client.ts";

async function startWithThree() {
  const started = await startWithClient();
  const secrets = [
    { Name: "crm/zendesk", Description: "Webhook of the CRM", Tags: [{ Key: "Team", Value: "support" }] },
    { Name: "crm/Dialogflow2", Description: "A bot", Tags: [{ Key: "stage", Value: "Test" }] },
    { Name: "gateways/main", Tags: [{ Key: "stage", Value: "prod" }] },
  ];
  for (const [index, secret] of secrets.entries()) {
    await started.client.send(new CreateSecretCommand({ ...secret, SecretString: `value ${index}` }));
    started.clock.nowMs += HOUR_MS;
  }
  return started;
}

async function namesOf(client: SecretsManagerClient, input: ListSecretsCommandInput) {
  return (await client.send(new ListSecretsCommand(input))).SecretList?.map((secret) => secret.Name);
}

const ZENDESK = "crm/zendesk";
const DIALOGFLOW = "crm/Dialogflow2";
const MAIN = "gateways/main";

it.each<[string, Filter[], string[]]>([
  ["the beginning of a name", [{ Key: "name", Values: ["crm/"] }], [ZENDESK, DIALOGFLOW]],
  ["names by their case", [{ Key: "name", Values: ["CRM"] }], []],
  ["not the middle of a name", [{ Key: "name", Values: ["zendesk"] }], []],
  ["any of several values", [{ Key: "name", Values: ["gate", "crm/z"] }], [ZENDESK, MAIN]],
  ["what does not begin so", [{ Key: "name", Values: ["!crm/D"] }], [ZENDESK, MAIN]],
  ["some, but not others", [{ Key: "name", Values: ["crm", "!crm/z"] }], [DIALOGFLOW]],
  ["descriptions whatever their case", [{ Key: "description", Values: ["webhook OF"] }], [ZENDESK]],
  ["tag keys by their case", [{ Key: "tag-key", Values: ["sta"] }], [DIALOGFLOW, MAIN]],
  ["not tag keys in another case", [{ Key: "tag-key", Values: ["team"] }], []],
  ["tag values", [{ Key: "tag-value", Values: ["Te"] }], [DIALOGFLOW]],
  [
    "all filters at once",
    [
      { Key: "name", Values: ["crm"] },
      { Key: "tag-key", Values: ["stage"] },
    ],
    [DIALOGFLOW],
  ],
  ["words anywhere whatever their case", [{ Key: "all", Values: ["SUPPORT"] }], [ZENDESK]],
  ["each word of a value", [{ Key: "all", Values: ["prod_Bot"] }], [DIALOGFLOW, MAIN]],
  ["numbers as words", [{ Key: "all", Values: ["2"] }], [DIALOGFLOW]],
  ["words by their beginning", [{ Key: "all", Values: ["zend"] }], [ZENDESK]],
  ["not words by their middle", [{ Key: "all", Values: ["desk"] }], []],
  ["no replicas", [{ Key: "primary-region", Values: ["us"] }], []],
  ["no other service's secrets", [{ Key: "owning-service", Values: ["rds"] }], []],
])("filters by %s", async (_, Filters, expected) => {
  const { client } = await startWithThree();
  expect(await namesOf(client, { Filters })).toEqual(expected);
  const batch = await client.send(new BatchGetSecretValueCommand({ Filters }));
  expect(batch.SecretValues?.map((secret) => secret.Name)).toEqual(expected);
});

it.each<[ListSecretsCommandInput, string[]]>([
  [{}, [ZENDESK, DIALOGFLOW, MAIN]],
  [{ SortOrder: "desc" }, [MAIN, DIALOGFLOW, ZENDESK]],
  [{ SortBy: "name" }, [DIALOGFLOW, ZENDESK, MAIN]],
  [{ SortBy: "last-changed-date" }, [ZENDESK, MAIN, DIALOGFLOW]],
  [{ SortBy: "last-accessed-date" }, [DIALOGFLOW, MAIN, ZENDESK]],
])("lists in the order %j", async (order, expected) => {
  const { client } = await startWithThree();
  await client.send(new UpdateSecretCommand({ SecretId: DIALOGFLOW, Description: "changed" }));
  await client.send(new GetSecretValueCommand({ SecretId: ZENDESK }));
  expect(await namesOf(client, order)).toEqual(expected);
});

it("lists metadata and labels, never values", async () => {
  const { client } = await startWithThree();
  const { SecretList, NextToken } = await client.send(new ListSecretsCommand({}));
  expect(SecretList?.[0]).toMatchObject({ Name: ZENDESK, Description: "Webhook of the CRM", Tags: [{ Key: "Team", Value: "support" }] });
  expect(Object.values(SecretList?.[0]?.SecretVersionsToStages ?? {})).toEqual([["AWSCURRENT"]]);
  expect([NextToken, JSON.stringify(SecretList).includes("value 0")]).toEqual([undefined, false]);
});

it("pages through lists with the SDK's paginator", async () => {
  const { client } = await startWithThree();
  const pages: (string | undefined)[][] = [];
  for await (const page of paginateListSecrets({ client, pageSize: 2 }, {}))
    pages.push((page.SecretList ?? []).map((secret) => secret.Name));
  expect(pages).toEqual([[ZENDESK, DIALOGFLOW], [MAIN]]);
});

it("leaves out secrets marked for deletion unless they are asked for", async () => {
  const { client } = await startWithThree();
  await client.send(new DeleteSecretCommand({ SecretId: DIALOGFLOW }));
  expect(await namesOf(client, {})).toEqual([ZENDESK, MAIN]);
  expect(await namesOf(client, { IncludePlannedDeletion: true })).toEqual([ZENDESK, DIALOGFLOW, MAIN]);
});

it("reads a batch by ids, and tells what it could not read beside it", async () => {
  const { emulator, client } = await startWithThree();
  await client.send(new DeleteSecretCommand({ SecretId: DIALOGFLOW }));
  const batch = await client.send(new BatchGetSecretValueCommand({ SecretIdList: [MAIN, "none", DIALOGFLOW] }));
  expect(batch.SecretValues).toMatchObject([{ Name: MAIN, SecretString: "value 2", VersionStages: ["AWSCURRENT"] }]);
  expect(batch.Errors).toMatchObject([
    { SecretId: "none", ErrorCode: "ResourceNotFoundException" },
    { SecretId: DIALOGFLOW, ErrorCode: "InvalidRequestException" },
  ]);
  expect(emulator.requests.at(-1)).toEqual({ operation: "BatchGetSecretValue", secretId: `${MAIN},none,${DIALOGFLOW}` });
});

it("pages through a batch by filters, without secrets marked for deletion", async () => {
  const { client } = await startWithThree();
  await client.send(new DeleteSecretCommand({ SecretId: DIALOGFLOW }));
  const Filters: Filter[] = [{ Key: "name", Values: ["!none"] }];
  const first = await client.send(new BatchGetSecretValueCommand({ Filters, MaxResults: 1 }));
  const second = await client.send(new BatchGetSecretValueCommand({ Filters, MaxResults: 1, NextToken: first.NextToken }));
  expect([first, second].map((page) => page.SecretValues?.map((secret) => secret.Name))).toEqual([[ZENDESK], [MAIN]]);
  expect([first.Errors, second.NextToken]).toEqual([[], undefined]);
});

it.each<[string, (client: SecretsManagerClient) => Promise<unknown>, string]>([
  ["a batch of nothing", (client) => client.send(new BatchGetSecretValueCommand({})), "InvalidParameterException"],
  [
    "ids and filters at once",
    (client) => client.send(new BatchGetSecretValueCommand({ SecretIdList: ["a"], Filters: [{ Values: ["a"] }] })),
    "InvalidParameterException",
  ],
  [
    "pages of ids",
    (client) => client.send(new BatchGetSecretValueCommand({ SecretIdList: ["a"], MaxResults: 1 })),
    "InvalidParameterException",
  ],
  [
    "more than 20 ids",
    (client) => client.send(new BatchGetSecretValueCommand({ SecretIdList: Array.from({ length: 21 }, () => "a") })),
    "InvalidParameterException",
  ],
  ["a page of 101", (client) => client.send(new ListSecretsCommand({ MaxResults: 101 })), "InvalidParameterException"],
  [
    "a filter with a character AWS refuses",
    (client) => client.send(new ListSecretsCommand({ Filters: [{ Key: "name", Values: ["a*"] }] })),
    "InvalidParameterException",
  ],
  ["a token of its own making", (client) => client.send(new ListSecretsCommand({ NextToken: "bm8" })), "InvalidNextTokenException"],
  [
    "a batch token of its own making",
    (client) => client.send(new BatchGetSecretValueCommand({ Filters: [{ Values: ["a"] }], NextToken: "bm8" })),
    "InvalidNextTokenException",
  ],
])("refuses %s", async (_, send, name) => {
  const { client } = await startWithClient();
  await expect(send(client)).rejects.toMatchObject({ name });
});
