/** What kept a command from being done, in words that say what to do. Never the value of a secret. */
import { CommanderError } from "commander";
import { toMissing } from "../dev/missing-aws.ts";
import { StartError } from "../dev/ports.ts";
import { TransferError } from "../lib/errors.ts";

/** Something that whoever typed the command can put right. */
export class CommandError extends Error {
  /** What programs are told beside it. No secret is in it. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(message: string, { facts = {}, ...options }: ErrorOptions & { readonly facts?: Readonly<Record<string, unknown>> } = {}) {
    super(message, options);
    this.facts = facts;
  }
}

/** There is nothing of the name that was given: the answer is no. */
export class NotFound extends Error {}

export interface Problem {
  readonly message: string;
  readonly exitCode: number;
  /** Beside it, for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** It has been printed already. */
  readonly isSaid?: boolean;
}

const NO = 1;
const NOT_BEGUN = 2;
/** Of commander, for help and version that were asked for. */
const DONE = 0;

export function toProblem(error: unknown, { isJson = false } = {}): Problem {
  // Help and version it prints by itself, to people also what is wrong.
  if (error instanceof CommanderError) {
    const isDone = error.exitCode === DONE;
    return { message: error.message.replace(/^error: /, ""), exitCode: isDone ? DONE : NOT_BEGUN, isSaid: isDone || !isJson };
  }
  if (error instanceof NotFound) return { message: error.message, exitCode: NO };
  if (error instanceof CommandError) return { message: error.message, exitCode: NOT_BEGUN, facts: error.facts };
  if (error instanceof StartError) return { message: error.message, exitCode: NOT_BEGUN };
  const cause = error instanceof TransferError && error.cause !== undefined ? error.cause : error;
  if (!(cause instanceof Error)) return { message: String(cause), exitCode: NOT_BEGUN };
  return { message: toWords(cause, error), exitCode: NOT_BEGUN };
}

function toWords(cause: Error, error: unknown): string {
  if ("code" in cause && cause.code === "ECONNREFUSED")
    return "Nobody answers. Is `npm start` running, with the same ports in the environment? For a deployed stack give --stage and --region.";
  if (error instanceof TransferError && cause === error) return error.message === "" ? error.code : `${error.code}: ${error.message}`;
  return toMissing(cause) ?? `${cause.name}: ${cause.message}`;
}
