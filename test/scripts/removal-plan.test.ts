/** What goes with a stack and what stays, in words, by what its resources are and how its template has them. */
import { describe, expect, it } from "vitest";
import { describeTakenNames, planRemoval } from "../../scripts/deployment/removal-plan.ts";
import type { StackResource } from "../../scripts/deployment/stack.ts";
import { secretArn } from "../support/aws-account.ts";

const region = "eu-central-1";
const BASE = { isRetained: false, isProtected: false };

function plan(resources: readonly Partial<StackResource>[], { secretNames = [] as readonly string[], isProtected = false } = {}) {
  const stack = {
    name: "stack",
    account: "123456789012",
    isProtected,
    outputs: {},
    resources: resources.map((resource) => ({ logicalId: "Id", physicalId: "id", type: "", ...BASE, ...resource })),
  };
  return planRemoval({ stack, region, secretNames });
}

const table = { type: "AWS::DynamoDB::Table", logicalId: "RecordsTable", physicalId: "prod-RecordsTable-1" };
const secret = { type: "AWS::SecretsManager::Secret", physicalId: secretArn("ccgw/prod/keys/records") };
const key = { type: "AWS::KMS::Key", physicalId: "key-1" };

describe("what goes", () => {
  it.each([
    [table, "the table prod-RecordsTable-1 of what was transferred, with what is in it"],
    [secret, "the secret ccgw/prod/keys/records: CloudFormation deletes it at once, and it cannot be recovered"],
    [key, "the KMS key key-1, at the end of its waiting period: from now on nothing that is encrypted with it can be read"],
    [{ type: "AWS::SQS::Queue", physicalId: "https://sqs.example.com/1/callbacks" }, "the queue callbacks, with what is in it"],
    [{ type: "AWS::ApiGatewayV2::Api", physicalId: "abc123" }, "the HTTP API abc123, whose address is not given again"],
    [{ type: "AWS::S3::Bucket", physicalId: "packages" }, "the bucket packages"],
  ])("is said of %j", (resource, words) => {
    expect(plan([resource])).toEqual({ goes: [expect.stringContaining(words)], stays: [], blocks: [] });
  });

  it("is counted, of functions and their logs, and named by its type, of all else", () => {
    const types = ["Lambda::Function", "Lambda::Function", "Logs::LogGroup", "IAM::Role", "Events::Rule", "IAM::Role"];
    expect(plan(types.map((type) => ({ type: `AWS::${type}` }))).goes).toEqual([
      "functions: 2; log groups: 1, with all that was logged",
      "3 others, which a deployment makes again: Events::Rule, IAM::Role",
    ]);
  });
});

describe("what stays", () => {
  it.each([
    [table, "the table prod-RecordsTable-1 of what was transferred: retained; another deployment makes one of its own"],
    [secret, "the secret ccgw/prod/keys/records: retained; another deployment fails on its name"],
    [key, "the KMS key key-1: retained; another deployment makes one of its own"],
    [{ type: "AWS::Events::Rule", physicalId: "rule" }, "AWS::Events::Rule rule: retained"],
  ])("is what is retained, protected or not: %j", (resource, words) => {
    for (const isProtected of [true, false])
      expect(plan([{ ...resource, isRetained: true, isProtected }])).toEqual({ goes: [], stays: [words], blocks: [] });
  });

  it("is every secret that the stack has not made", () => {
    const secretNames = ["ccgw/prod/keys/records", "ccgw/prod/gateways/main", "ccgw/prod/agents/main/101"];
    expect(plan([secret], { secretNames }).stays).toEqual(["what you have made: ccgw/prod/agents/main/101, ccgw/prod/gateways/main"]);
  });
});

describe("what keeps it from being removed", () => {
  it("is a protected table that is not retained, and a protected stack", () => {
    expect(plan([{ ...table, isProtected: true }], { isProtected: true }).blocks).toEqual([
      expect.stringContaining("update-termination-protection --region eu-central-1 --no-enable-termination-protection --stack-name stack"),
      expect.stringContaining("update-table --region eu-central-1 --no-deletion-protection-enabled --table-name prod-RecordsTable-1"),
    ]);
  });
});

describe("names that are taken", () => {
  it("are told apart: those of secrets that stay, and of those that can be recovered", () => {
    const left = [
      { name: "keys/records", isDeleted: false },
      { name: "keys/events", isDeleted: true },
    ];
    const told = describeTakenNames(left, region);
    expect(told).toContain("\n  keys/records stays\n  keys/events is deleted, and can still be recovered\n");
    expect(told?.match(/--force-delete-without-recovery --secret-id keys\/(records|events)/g)).toHaveLength(2);
  });

  it("are none where none is left", () => {
    expect(describeTakenNames([], region)).toBeUndefined();
  });
});
