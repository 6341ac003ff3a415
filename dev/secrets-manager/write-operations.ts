// The operations that change secrets: CreateSecret, PutSecretValue, UpdateSecret, UpdateSecretVersionStage, DeleteSecret, RestoreSecret.
// UpdateSecret refuses a known ClientRequestToken even with the same value, as its API page says; Create and Put answer again.
// Not confirmed: that restoring a secret that is not marked for deletion succeeds, the ARN in the answer to a forced deletion of an unknown
// secret, and that a token is asked for where UpdateSecret or CreateSecret gives no value. Deletion is immediate, AWS's is asynchronous.
import { invalidParameter, invalidRequest, markedForDeletion, nameTaken, secretNotFound, versionTaken } from "./errors.ts";
import { defineOperation, type OperationContext } from "./operation.ts";
import {
  CreateSecret,
  DeleteSecret,
  PutSecretValue,
  requireToken,
  SecretIdOnly,
  toValue,
  UpdateSecret,
  UpdateSecretVersionStage,
} from "./operation-inputs.ts";
import { type Secret, type SecretValue, toEpochSeconds, toIdentity } from "./secret.ts";
import { addVersion, findVersion, moveStage, sameValue } from "./secret-versions.ts";

const DAY_MS = 86_400_000;
const DEFAULT_RECOVERY_DAYS = 30;

export const writeOperations = {
  CreateSecret: defineOperation(CreateSecret, (input, { store, nowMs }) => {
    const id = requireToken(input.ClientRequestToken);
    const value = toValue(input);
    const existing = store.find(input.Name);
    if (existing !== undefined) return createAgain(existing, id, value);
    const empty: Secret = {
      name: input.Name,
      arn: store.newArn(input.Name),
      description: input.Description,
      kmsKeyId: input.KmsKeyId,
      tags: input.Tags,
      createdMs: nowMs,
      changedMs: nowMs,
      accessedMs: undefined,
      deletionMs: undefined,
      versions: [],
    };
    store.save(value === undefined ? empty : addVersion(empty, { id, value, nowMs }));
    return { ...toIdentity(empty), VersionId: value === undefined ? undefined : id };
  }),

  PutSecretValue: defineOperation(PutSecretValue, (input, context) => {
    const id = requireToken(input.ClientRequestToken);
    const value = toValue(input);
    if (value === undefined) throw invalidRequest("You must provide either SecretString or SecretBinary.");
    const secret = findLive(context, input.SecretId);
    const known = findVersion(secret, id);
    if (known !== undefined && !sameValue(known.value, value)) throw versionTaken();
    const changed = known === undefined ? addVersion(secret, { id, value, stages: input.VersionStages, nowMs: context.nowMs }) : secret;
    context.store.save(changed);
    return { ...toIdentity(changed), VersionId: id, VersionStages: findVersion(changed, id)?.stages };
  }),

  UpdateSecret: defineOperation(UpdateSecret, (input, context) => {
    const id = requireToken(input.ClientRequestToken);
    const value = toValue(input);
    const secret = findLive(context, input.SecretId);
    const described: Secret = {
      ...secret,
      description: input.Description ?? secret.description,
      // Empty means the account's own key, which is shown as no key at all.
      kmsKeyId: input.KmsKeyId === "" ? undefined : (input.KmsKeyId ?? secret.kmsKeyId),
      changedMs: context.nowMs,
    };
    if (value !== undefined && findVersion(secret, id) !== undefined) throw versionTaken();
    context.store.save(value === undefined ? described : addVersion(described, { id, value, nowMs: context.nowMs }));
    return { ...toIdentity(secret), VersionId: value === undefined ? undefined : id };
  }),

  UpdateSecretVersionStage: defineOperation(UpdateSecretVersionStage, (input, context) => {
    const secret = findLive(context, input.SecretId);
    const { VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = input;
    context.store.save(moveStage(secret, { stage, to, from, nowMs: context.nowMs }));
    return toIdentity(secret);
  }),

  DeleteSecret: defineOperation(DeleteSecret, (input, { store, nowMs }) => {
    const { SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
    if (force && days !== undefined) {
      throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
    }
    const secret = store.find(SecretId);
    if (force) {
      const unknown = { ARN: SecretId.startsWith("arn:") ? SecretId : store.newArn(SecretId), Name: SecretId };
      if (secret !== undefined) store.remove(secret.name);
      return { ...(secret === undefined ? unknown : toIdentity(secret)), DeletionDate: toEpochSeconds(nowMs) };
    }
    if (secret === undefined) throw secretNotFound();
    if (secret.deletionMs !== undefined) throw markedForDeletion();
    const deletionMs = nowMs + (days ?? DEFAULT_RECOVERY_DAYS) * DAY_MS;
    store.save({ ...secret, deletionMs });
    return { ...toIdentity(secret), DeletionDate: toEpochSeconds(deletionMs) };
  }),

  RestoreSecret: defineOperation(SecretIdOnly, (input, { store }) => {
    const secret = store.find(input.SecretId);
    if (secret === undefined) throw secretNotFound();
    store.save({ ...secret, deletionMs: undefined });
    return toIdentity(secret);
  }),
} as const;

function createAgain(existing: Secret, id: string, value: SecretValue | undefined): object {
  if (existing.deletionMs !== undefined) {
    throw invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.");
  }
  const version = findVersion(existing, id);
  if (version === undefined || value === undefined) throw nameTaken(existing.name);
  if (!sameValue(version.value, value)) throw versionTaken();
  return { ...toIdentity(existing), VersionId: id };
}

function findLive({ store }: OperationContext, secretId: string): Secret {
  const secret = store.find(secretId);
  if (secret === undefined) throw secretNotFound();
  if (secret.deletionMs !== undefined) throw markedForDeletion();
  return secret;
}
