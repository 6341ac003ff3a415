/** Secrets Manager on loopback, a book of it as commands have it, and a folder for what they hand over. `stop` removes all of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { vi } from "vitest";
import type { Place } from "../../cli/place.ts";
import type { Prompter } from "../../cli/prompter.ts";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import type { SecretEnds } from "../../cli/secret-input.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { openLocalPlace } from "./local-place.ts";

export interface SecretWorld {
  readonly secrets: SecretsManagerEmulator;
  readonly place: Place;
  readonly book: SecretBook;
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startSecretWorld(): Promise<SecretWorld> {
  const folder = await mkdtemp(join(tmpdir(), "ccgw-command-"));
  const secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  const place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
  const book = openSecretBook(place);
  return {
    ...{ secrets, place, book, folder },
    async stop() {
      book.close();
      await secrets.stop();
      await rm(folder, { recursive: true, force: true });
      vi.unstubAllEnvs();
    },
  };
}

export interface Ends {
  readonly prompter?: Prompter;
  readonly environment?: SecretEnds["environment"];
  /** What standard input has. */
  readonly piped?: string;
}

/** Where a command may get a secret from. */
export function toEnds({ prompter, environment = {}, piped = "" }: Ends = {}): SecretEnds {
  return { prompter, environment, stdin: Readable.from([piped]) };
}
