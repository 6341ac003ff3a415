/** `ccgw connection disable NAME` and `enable NAME`: whether its caller is let in. A disabled one looks like an unknown one to whoever asks. */
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";

export function createConnectionDisable() {
  return createSwitch("disable", "refuse its caller, like an unknown one", false);
}

export function createConnectionEnable() {
  return createSwitch("enable", "let its caller in again", true);
}

function createSwitch(verb: string, description: string, enabled: boolean) {
  return createCommand(verb, description)
    .argument("<name>", "of the connection")
    .action((name, options) => answerFromBook(options, (book) => setEnabled(book, name, enabled)));
}

/** One that is so already is left as it is. */
export async function setEnabled(book: SecretBook, name: string, enabled: boolean): Promise<Report> {
  const kept = await book.require("connections", name);
  const { settings } = await book.parse("connections", name, kept.document);
  const word = enabled ? "enabled" : "disabled";
  if (settings.enabled === enabled) return { json: { name, enabled, written: false }, lines: [`${name} is ${word} already.`] };
  const { enabled: _before, ...document } = kept.document;
  await book.replace("connections", name, enabled ? document : { ...document, enabled }, kept);
  const hint = enabled ? "Its caller is let in" : "Its caller is refused (401), also where it asks what became of a transfer";
  return { json: { name, enabled, written: true }, lines: [`${name} is ${word}. ${hint}, within a minute.`] };
}
