// The operations that only read: GetSecretValue, BatchGetSecretValue, DescribeSecret, ListSecrets. All they leave behind is the day of
// the last access. Not confirmed: that a batch by Filters passes over secrets marked for deletion.
import { invalidParameter, markedForDeletion, SecretsManagerFault, secretNotFound } from "./errors.ts";
import { defineOperation, type OperationContext } from "./operation.ts";
import { BatchGetSecretValue, GetSecretValue, ListSecrets, SecretIdOnly } from "./operation-inputs.ts";
import { type Secret, toMetadata, toStageMap, toValueEntry } from "./secret.ts";
import { filterSecrets, toPage } from "./secret-filters.ts";
import { selectVersion } from "./secret-versions.ts";

const DEFAULT_BATCH = 20;

export const readOperations = {
  GetSecretValue: defineOperation(GetSecretValue, (input, context) =>
    readValue(context, input.SecretId, { versionId: input.VersionId, stage: input.VersionStage }),
  ),

  BatchGetSecretValue: defineOperation(BatchGetSecretValue, (input, context) => {
    const { SecretIdList, Filters } = input;
    if ((SecretIdList === undefined) === (Filters === undefined)) {
      throw invalidParameter("You must include either SecretIdList or Filters, but not both.");
    }
    if (Filters === undefined && input.MaxResults !== undefined) {
      throw invalidParameter("To use MaxResults, you must also use the Filters parameter.");
    }
    if (SecretIdList !== undefined) return readBatch(context, SecretIdList);
    const found = filterSecrets(context.store.list().filter(isLive), Filters ?? []);
    const page = toPage(found, input.MaxResults ?? DEFAULT_BATCH, input.NextToken);
    const names = page.secrets.map((secret) => secret.name);
    return { ...readBatch(context, names), NextToken: page.nextToken };
  }),

  DescribeSecret: defineOperation(SecretIdOnly, (input, { store }) => {
    const secret = store.find(input.SecretId);
    if (secret === undefined) throw secretNotFound();
    return { ...toMetadata(secret), VersionIdsToStages: toStageMap(secret) };
  }),

  ListSecrets: defineOperation(ListSecrets, (input, { store }) => {
    const listed = store.list().filter((secret) => input.IncludePlannedDeletion || isLive(secret));
    const found = [...filterSecrets(listed, input.Filters)].sort((left, right) => compare(left, right, input.SortBy));
    const page = toPage(input.SortOrder === "desc" ? found.reverse() : found, input.MaxResults, input.NextToken);
    return {
      SecretList: page.secrets.map((secret) => ({ ...toMetadata(secret), SecretVersionsToStages: toStageMap(secret) })),
      NextToken: page.nextToken,
    };
  }),
} as const;

function readValue(
  { store, nowMs }: OperationContext,
  secretId: string,
  wanted: { readonly versionId?: string | undefined; readonly stage?: string | undefined } = {},
): object {
  const secret = store.find(secretId);
  if (secret === undefined) throw secretNotFound();
  if (!isLive(secret)) throw markedForDeletion();
  const version = selectVersion(secret, wanted.versionId, wanted.stage);
  store.save({ ...secret, accessedMs: nowMs });
  return toValueEntry(secret, version);
}

function readBatch(context: OperationContext, secretIds: readonly string[]): object {
  const values: object[] = [];
  const errors: object[] = [];
  for (const secretId of secretIds) {
    try {
      values.push(readValue(context, secretId));
    } catch (error) {
      if (!(error instanceof SecretsManagerFault)) throw error;
      errors.push({ SecretId: secretId, ErrorCode: error.type, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}

function isLive(secret: Secret): boolean {
  return secret.deletionMs === undefined;
}

function compare(left: Secret, right: Secret, by: "created-date" | "last-accessed-date" | "last-changed-date" | "name"): number {
  switch (by) {
    case "name":
      return left.name < right.name ? -1 : 1;
    case "created-date":
      return left.createdMs - right.createdMs;
    case "last-changed-date":
      return left.changedMs - right.changedMs;
    case "last-accessed-date":
      return (left.accessedMs ?? 0) - (right.accessedMs ?? 0);
  }
}
