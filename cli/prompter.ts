/** Asks whoever sits at a terminal. On standard error: standard output is for the result. Where nobody sits there is no prompter, and flags have to say all. */
import { confirm, note, password, select, text } from "@clack/prompts";
import { CommandError } from "./problem.ts";
import { clearProgress, withoutProgress } from "./progress.ts";

export interface Question {
  readonly message: string;
  /** Stands there already, to be kept or changed. */
  readonly initial?: string | undefined;
  /** What is wrong with an answer; undefined where nothing is. Asked at once, until nothing is. */
  readonly check: (answer: string) => string | undefined;
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

/** Each throws a `CommandError` where the question is cancelled. */
export interface Prompter {
  text(question: Question): Promise<string>;
  /** Not shown as it is typed. */
  hidden(question: Question): Promise<string>;
  choose<Value extends string>(message: string, choices: readonly Choice<Value>[]): Promise<Value>;
  /** No, unless the answer is yes. */
  confirm(message: string): Promise<boolean>;
  /** Between questions. */
  show(title: string, lines: readonly string[]): void;
}

/** Undefined where a program reads the answer, or any end is no terminal. */
export function findPrompter(isJson: boolean): Prompter | undefined {
  const { stdin, stdout, stderr } = process;
  return !isJson && stdin.isTTY && stdout.isTTY && stderr.isTTY ? withTheTerminal(createTerminalPrompter()) : undefined;
}

function createTerminalPrompter(): Prompter {
  const output = process.stderr;
  return {
    text: async ({ message, initial, check }) =>
      answered(
        await text({ message, output, validate: (answer = "") => check(answer), ...(initial !== undefined && { initialValue: initial }) }),
      ),
    hidden: async ({ message, check }) => answered(await password({ message, output, validate: (answer = "") => check(answer) })),
    async choose(message, choices) {
      const options = choices.map(({ value, label }) => ({ value: String(value), label }));
      const chosen = answered(await select<string>({ message, output, options }));
      const choice = choices.find(({ value }) => value === chosen);
      if (choice === undefined) throw cancelled();
      return choice.value;
    },
    confirm: async (message) => answered(await confirm({ message, output, initialValue: false })),
    show: (title, lines) => note(lines.join("\n"), title, { output }),
  };
}

/** Alone: what is waited for is not said into a question. */
function withTheTerminal(prompter: Prompter): Prompter {
  return {
    text: (question) => withoutProgress(() => prompter.text(question)),
    hidden: (question) => withoutProgress(() => prompter.hidden(question)),
    choose: (message, choices) => withoutProgress(() => prompter.choose(message, choices)),
    confirm: (message) => withoutProgress(() => prompter.confirm(message)),
    show(title, lines) {
      clearProgress();
      prompter.show(title, lines);
    },
  };
}

function answered(answer: string | symbol): string;
function answered(answer: boolean | symbol): boolean;
function answered(answer: string | boolean | symbol): string | boolean {
  if (typeof answer === "symbol") throw cancelled();
  return answer;
}

function cancelled(): CommandError {
  return new CommandError("Cancelled. Nothing was written.");
}
