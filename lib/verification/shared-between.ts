/** Which of the connections' secrets somebody has who should not: another caller, or another receiver of callbacks. Compares values, and tells ids alone. */
import { createHash } from "node:crypto";
import * as z from "zod";

/** Of every scheme that has a list of them; what else is in a `verification` is its scheme's. */
const Listed = z.object({ secrets: z.array(z.object({ id: z.string(), value: z.string() })) });

interface SecretsOf {
  /** That was parsed before. */
  readonly verification: unknown;
  readonly callback?: { readonly url: string; readonly secrets: readonly string[] } | undefined;
}

export interface SecretHolder {
  /** Of the connection. */
  readonly name: string;
  /** Of a caller's secret; undefined for one that signs callbacks, which has none. */
  readonly secretId: string | undefined;
}

interface Held extends SecretHolder {
  readonly value: string;
  readonly by: string;
}

/** By the name of the connection. Each group is of two who hold it, or more: a connection's caller, or a receiver, whichever connections tell that one. */
export function findSharedSecrets(connections: ReadonlyMap<string, SecretsOf>): readonly (readonly SecretHolder[])[] {
  const holders = new Map<string, (SecretHolder & Pick<Held, "by">)[]>();
  for (const [name, secrets] of connections)
    for (const { value, ...holder } of heldIn(name, secrets)) {
      const digest = createHash("sha256").update(value).digest("hex");
      holders.set(digest, [...(holders.get(digest) ?? []), holder]);
    }
  return [...holders.values()]
    .filter((group) => new Set(group.map(({ by }) => by)).size > 1)
    .map((group) => group.map(({ name, secretId }) => ({ name, secretId })));
}

function heldIn(name: string, { verification, callback }: SecretsOf): readonly Held[] {
  const inbound = Listed.safeParse(verification).data?.secrets ?? [];
  return [
    ...inbound.map(({ id: secretId, value }) => ({ name, secretId, value, by: `caller ${name}` })),
    ...(callback?.secrets ?? []).map((value) => ({ name, secretId: undefined, value, by: `receiver ${callback?.url}` })),
  ];
}
