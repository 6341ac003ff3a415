// Filters and pages of ListSecrets and BatchGetSecretValue. It selects and slices; it does not render.
// Not confirmed: that several filters must all match and one value of each is enough, how `!` values combine with others (none of
// them may match), that `all` compares with the beginning of a word, and the order where no SortBy is given (oldest first).
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html
import { invalidNextToken } from "./errors.ts";
import type { Filter } from "./operation-inputs.ts";
import type { Secret } from "./secret.ts";

export interface Page {
  readonly secrets: readonly Secret[];
  readonly nextToken: string | undefined;
}

export function filterSecrets(secrets: readonly Secret[], filters: readonly Filter[]): readonly Secret[] {
  return secrets.filter((secret) => filters.every((filter) => matches(secret, filter)));
}

/** Tokens are positions: secrets created or deleted between two pages may shift them. */
export function toPage(secrets: readonly Secret[], size: number, token: string | undefined): Page {
  const start = token === undefined ? 0 : parseToken(token);
  const end = start + size;
  return { secrets: secrets.slice(start, end), nextToken: end < secrets.length ? toToken(end) : undefined };
}

function matches(secret: Secret, filter: Filter): boolean {
  const wanted = filter.Values.filter((value) => !value.startsWith("!"));
  const unwanted = filter.Values.filter((value) => value.startsWith("!")).map((value) => value.slice(1));
  const hits = (value: string) => matchesValue(secret, filter.Key, value);
  return (wanted.length === 0 || wanted.some(hits)) && !unwanted.some(hits);
}

function matchesValue(secret: Secret, key: Filter["Key"], value: string): boolean {
  const description = secret.description ?? "";
  const tagKeys = secret.tags.map((tag) => tag.Key);
  const tagValues = secret.tags.map((tag) => tag.Value);
  switch (key) {
    case "name":
      return secret.name.startsWith(value);
    case "description":
      return description.toLowerCase().startsWith(value.toLowerCase());
    case "tag-key":
      return tagKeys.some((tagKey) => tagKey.startsWith(value));
    case "tag-value":
      return tagValues.some((tagValue) => tagValue.startsWith(value));
    case "primary-region":
    case "owning-service":
      // No secret here is a replica or another service's.
      return false;
    case "all": {
      const words = [secret.name, description, ...tagKeys, ...tagValues].flatMap(toWords);
      return toWords(value).some((sought) => words.some((word) => word.startsWith(sought)));
    }
  }
}

/** `credsDatabase#892` is `creds`, `database` and `892`. */
function toWords(text: string): readonly string[] {
  return (text.match(/[A-Z]*[a-z]+|[A-Z]+|[0-9]+/g) ?? []).map((word) => word.toLowerCase());
}

function toToken(position: number): string {
  return Buffer.from(`from:${position}`).toString("base64url");
}

function parseToken(token: string): number {
  const position = /^from:(\d{1,9})$/.exec(Buffer.from(token, "base64url").toString("latin1"))?.[1];
  if (position === undefined) throw invalidNextToken();
  return Number(position);
}
