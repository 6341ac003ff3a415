/**
 * What the packaged template allows each function, with what CloudFormation would have put in, and whether a call is among it. Of IAM it knows what the template
 * uses: statements, patterns, the source of an event, and denials by an item's key.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** An action, and a resource as the statement has it, for whatever source where it names none. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
  /** Of an event that is put on a bus. */
  readonly source?: string;
}

export interface Denial {
  readonly action: string;
  readonly resource: string;
  readonly keys: readonly string[];
}

export interface FunctionPolicy {
  /** Without those that no call of the function's own code can use. */
  readonly grants: readonly Grant[];
  /** Of items by the patterns of their keys, whatever is granted. */
  readonly denials: readonly Denial[];
  /** The services for which it may use the stack's key. */
  readonly decryptsFor: readonly string[];
  readonly encryptsFor: readonly string[];
  /** As Lambda would set it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Of references by their logical id, and of `Id.Arn`. */
export type DeployedNames = Readonly<Record<string, string>>;

/** Lambda's own, with the function's role: its log, its traces. And KMS, which other services ask in the function's name. */
const NOT_BY_CODE = /^(?:logs|xray|ec2|kms):/;
/** The poller's that hands a queue's messages to the function. */
const BY_THE_POLLER = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([z.array(item), item.transform((one) => [one])]);
const Text = z.union([z.string(), z.strictObject({ Ref: z.string() }), z.strictObject({ "Fn::Sub": z.string() }), arnOfSchema()]);
const Statement = z.strictObject({
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore(z.string()),
  Resource: oneOrMore(Text),
  Condition: z
    .strictObject({
      StringEquals: z
        .strictObject({ "kms:ViaService": z.array(Text), "events:source": z.string() })
        .partial()
        .optional(),
      "ForAnyValue:StringLike": z.strictObject({ "dynamodb:LeadingKeys": z.array(z.string()) }).optional(),
    })
    .optional(),
});
const Role = z.object({
  Properties: z.object({ Policies: z.tuple([z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }) })]) }),
});
const LambdaFunction = z.object({
  Type: z.literal("AWS::Lambda::Function"),
  Properties: z.object({
    Code: z.object({ S3Key: z.string() }),
    Role: arnOfSchema(),
    Environment: z.object({ Variables: z.record(z.string(), Text) }),
  }),
});

function arnOfSchema() {
  return z.strictObject({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) });
}

/** By the functions' names. */
export async function readPolicies(packageFolder: string, names: DeployedNames): Promise<ReadonlyMap<string, FunctionPolicy>> {
  const text = await readFile(join(packageFolder, "cloudformation-template-update-stack.json"), "utf8");
  const { Resources } = z.object({ Resources: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text));
  const functions = Object.values(Resources).flatMap((resource) => LambdaFunction.safeParse(resource).data?.Properties ?? []);
  return new Map(
    functions.map(
      ({
        Code,
        Role: {
          "Fn::GetAtt": [roleId],
        },
        Environment,
      }) => {
        const [{ PolicyDocument }] = Role.parse(Resources[roleId]).Properties.Policies;
        const statements = PolicyDocument.Statement.map(({ Resource, ...statement }) => ({
          ...statement,
          resources: Resource.map((each) => resolve(each, names)),
        }));
        const grants = statements.flatMap(({ Effect, Action, resources, Condition }) => {
          const actions = Action.filter((action) => !NOT_BY_CODE.test(action) && !BY_THE_POLLER.includes(action));
          if (Effect === "Deny" && Condition?.["ForAnyValue:StringLike"]) return [];
          const source = Condition?.StringEquals?.["events:source"];
          if (actions.length > 0 && (Effect === "Deny" || (Condition !== undefined && source === undefined)))
            throw new Error(`cannot judge a statement of ${roleId}`);
          return actions.flatMap((action) => resources.map((resource) => ({ action, resource, ...(source !== undefined && { source }) })));
        });
        const servicesOf = (kmsAction: string) =>
          statements.flatMap(({ Action, Condition }) =>
            Action.includes(kmsAction)
              ? (Condition?.StringEquals?.["kms:ViaService"] ?? []).map((each) => resolve(each, names).split(".")[0] ?? "")
              : [],
          );
        return [
          Code.S3Key.split("/")
            .at(-1)
            ?.replace(/\.zip$/, "") ?? "",
          {
            grants,
            denials: statements.flatMap(({ Effect, Action, resources, Condition }) =>
              Effect === "Deny"
                ? Action.flatMap((action) =>
                    resources.map((resource) => ({
                      action,
                      resource,
                      keys: Condition?.["ForAnyValue:StringLike"]?.["dynamodb:LeadingKeys"] ?? [],
                    })),
                  )
                : [],
            ),
            decryptsFor: servicesOf("kms:Decrypt"),
            encryptsFor: servicesOf("kms:GenerateDataKey"),
            environment: Object.fromEntries(Object.entries(Environment.Variables).map(([name, value]) => [name, resolve(value, names)])),
          },
        ];
      },
    ),
  );
}

export function isDenied(denials: readonly Denial[], call: Grant, key: string): boolean {
  return denials.some(
    ({ action, resource, keys }) =>
      action === call.action && toPattern(resource).test(call.resource) && keys.some((pattern) => toPattern(pattern).test(key)),
  );
}

/** That which allows a call, if one does. */
export function findGrant(grants: readonly Grant[], call: Grant): Grant | undefined {
  return grants.find(
    ({ action, resource, source = call.source }) =>
      action === call.action && toPattern(resource).test(call.resource) && source === call.source,
  );
}

function toPattern(resource: string): RegExp {
  const source = resource
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}

function resolve(value: z.infer<typeof Text>, names: DeployedNames): string {
  const nameOf = (id: string) => names[id] ?? fail(id);
  if (typeof value === "string") return value;
  if ("Ref" in value) return nameOf(value.Ref);
  if ("Fn::GetAtt" in value) return nameOf(value["Fn::GetAtt"].join("."));
  return value["Fn::Sub"].replaceAll(/\$\{([^}]+)\}/g, (_whole, id: string) => nameOf(id));
}

function fail(id: string): never {
  throw new Error(`the test does not know what ${id} would be`);
}
