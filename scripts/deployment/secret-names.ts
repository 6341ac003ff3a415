/** The names of the secrets of a stage: never what is in them. */
import { paginateListSecrets, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

export interface ListedSecret {
  readonly name: string;
  /** It can be recovered, and its name is taken, for as long as it waits to be gone. */
  readonly isDeleted: boolean;
}

/** Those that are about to be deleted, too. */
export async function listSecrets(client: SecretsManagerClient, prefix: string): Promise<readonly ListedSecret[]> {
  const found: ListedSecret[] = [];
  const start = `${prefix}/`;
  const input = { Filters: [{ Key: "name" as const, Values: [start] }], IncludePlannedDeletion: true };
  // The filter takes words, and beginnings of them: what is found is looked at again.
  for await (const { SecretList = [] } of paginateListSecrets({ client }, input))
    for (const { Name: name = "", DeletedDate } of SecretList)
      if (name.startsWith(start)) found.push({ name, isDeleted: DeletedDate !== undefined });
  return found;
}
