// A secret as the emulator keeps it, and how it is shown to callers. Values are immutable: a change is a new Secret that the store
// keeps in place of the old one. Instants are Unix milliseconds inside and epoch seconds on the wire.
// Not confirmed: that DeletedDate is the end of the recovery window, and VersionStages left out where a version has none.

const DAY_MS = 86_400_000;

export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string };

export interface SecretVersion {
  readonly id: string;
  readonly value: SecretValue;
  readonly createdMs: number;
  /** Sorted; none: the version is deprecated, still readable by its id until it is removed. */
  readonly stages: readonly string[];
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly createdMs: number;
  readonly changedMs: number;
  readonly accessedMs: number | undefined;
  /** End of the recovery window; undefined while no deletion is planned. */
  readonly deletionMs: number | undefined;
  readonly versions: readonly SecretVersion[];
}

export function toEpochSeconds(ms: number): number {
  return ms / 1000;
}

export function toIdentity(secret: Secret): { readonly ARN: string; readonly Name: string } {
  return { ARN: secret.arn, Name: secret.name };
}

export function toStageMap(secret: Secret): Readonly<Record<string, readonly string[]>> | undefined {
  const labelled = secret.versions.filter((version) => version.stages.length > 0);
  if (labelled.length === 0) return undefined;
  return Object.fromEntries(labelled.map((version) => [version.id, version.stages]));
}

/** What DescribeSecret and ListSecrets share. */
export function toMetadata(secret: Secret): object {
  const { accessedMs, deletionMs } = secret;
  return {
    ...toIdentity(secret),
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    Tags: secret.tags.length > 0 ? secret.tags : undefined,
    CreatedDate: toEpochSeconds(secret.createdMs),
    LastChangedDate: toEpochSeconds(secret.changedMs),
    // AWS cuts it to midnight UTC.
    LastAccessedDate: accessedMs === undefined ? undefined : toEpochSeconds(accessedMs - (accessedMs % DAY_MS)),
    DeletedDate: deletionMs === undefined ? undefined : toEpochSeconds(deletionMs),
  };
}

export function toValueEntry(secret: Secret, version: SecretVersion): object {
  return {
    ...toIdentity(secret),
    VersionId: version.id,
    ...version.value,
    VersionStages: version.stages.length > 0 ? version.stages : undefined,
    CreatedDate: toEpochSeconds(version.createdMs),
  };
}
