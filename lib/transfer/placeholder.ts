/** What stands in our documents in the place of a secret: everybody can read it there. */
export function isPlaceholder(secret: string): boolean {
  return secret.startsWith("CHANGE-ME");
}

export const PLACEHOLDER_RULE = "must not be the CHANGE-ME of our documents";
