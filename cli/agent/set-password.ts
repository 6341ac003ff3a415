/** `ccgw agent set-password GATEWAY/ID`: of an agent that we sign in, the password that it has at the gateway now. Changes nothing at the gateway. */
import { answerFromBook, createCommand } from "../command.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { requireSecret, type SecretEnds } from "../secret-input.ts";
import { parseAgentName } from "./name.ts";
import { passwordInput } from "./password.ts";

export function createAgentSetPassword() {
  return createCommand("set-password", "the password that it has at the gateway now")
    .argument("<gateway/id>", "of a managed agent, as in main/102")
    .option("--password-stdin", "it comes through a pipe (or as CCGW_PASSWORD in the environment)")
    .action((name, { passwordStdin, ...options }) =>
      answerFromBook(options, (book, _place, { prompter }) =>
        setPassword(book, { name, passwordStdin }, { prompter, environment: process.env, stdin: process.stdin }),
      ),
    );
}

interface PasswordWanted {
  readonly name: string;
  readonly passwordStdin?: true | undefined;
}

export async function setPassword(book: SecretBook, { name, passwordStdin }: PasswordWanted, ends: SecretEnds): Promise<Report> {
  parseAgentName(name);
  const kept = await book.require("agents", name);
  const access = await book.parse("agents", name, kept.document);
  if (access.session !== "managed")
    throw new CommandError(`${name} is ${access.session}: we do not sign it in, and have no password of it.`);
  const password = await requireSecret(passwordInput(passwordStdin), ends);
  const { signIn } = kept.document;
  await book.replace("agents", name, { ...kept.document, signIn: { ...Object(signIn), password } }, kept);
  return {
    json: { name, written: true },
    lines: [
      `Written: the password of ${name}. A sign-in that was parked is tried anew within a minute: ccgw agent show ${name} says what came of it.`,
    ],
  };
}
