/** Which of several lists of secrets have one in common. Compares values, and tells ids alone. */
import { createHash } from "node:crypto";
import * as z from "zod";

/** Of every scheme that has a list of them; what else is in a `verification` is its scheme's. */
const Listed = z.object({ secrets: z.array(z.object({ id: z.string(), value: z.string() })) });

export interface SecretHolder {
  readonly name: string;
  readonly secretId: string;
}

/** By the name of whoever has it, a `verification` that was parsed before. Each group has two names or more. */
export function findSharedSecrets(verifications: ReadonlyMap<string, unknown>): readonly (readonly SecretHolder[])[] {
  const holders = new Map<string, SecretHolder[]>();
  for (const [name, verification] of verifications)
    for (const { id: secretId, value } of Listed.safeParse(verification).data?.secrets ?? []) {
      const digest = createHash("sha256").update(value).digest("hex");
      holders.set(digest, [...(holders.get(digest) ?? []), { name, secretId }]);
    }
  return [...holders.values()].filter((group) => new Set(group.map(({ name }) => name)).size > 1);
}
