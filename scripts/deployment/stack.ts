/** What is deployed of a stage, as CloudFormation tells it. */
import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import * as z from "zod";
import { toMissing } from "../../dev/missing-aws.ts";
import { SERVICE } from "../../dev/offline.ts";
import { StartError } from "../../dev/ports.ts";

export interface StackResource {
  readonly logicalId: string;
  /** A name, an id, an ARN or a URL, as its type has it. */
  readonly physicalId: string;
  readonly type: string;
  /** Whether it stays when the stack is removed. */
  readonly isRetained: boolean;
  /** Whether it refuses to be deleted. */
  readonly isProtected: boolean;
}

export interface Stack {
  readonly name: string;
  readonly account: string;
  /** Whether it refuses to be removed. */
  readonly isProtected: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly StackResource[];
}

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      DeletionPolicy: z.unknown().optional(),
      Properties: z.looseObject({ DeletionProtectionEnabled: z.unknown().optional() }).optional(),
    }),
  ),
});

export function stackNameOf(stage: string): string {
  return `${SERVICE}-${stage}`;
}

/** Undefined where there is none. Rejects with what the SDK does. */
export async function readStack(client: CloudFormationClient, stage: string): Promise<Stack | undefined> {
  const StackName = stackNameOf(stage);
  const found = await client.send(new DescribeStacksCommand({ StackName })).catch((error: unknown) => {
    if (error instanceof Error && error.name === "ValidationError" && error.message.includes("does not exist")) return undefined;
    throw error;
  });
  const stack = found?.Stacks?.[0];
  if (stack === undefined) return undefined;
  const { TemplateBody = "" } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: "Original" }));
  // The framework deploys JSON.
  const template = Template.parse(JSON.parse(TemplateBody));
  const resources: StackResource[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    resources.push(...StackResourceSummaries.flatMap((summary) => toResource(summary, template) ?? []));
  return {
    name: StackName,
    account: stack.StackId?.split(":")[4] ?? "",
    isProtected: stack.EnableTerminationProtection ?? false,
    outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue])),
    resources,
  };
}

/** Undefined where it is gone: a removal that was broken off has taken it. */
function toResource(summary: StackResourceSummary, { Resources }: z.infer<typeof Template>): StackResource | undefined {
  const { LogicalResourceId: logicalId = "", PhysicalResourceId: physicalId = "", ResourceType: type = "", ResourceStatus } = summary;
  if (ResourceStatus === "DELETE_COMPLETE") return undefined;
  const { DeletionPolicy, Properties } = Resources[logicalId] ?? {};
  // The framework retains the versions of functions: they go with their function all the same.
  const isRetained = typeof DeletionPolicy === "string" && DeletionPolicy.startsWith("Retain") && type !== "AWS::Lambda::Version";
  // CloudFormation takes the text as well.
  return { logicalId, physicalId, type, isRetained, isProtected: String(Properties?.DeletionProtectionEnabled) === "true" };
}

/** AWS ends each secret's ARN with a hyphen and six characters. */
const SECRET_ARN = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/;

export function secretNameOf({ physicalId }: StackResource): string {
  return SECRET_ARN.exec(physicalId)?.[1] ?? physicalId;
}

/** What the names of its secrets begin with: told by the secret that every version has. */
export function secretsPrefixOf({ resources }: Stack): string | undefined {
  const key = resources.find(({ type, logicalId }) => type === "AWS::SecretsManager::Secret" && logicalId === "RecordsKey");
  return key && secretNameOf(key).replace(/\/keys\/records$/, "");
}

/** In AWS's own words: nothing of a secret is in them. */
export function toStartError(error: unknown): StartError {
  if (error instanceof StartError) return error;
  const words = error instanceof Error ? toMissing(error) : undefined;
  if (words !== undefined) return new StartError(words);
  return new StartError(error instanceof Error ? `AWS could not be asked: ${error.name}: ${error.message}` : String(error));
}
