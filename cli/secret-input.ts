/**
 * A secret that somebody brings: from a pipe, from the environment, or typed unseen. Never as a flag's value: those are in the list of processes, and in the
 * shell's history.
 */
import { text as readAll } from "node:stream/consumers";
import type * as z from "zod";
import { findMistake } from "./asker.ts";
import { CommandError } from "./problem.ts";
import type { Prompter } from "./prompter.ts";

export interface SecretInput {
  /** "The password of the agent". */
  readonly message: string;
  /** As it is typed: `--password-stdin`. */
  readonly flag: string;
  readonly fromPipe: boolean;
  /** Of the environment: `CCGW_PASSWORD`. */
  readonly variable: string;
  readonly schema: z.ZodType;
}

export interface SecretEnds {
  readonly prompter: Prompter | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/** Undefined where neither the pipe nor the environment has it. Throws a `CommandError` for what its schema refuses. */
export async function findSecret(input: SecretInput, { environment, stdin }: SecretEnds): Promise<string | undefined> {
  const { flag, fromPipe, variable } = input;
  if (fromPipe && stdin.isTTY) throw new CommandError(`${flag} reads a pipe: a terminal would show what is typed.`);
  const found = fromPipe ? (await readAll(stdin)).replace(/\r?\n$/, "") : environment[variable];
  if (found === undefined || (found === "" && !fromPipe)) return undefined;
  const mistake = findMistake(found, input.schema);
  if (mistake !== undefined) throw new CommandError(`${fromPipe ? `What came with ${flag}` : variable} ${mistake}.`);
  return found;
}

/** The same, or else typed. Throws a `CommandError` where nobody types. */
export async function requireSecret(input: SecretInput, ends: SecretEnds): Promise<string> {
  const found = await findSecret(input, ends);
  if (found !== undefined) return found;
  const { message, flag, variable, schema } = input;
  if (ends.prompter === undefined)
    throw new CommandError(`${message} must be given, with ${flag} through a pipe or as ${variable} in the environment.`);
  return ends.prompter.hidden({ message, check: (answer) => findMistake(answer, schema) });
}
