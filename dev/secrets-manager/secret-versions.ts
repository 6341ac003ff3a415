// The rules of versions and staging labels, as pure functions over a secret: which version is meant, what a new one takes from
// the others, how a label moves. Nothing is stored or parsed here.
// Not confirmed: moving a label to the version that has it succeeds; AWSPREVIOUS asked for together with AWSCURRENT goes to the old
// current version; an unknown MoveToVersionId is ResourceNotFoundException; the 20 labels are counted over the whole secret.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
import { invalidParameter, invalidRequest, limitExceeded, valueNotFound, versionNotFound } from "./errors.ts";
import type { Secret, SecretValue, SecretVersion } from "./secret.ts";

const CURRENT = "AWSCURRENT";
const PREVIOUS = "AWSPREVIOUS";
const MAX_VERSIONS = 100;
const MAX_LABELS = 20;
// Younger versions are never removed, which is what makes the limit reachable.
const KEPT_FOR_MS = 24 * 3_600_000;

export function selectVersion(secret: Secret, versionId: string | undefined, stage: string | undefined): SecretVersion {
  if (versionId === undefined) {
    const label = stage ?? CURRENT;
    const labelled = holderOf(secret.versions, label);
    if (labelled === undefined) throw valueNotFound(`staging label: ${label}`);
    return labelled;
  }
  const version = findVersion(secret, versionId);
  if (version === undefined) throw valueNotFound(`VersionId: ${versionId}`);
  if (stage !== undefined && !version.stages.includes(stage)) {
    throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
  }
  return version;
}

export function findVersion(secret: Secret, versionId: string): SecretVersion | undefined {
  return secret.versions.find((version) => version.id === versionId);
}

export function sameValue(left: SecretValue, right: SecretValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Without `stages` the new version becomes AWSCURRENT; the first version always does. */
export function addVersion(
  secret: Secret,
  added: {
    readonly id: string;
    readonly value: SecretValue;
    readonly stages?: readonly string[] | undefined;
    readonly nowMs: number;
  },
): Secret {
  const { id, value, nowMs } = added;
  const kept = makeRoom(secret.versions, nowMs);
  const asked = new Set(added.stages ?? [CURRENT]);
  // Last, so that what moves by itself (AWSPREVIOUS) wins over what was asked for.
  const current = asked.delete(CURRENT) || kept.length === 0 ? [CURRENT] : [];
  const bare: readonly SecretVersion[] = [...kept, { id, value, createdMs: nowMs, stages: [] }];
  const versions = [...asked, ...current].reduce((all, stage) => attach(all, stage, id), bare);
  assertLabels(versions);
  return { ...secret, versions, changedMs: nowMs };
}

/** UpdateSecretVersionStage: the version that loses the label has to be named. */
export function moveStage(
  secret: Secret,
  move: { readonly stage: string; readonly to: string | undefined; readonly from: string | undefined; readonly nowMs: number },
): Secret {
  const { stage, to, from, nowMs } = move;
  const holder = holderOf(secret.versions, stage);
  if (to === undefined && from === undefined) {
    throw invalidParameter("You must provide MoveToVersionId, RemoveFromVersionId, or both.");
  }
  if (from !== undefined && holder?.id !== from) {
    throw invalidParameter(`RemoveFromVersionId must be the version that currently has the staging label ${stage}.`);
  }
  if (to === undefined) {
    if (stage === CURRENT) {
      throw invalidParameter(`You can only move staging label ${CURRENT} to a different secret version. It can't be completely removed.`);
    }
    return { ...secret, versions: detach(secret.versions, stage), changedMs: nowMs };
  }
  if (findVersion(secret, to) === undefined) throw versionNotFound(to);
  if (holder !== undefined && holder.id !== to && from === undefined) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, ` +
        "so you must explicitly reference that version in RemoveFromVersionId.",
    );
  }
  const versions = attach(secret.versions, stage, to);
  assertLabels(versions);
  return { ...secret, versions, changedMs: nowMs };
}

/** For seeding, which no limit on versions should stop. */
export function dropDeprecated(secret: Secret): Secret {
  return { ...secret, versions: secret.versions.filter((version) => version.stages.length > 0) };
}

function makeRoom(versions: readonly SecretVersion[], nowMs: number): readonly SecretVersion[] {
  if (versions.length < MAX_VERSIONS) return versions;
  const kept = versions.filter((version) => version.stages.length > 0 || nowMs - version.createdMs < KEPT_FOR_MS);
  if (kept.length >= MAX_VERSIONS) throw limitExceeded(`The secret already has ${MAX_VERSIONS} versions that can't be removed yet.`);
  return kept;
}

function attach(versions: readonly SecretVersion[], stage: string, versionId: string): readonly SecretVersion[] {
  const holder = holderOf(versions, stage);
  const moved = detach(versions, stage).map((version) =>
    version.id === versionId ? { ...version, stages: [...version.stages, stage].sort() } : version,
  );
  if (stage !== CURRENT || holder === undefined || holder.id === versionId) return moved;
  return attach(moved, PREVIOUS, holder.id);
}

function detach(versions: readonly SecretVersion[], stage: string): readonly SecretVersion[] {
  return versions.map((version) => ({ ...version, stages: version.stages.filter((label) => label !== stage) }));
}

function holderOf(versions: readonly SecretVersion[], stage: string): SecretVersion | undefined {
  return versions.find((version) => version.stages.includes(stage));
}

function assertLabels(versions: readonly SecretVersion[]): void {
  const labels = versions.flatMap((version) => version.stages);
  if (labels.length > MAX_LABELS) throw limitExceeded(`A secret can have at most ${MAX_LABELS} staging labels.`);
}
