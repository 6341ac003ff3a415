/** AWS Secrets Manager, read-only: the one file that knows its SDK. No cache, no parsing. */
import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  InvalidRequestException,
  paginateListSecrets,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { TransferError } from "../errors.ts";

/** A read takes some ten milliseconds. With one repeat, the worst case leaves a caller with a deadline of some seconds time for the transfer. */
const CONNECTION_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 1_000;
const ATTEMPTS_MAX = 2;

/** The SDK leaves an answer untyped, for protocols other than HTTP. */
const WithHeaders = z.object({ headers: z.object({ date: z.string().optional() }) });

export interface SecretVersion {
  readonly text: string;
  /** Changes with the text, and whenever somebody writes it anew. */
  readonly versionId: string;
  /** When somebody did. */
  readonly writtenAt?: Date | undefined;
}

/** Each throws `secrets-unavailable`. */
export interface Secrets {
  /** The current text of a secret, or undefined where there is none of that name. */
  read(name: string): Promise<string | undefined>;
  readVersion(name: string, signal?: AbortSignal): Promise<SecretVersion | undefined>;
  /** Names within a folder, without it: `agents` → `main/101`. */
  list(folder: string, signal?: AbortSignal): Promise<readonly string[]>;
}

interface SecretsOptions {
  /** Called with each answer's `Date`, as it is in the header. */
  readonly onDate?: (date: string) => void;
}

/** `prefix` stands before every name, with a slash. Endpoint, region and credentials come from the environment, as the SDK reads them. */
export function createSecrets(prefix: string, { onDate }: SecretsOptions = {}): Secrets {
  const client = new SecretsManagerClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  if (onDate !== undefined)
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { date } = WithHeaders.safeParse(result.response).data?.headers ?? {};
        if (date !== undefined) onDate(date);
        return result;
      },
      // Next to the handler that sends: an answer is seen before it is judged.
      { name: "tellDate", step: "deserialize", priority: "low" },
    );

  async function readVersion(name: string, signal?: AbortSignal): Promise<SecretVersion | undefined> {
    try {
      const command = new GetSecretValueCommand({ SecretId: `${prefix}/${name}` });
      const answer: GetSecretValueCommandOutput = await client.send(command, optionsOf(signal));
      const { SecretString: text, VersionId: versionId = "", CreatedDate: writtenAt } = answer;
      return text === undefined ? undefined : { text, versionId, writtenAt };
    } catch (cause) {
      // One that is scheduled for deletion can only be restored, not read: until then it is not there.
      if (cause instanceof ResourceNotFoundException || cause instanceof InvalidRequestException) return undefined;
      throw unavailable(cause);
    }
  }

  return {
    readVersion,
    read: async (name) => (await readVersion(name))?.text,
    async list(folder, signal) {
      const start = `${prefix}/${folder}/`;
      const names: string[] = [];
      try {
        // The filter takes words, and beginnings of them: what is found is looked at again.
        const pages = paginateListSecrets({ client }, { Filters: [{ Key: "name", Values: [start] }] }, optionsOf(signal));
        for await (const { SecretList = [] } of pages) names.push(...SecretList.flatMap(({ Name }) => Name ?? []));
      } catch (cause) {
        throw unavailable(cause);
      }
      return names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
    },
  };
}

function optionsOf(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { abortSignal: signal };
}

function unavailable(cause: unknown): TransferError {
  return new TransferError("secrets-unavailable", { reason: nameOf(cause), cause });
}

/** The SDK's message can hold the request: the error's name, or its system code, is all that is for the log. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
