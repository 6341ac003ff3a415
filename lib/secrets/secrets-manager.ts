/** AWS Secrets Manager, read-only: the one file that knows its SDK. No cache, no parsing. */
import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { TransferError } from "../errors.ts";

/** Reads are quick; with the SDK's own two repeats the worst case stays within the shortest deadlines that callers have. */
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;

/** The current text of a secret, or undefined where there is none of that name. Throws `secrets-unavailable`. */
export type ReadSecret = (name: string) => Promise<string | undefined>;

/** `prefix` stands before every name, with a slash. Endpoint, region and credentials come from the environment, as the SDK reads them. */
export function createSecretReader(prefix: string): ReadSecret {
  const client = new SecretsManagerClient({
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  return async (name) => {
    try {
      const answer: GetSecretValueCommandOutput = await client.send(new GetSecretValueCommand({ SecretId: `${prefix}/${name}` }));
      return answer.SecretString;
    } catch (cause) {
      if (cause instanceof ResourceNotFoundException) return undefined;
      throw new TransferError("secrets-unavailable", { reason: nameOf(cause), cause });
    }
  };
}

/** The SDK's message can hold the request: the error's name, or its system code, is all that is for the log. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
