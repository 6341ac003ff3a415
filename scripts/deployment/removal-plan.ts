/** What the removal of a stack takes away, what it leaves, and what keeps it from being removed: in words. Pure. */
import type { ListedSecret } from "./secret-names.ts";
import { type Stack, type StackResource, secretNameOf } from "./stack.ts";

export interface RemovalPlan {
  readonly goes: readonly string[];
  readonly stays: readonly string[];
  /** Each with what to do about it. */
  readonly blocks: readonly string[];
}

interface Removal {
  readonly stack: Stack;
  readonly region: string;
  /** Of all secrets under the prefix, the stack's own included. */
  readonly secretNames: readonly string[];
}

/** What nobody can have back. The others are only made again. */
const WORDS: Readonly<Record<string, (resource: StackResource) => string>> = {
  "AWS::ApiGatewayV2::Api": ({ physicalId }) => `the HTTP API ${physicalId}, whose address is not given again`,
  "AWS::DynamoDB::Table": ({ physicalId, logicalId }) => `the table ${physicalId}${TABLES[logicalId] ?? ""}`,
  "AWS::SecretsManager::Secret": (resource) => `the secret ${secretNameOf(resource)}`,
  "AWS::SQS::Queue": ({ physicalId }) => `the queue ${physicalId.split("/").at(-1)}`,
  "AWS::KMS::Key": ({ physicalId }) => `the KMS key ${physicalId}`,
  "AWS::S3::Bucket": ({ physicalId }) => `the bucket ${physicalId}`,
};
const TABLES: Readonly<Record<string, string>> = {
  RecordsTable: " of what was transferred",
  SessionsTable: " of agents' sessions",
};
/** What comes of it, where it goes. */
const LOSSES: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": ", with what is in it",
  "AWS::SecretsManager::Secret": ": CloudFormation deletes it at once, and it cannot be recovered",
  "AWS::SQS::Queue": ", with what is in it",
  "AWS::KMS::Key":
    ", at the end of its waiting period: from now on nothing that is encrypted with it can be read, secrets of yours and what stays included, unless its deletion is cancelled (aws kms cancel-key-deletion)",
};

/** What another deployment of the stage does with what is retained. */
const AFTERWARDS: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "retained; another deployment makes one of its own",
  "AWS::SecretsManager::Secret": "retained; another deployment fails on its name",
  "AWS::KMS::Key": "retained; another deployment makes one of its own",
};

export function planRemoval({ stack, region, secretNames }: Removal): RemovalPlan {
  const { resources } = stack;
  const going = resources.filter(({ isRetained }) => !isRetained);
  const own = resources.filter(({ type }) => type === "AWS::SecretsManager::Secret").map(secretNameOf);
  const yours = secretNames.filter((name) => !own.includes(name)).toSorted();
  return {
    goes: [...going.flatMap((resource) => inWords(resource, LOSSES[resource.type])), ...describeFunctions(going), ...describeOthers(going)],
    stays: [
      ...resources
        .filter(({ isRetained }) => isRetained)
        .map(
          (resource) => `${inWords(resource)[0] ?? `${resource.type} ${resource.physicalId}`}: ${AFTERWARDS[resource.type] ?? "retained"}`,
        ),
      ...(yours.length > 0 ? [`what you have made: ${yours.join(", ")}`] : []),
    ],
    blocks: [
      ...(stack.isProtected
        ? [
            `The stack ${stack.name} is protected:\n  aws cloudformation update-termination-protection --region ${region} --no-enable-termination-protection --stack-name ${stack.name}`,
          ]
        : []),
      ...going
        .filter(({ isProtected }) => isProtected)
        .map(
          ({ physicalId }) =>
            `The table ${physicalId} is protected, and not to be retained, so that the removal would end there:\n  aws dynamodb update-table --region ${region} --no-deletion-protection-enabled --table-name ${physicalId}`,
        ),
    ],
  };
}

export function describePlan({ goes, stays }: RemovalPlan, { name, account }: Stack, region: string): string {
  const list = (lines: readonly string[]) => lines.map((line) => `  - ${line}`);
  return [
    `The stack ${name} in ${region} of the account ${account} is removed. This goes:`,
    ...list(goes),
    "",
    stays.length > 0 ? "This stays, and costs what it costs:" : "Nothing stays.",
    ...list(stays),
    "",
    "Before that, the agents that it keeps are signed out. What a gateway does to a call that an agent serves meanwhile is not documented: look that there is none.",
  ].join("\n");
}

/** After the removal, of the stack's own secrets that are still there. */
export function describeTakenNames(left: readonly ListedSecret[], region: string): string | undefined {
  if (left.length === 0) return undefined;
  return [
    "Another deployment of this stage fails while these names are taken:",
    ...left.map(({ name, isDeleted }) => `  ${name}${isDeleted ? " is deleted, and can still be recovered" : " stays"}`),
    "To free one at once, which nothing brings back (without --force… the name is taken for 30 days more):",
    ...left.map(({ name }) => `  aws secretsmanager delete-secret --region ${region} --force-delete-without-recovery --secret-id ${name}`),
  ].join("\n");
}

function inWords(resource: StackResource, loss = ""): string[] {
  const words = WORDS[resource.type];
  return words === undefined ? [] : [`${words(resource)}${loss}`];
}

function describeFunctions(going: readonly StackResource[]): string[] {
  const functions = going.filter(({ type }) => type === "AWS::Lambda::Function").length;
  const logs = going.filter(({ type }) => type === "AWS::Logs::LogGroup").length;
  return functions + logs === 0 ? [] : [`functions: ${functions}; log groups: ${logs}, with all that was logged`];
}

function describeOthers(going: readonly StackResource[]): string[] {
  const others = going.filter(
    ({ type }) => !Object.hasOwn(WORDS, type) && !["AWS::Lambda::Function", "AWS::Logs::LogGroup"].includes(type),
  );
  const types = [...new Set(others.map(({ type }) => type.replace("AWS::", "")))].toSorted();
  return others.length === 0 ? [] : [`${others.length} others, which a deployment makes again: ${types.join(", ")}`];
}
