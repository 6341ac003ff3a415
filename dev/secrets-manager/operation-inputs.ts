// The request bodies of the operations that the emulator speaks: shapes and lengths as the API reference gives them. Fields it does
// not know, or has no use for (replicas, rotation, Type), are tolerated and dropped. What depends on stored secrets is not checked here.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
import * as z from "zod";
import { invalidParameter, invalidRequest } from "./errors.ts";
import type { SecretValue } from "./secret.ts";

const MAX_VALUE_BYTES = 65_536;
const MAX_BATCH = 20;
const MAX_PAGE = 100;

const SecretId = z.string().min(1).max(2048);
const Stage = z.string().min(1).max(256);
const VersionId = z.string().min(32).max(64);
const Description = z.string().max(2048);
const KmsKeyId = z.string().max(2048);
const NextToken = z.string().min(1).max(4096);

const Name = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9/_+=.@-]+$/, "only ASCII letters, digits and /_+=.@- are allowed");

const Tag = z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) });

const Filter = z.object({
  Key: z.enum(["description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"]).default("all"),
  Values: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^!?[a-zA-Z0-9 :_@/+=.\-!]*$/, "a character is not allowed"),
    )
    .min(1)
    .max(10),
});
export type Filter = z.output<typeof Filter>;

// Absent is InvalidRequestException at AWS, of the wrong length InvalidParameterException: hence optional here, see requireToken.
const Token = z.string().min(32, "must be 32-64 characters long").max(64, "must be 32-64 characters long").optional();

const SecretString = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= MAX_VALUE_BYTES, "is longer than 65536 bytes");

const ValueFields = {
  SecretString: SecretString.optional(),
  SecretBinary: z
    .base64()
    .min(1)
    .refine((text) => Buffer.byteLength(text, "base64") <= MAX_VALUE_BYTES, "is longer than 65536 bytes")
    .optional(),
};

export const GetSecretValue = z.object({ SecretId, VersionId: VersionId.optional(), VersionStage: Stage.optional() });

export const BatchGetSecretValue = z.object({
  SecretIdList: z.array(SecretId).min(1).max(MAX_BATCH).optional(),
  Filters: z.array(Filter).max(10).optional(),
  MaxResults: z.int().min(1).max(MAX_BATCH).optional(),
  NextToken: NextToken.optional(),
});

export const CreateSecret = z.object({
  Name,
  ClientRequestToken: Token,
  Description: Description.optional(),
  KmsKeyId: KmsKeyId.optional(),
  Tags: z.array(Tag).max(50).default([]),
  ...ValueFields,
});

export const PutSecretValue = z.object({
  SecretId,
  ClientRequestToken: Token,
  VersionStages: z.array(Stage).min(1).max(20).optional(),
  ...ValueFields,
});

export const UpdateSecret = z.object({
  SecretId,
  ClientRequestToken: Token,
  Description: Description.optional(),
  KmsKeyId: KmsKeyId.optional(),
  ...ValueFields,
});

export const UpdateSecretVersionStage = z.object({
  SecretId,
  VersionStage: Stage,
  MoveToVersionId: VersionId.optional(),
  RemoveFromVersionId: VersionId.optional(),
});

export const ListSecrets = z.object({
  Filters: z.array(Filter).max(10).default([]),
  IncludePlannedDeletion: z.boolean().default(false),
  MaxResults: z.int().min(1).max(MAX_PAGE).default(MAX_PAGE),
  NextToken: NextToken.optional(),
  SortBy: z.enum(["created-date", "last-accessed-date", "last-changed-date", "name"]).default("created-date"),
  SortOrder: z.enum(["asc", "desc"]).default("asc"),
});

export const DeleteSecret = z.object({
  SecretId,
  RecoveryWindowInDays: z.int().min(7).max(30).optional(),
  ForceDeleteWithoutRecovery: z.boolean().default(false),
});

export const SecretIdOnly = z.object({ SecretId });

const Seed = z.object({ Name, SecretString });

/** Throws InvalidParameterException with the field and the rule, never with what was sent. */
export function parseInput<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const broken = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw invalidParameter(broken.join("; "));
}

/** For seeding: the same limits on name and value as over HTTP. */
export function assertSeed(name: string, text: string): void {
  parseInput(Seed, { Name: name, SecretString: text });
}

export function requireToken(token: string | undefined): string {
  if (token === undefined) throw invalidRequest("You must provide a ClientRequestToken value. We recommend a UUID-type value.");
  return token;
}

export function toValue(input: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}): SecretValue | undefined {
  const { SecretString, SecretBinary } = input;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.");
  }
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}
