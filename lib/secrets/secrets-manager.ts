/** AWS Secrets Manager, read-only: the one file that knows its SDK. No cache, no parsing. */
import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  InvalidRequestException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { TransferError } from "../errors.ts";

/** A read takes some ten milliseconds. With one repeat, the worst case leaves a caller with a deadline of some seconds time for the transfer. */
const CONNECTION_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 1_000;
const ATTEMPTS_MAX = 2;

/** The current text of a secret, or undefined where there is none of that name. Throws `secrets-unavailable`. */
export type ReadSecret = (name: string) => Promise<string | undefined>;

/** `prefix` stands before every name, with a slash. Endpoint, region and credentials come from the environment, as the SDK reads them. */
export function createSecretReader(prefix: string): ReadSecret {
  const client = new SecretsManagerClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  return async (name) => {
    try {
      const answer: GetSecretValueCommandOutput = await client.send(new GetSecretValueCommand({ SecretId: `${prefix}/${name}` }));
      return answer.SecretString;
    } catch (cause) {
      // One that is scheduled for deletion can only be restored, not read: until then it is not there.
      if (cause instanceof ResourceNotFoundException || cause instanceof InvalidRequestException) return undefined;
      throw new TransferError("secrets-unavailable", { reason: nameOf(cause), cause });
    }
  };
}

/** The SDK's message can hold the request: the error's name, or its system code, is all that is for the log. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
