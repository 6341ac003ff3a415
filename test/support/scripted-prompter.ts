/** Answers a command's questions, in their order, as somebody at a terminal would; an answer that is refused is a failure of the test. Keeps what was shown. */
import type { Prompter } from "../../cli/prompter.ts";

export interface ScriptedPrompter extends Prompter {
  readonly asked: readonly string[];
  readonly shown: readonly string[];
}

export function createScriptedPrompter(...script: readonly (string | boolean)[]): ScriptedPrompter {
  const answers = [...script];
  const asked: string[] = [];
  const shown: string[] = [];
  const next = (message: string) => {
    asked.push(message);
    if (answers.length === 0) throw new Error(`no answer is left for: ${message}`);
    return answers.shift();
  };
  const type = async ({ message, check }: Parameters<Prompter["text"]>[0]) => {
    const answer = String(next(message));
    const mistake = check(answer);
    if (mistake !== undefined) throw new Error(`${message}: ${mistake}`);
    return answer;
  };
  return {
    asked,
    shown,
    text: type,
    hidden: type,
    async choose(message, choices) {
      const answer = next(message);
      const choice = choices.find(({ value, label }) => value === answer || label === answer);
      if (choice === undefined) throw new Error(`${message}: no choice ${answer} among ${choices.map(({ value }) => value).join(", ")}`);
      return choice.value;
    },
    confirm: async (message) => next(message) === true,
    show: (_title, lines) => void shown.push(...lines),
  };
}
