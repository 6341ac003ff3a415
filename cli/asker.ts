/** What a command has to know: by its flag where that is given, else asked for at a terminal, else a mistake that names the flag. Each by its schema. */
import type * as z from "zod";
import { inOurWords } from "../lib/transfer/issue-words.ts";
import { CommandError } from "./problem.ts";
import type { Choice, Prompter } from "./prompter.ts";

interface Wanted {
  /** As it is typed: `--url`. */
  readonly flag: string;
  readonly given: string | undefined;
  readonly message: string;
}

export interface WantedText extends Wanted {
  readonly schema: z.ZodType;
  readonly initial?: string | undefined;
}

interface WantedChoice<Value extends string> extends Wanted {
  readonly choices: readonly Choice<Value>[];
}

export interface Asker {
  text(wanted: WantedText): Promise<string>;
  /** Undefined where it is left empty, or nobody is asked. */
  optionalText(wanted: WantedText): Promise<string | undefined>;
  choose<Value extends string>(wanted: WantedChoice<Value>): Promise<Value>;
}

export function createAsker(prompter: Prompter | undefined): Asker {
  return {
    async text({ given, ...wanted }) {
      if (given !== undefined) return assertValid(given, wanted);
      if (prompter === undefined) throw missing(wanted);
      const { message, initial, schema } = wanted;
      return prompter.text({ message, initial, check: (answer) => findMistake(answer, schema) });
    },
    async optionalText({ given, ...wanted }) {
      if (given !== undefined) return assertValid(given, wanted);
      const { message, initial, schema } = wanted;
      const check = (answer: string) => (answer === "" ? undefined : findMistake(answer, schema));
      return (await prompter?.text({ message: `${message} (may be left empty)`, initial, check })) || undefined;
    },
    async choose({ given, choices, ...wanted }) {
      if (given === undefined && prompter === undefined) throw missing(wanted);
      if (given === undefined && prompter !== undefined) return prompter.choose(wanted.message, choices);
      const choice = choices.find(({ value }) => value === given);
      if (choice === undefined) throw new CommandError(`${wanted.flag} must be one of ${choices.map(({ value }) => value).join(", ")}.`);
      return choice.value;
    },
  };
}

/** In words without what was given; undefined where nothing is wrong. */
export function findMistake(value: unknown, schema: z.ZodType): string | undefined {
  return schema.safeParse(value, { error: inOurWords }).error?.issues[0]?.message;
}

/** Of a name that was given as an argument. Throws a `CommandError`. */
export function assertValid(value: string, { flag, schema }: Pick<WantedText, "flag" | "schema">): string {
  const mistake = findMistake(value, schema);
  if (mistake !== undefined) throw new CommandError(`${flag} ${mistake}.`);
  return value;
}

function missing({ flag, message }: Omit<Wanted, "given">): CommandError {
  const asked = /[.?]$/.test(message) ? message : `${message}.`;
  return new CommandError(
    `${flag} must be given. ${asked} (Asked for at a terminal, where nothing is redirected and --json is not given.)`,
  );
}
