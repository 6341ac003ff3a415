/** What the commands of setup files have in common: which file, and what it would change. */
import { readFile } from "node:fs/promises";
import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Place } from "../place.ts";
import { CommandError } from "../problem.ts";
import type { SecretBook } from "../secret-book.ts";
import { type PlannedChange, planChanges } from "./plan.ts";
import { createOrigins } from "./resolve.ts";
import { parseSetup } from "./setup-file.ts";

export const SETUP_FILE = "ccgw.yaml";

interface Reading {
  readonly file: string;
  readonly isPruning: boolean;
}

/** Throws a `CommandError`. */
export async function planFromFile(book: SecretBook, { stage }: Place, { file, isPruning }: Reading): Promise<readonly PlannedChange[]> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) throw new CommandError(`--file: ${file} cannot be read.`);
  const setup = parseSetup({ text, file, stage });
  if (isPruning && setup.isOfOtherStages)
    throw setup.refuse([
      {
        path: ["stages"],
        message: `has nothing for ${stage}: --prune takes no file for other stages. "${stage}: {}" says that it is for this one`,
      },
    ]);
  const client = new SecretsManagerClient({});
  try {
    return await planChanges({ setup, book, isPruning, origins: createOrigins(file, (name) => readSecret(client, name)) });
  } finally {
    client.destroy();
  }
}

/** Of any name: it need not be one of ours. */
async function readSecret(client: SecretsManagerClient, SecretId: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) return undefined;
    throw error;
  }
}
