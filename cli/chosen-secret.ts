/**
 * A secret that two sides share: one that somebody brings, or one that is made here. One that is made has to reach the other side: it is written into a sheet
 * that only its owner may read, and nowhere else. A screen is shared, recorded and scrolled back; the log of a script is kept.
 */

import { randomBytes } from "node:crypto";
import { unlink, writeFile } from "node:fs/promises";
import { SecretsManagerServiceException } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import type { Asker } from "./asker.ts";
import { CommandError, toProblem } from "./problem.ts";
import { findSecret, requireSecret, type SecretEnds, type SecretInput } from "./secret-input.ts";
import { NotSecretsManager } from "./stranger.ts";

const SECRET_BYTES = 32;
const OWNER_ALONE = 0o600;

export interface ChosenSecret {
  readonly value: string;
  /** The file that it goes into; undefined for one that somebody brought. */
  readonly sheet: string | undefined;
}

interface Choosing {
  readonly input: SecretInput;
  /** How one is made here; undefined where only the other side can make it. */
  readonly make: (() => string) | undefined;
  readonly sheet: string | undefined;
  /** What its file is called unless somebody says otherwise. */
  readonly usualSheet: string;
}

export async function chooseSecret({ input, make, sheet, usualSheet }: Choosing, ends: SecretEnds, asker: Asker): Promise<ChosenSecret> {
  const brought = await findSecret(input, ends);
  if (sheet !== undefined && (brought !== undefined || make === undefined))
    throw new CommandError("--sheet is for a secret that is made here, and this one is brought.");
  if (brought !== undefined) return { value: brought, sheet: undefined };
  if (make === undefined) return { value: await requireSecret(input, ends), sheet: undefined };
  const isMade = sheet !== undefined || (await ends.prompter?.choose(input.message, CHOICES)) !== "typed";
  if (!isMade) return { value: await requireSecret(input, ends), sheet: undefined };
  const message = "The file for the hand-over sheet, which has the new secret and is for its owner alone";
  return {
    value: make(),
    sheet: await asker.text({ flag: "--sheet", given: sheet, message, initial: usualSheet, schema: z.string().min(1) }),
  };
}

const CHOICES = [
  { value: "made", label: "Make one here (256 bits of chance)" },
  { value: "typed", label: "Type one" },
] as const;

export function makeSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** As Standard Webhooks writes it. */
export function makeWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
}

/**
 * Writes the sheet first, so that no secret is in use that nobody has; it is gone again where it is certain that the secret was not written. A file that is there is
 * left alone.
 */
export async function withSheet(file: string | undefined, text: string, work: () => Promise<void>): Promise<void> {
  if (file === undefined) return work();
  await writeFile(file, text, { mode: OWNER_ALONE, flag: "wx" }).catch((error: unknown) => {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw new CommandError(`--sheet: ${file} ${isThere ? "is there already" : "cannot be written"}. Nothing was written.`);
  });
  try {
    await work();
  } catch (error) {
    if (!isUnwritten(error))
      throw new CommandError(
        `${toProblem(error).message}\nThe secret may have been written: its sheet stays, ${file}. Delete it if the secret is not there, and try again.`,
        { cause: error },
      );
    await unlink(file);
    throw error;
  }
}

/** Of what `create` or `replace` threw: whether it is certain that nothing was written. Of several tries, one whose answer was lost may have been it. */
function isUnwritten(error: unknown): boolean {
  if (error instanceof NotSecretsManager) return false;
  if (error instanceof CommandError) return true;
  return error instanceof SecretsManagerServiceException && error.$fault === "client" && error.$metadata.attempts === 1;
}
