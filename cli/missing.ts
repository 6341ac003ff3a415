/**
 * What a command cannot do without and was not typed, asked for at a terminal: a name is chosen from those that there are. Of every argument and option that
 * commander knows as required; what depends on others, the commands ask for themselves.
 */
import type { Argument, CommandUnknownOpts } from "@commander-js/extra-typings";
import { CommanderError } from "commander";
import * as z from "zod";
import { Name } from "../lib/transfer/target.ts";
import { parseAgentName } from "./agent/name.ts";
import { findMistake } from "./asker.ts";
import { openPlace, type PlaceOptions } from "./place.ts";
import { CommandError } from "./problem.ts";
import { withProgress } from "./progress.ts";
import type { Prompter } from "./prompter.ts";
import { type Folder, openSecretBook } from "./secret-book.ts";

interface Kind {
  readonly noun: string;
  readonly folder: Folder;
  /** Of a new one's name. */
  readonly check: (name: string) => string | undefined;
}

/** By what groups of commands, scopes of a pause and options call them. */
const KINDS: Readonly<Record<string, Kind>> = {
  agent: { noun: "agent", folder: "agents", check: findAgentMistake },
  connection: { noun: "connection", folder: "connections", check: (name) => findMistake(name, Name) },
  gateway: { noun: "gateway", folder: "gateways", check: (name) => findMistake(name, Name) },
};
const ALL = "all";

interface Typed {
  /** As far as it was parsed until something was missing. */
  readonly program: CommandUnknownOpts;
  readonly args: readonly string[];
}

/** What was typed, with what was missing; undefined where something else is wrong. Throws a `CommandError` where there is nothing to choose from. */
export async function askMissing(error: unknown, { program, args }: Typed, prompter: Prompter): Promise<readonly string[] | undefined> {
  if (!(error instanceof CommanderError)) return undefined;
  const { command, depth } = findCommand(program, args);
  if (error.code === "commander.missingArgument") {
    const argument = command.registeredArguments[command.args.length];
    return argument && [...args, ...(await askArgument(argument, command, prompter))];
  }
  if (error.code !== "commander.missingMandatoryOptionValue") return undefined;
  const option = command.options.find((each) => each.mandatory && command.getOptionValue(each.attributeName()) === undefined);
  if (option === undefined) return undefined;
  const kind = KINDS[option.name()];
  const answer = await (kind === undefined ? askText(toQuestion(option.description), prompter) : chooseName(kind, command, prompter));
  return [...args.slice(0, depth), `--${option.name()}=${answer}`, ...args.slice(depth)];
}

/** The command that was meant, and how many words name it. */
function findCommand(program: CommandUnknownOpts, args: readonly string[]) {
  let command = program;
  let depth = 0;
  for (const word of args) {
    const found = command.commands.find((each) => each.name() === word);
    if (found === undefined) break;
    command = found;
    depth += 1;
  }
  return { command, depth };
}

async function askArgument(argument: Argument, command: CommandUnknownOpts, prompter: Prompter): Promise<readonly string[]> {
  if (argument.name() === "scope") return askScope(command, prompter);
  if (argument.argChoices !== undefined) {
    const choices = argument.argChoices.map((value) => ({ value, label: value }));
    return [await prompter.choose(`Which ${argument.name()}?`, choices)];
  }
  const kind = KINDS[command.parent?.name() ?? ""];
  if (kind === undefined) return [await askText(toQuestion(argument.description), prompter)];
  if (command.name() !== "add") return [await chooseName(kind, command, prompter)];
  return [await prompter.text({ message: `What is the new ${kind.noun} called${toUse(argument.description)}?`, check: kind.check })];
}

/** How a name is used, or looks like, where that is said of it. */
function toUse(description: string): string {
  const [, use] = description.split(", ");
  return use === undefined ? "" : ` (${use})`;
}

/** Of a pause. */
async function askScope(command: CommandUnknownOpts, prompter: Prompter): Promise<readonly string[]> {
  const choices = [...Object.keys(KINDS), ALL].map((value) => ({ value, label: value }));
  const chosen = await prompter.choose("Of which is it?", choices);
  const kind = KINDS[chosen];
  return kind === undefined ? [chosen] : [chosen, await chooseName(kind, command, prompter)];
}

async function chooseName({ noun, folder }: Kind, command: CommandUnknownOpts, prompter: Prompter): Promise<string> {
  const names = await withProgress(`Looking for each ${noun}`, listNames(folder, command.opts()));
  if (names.length === 0) throw new CommandError(`There is no ${noun} yet: ccgw ${noun} add makes one.`);
  return prompter.choose(
    `Which ${noun}?`,
    names.map((value) => ({ value, label: value })),
  );
}

async function listNames(folder: Folder, options: PlaceOptions): Promise<readonly string[]> {
  const book = openSecretBook(await openPlace(options));
  try {
    return (await book.list(folder)).map(({ name }) => name);
  } finally {
    book.close();
  }
}

/** As help has it, it is no question yet. */
function toQuestion(description: string): string {
  return description === "who you are" ? "Who are you?" : `${description.charAt(0).toUpperCase()}${description.slice(1)}`;
}

function askText(what: string, prompter: Prompter): Promise<string> {
  return prompter.text({ message: what, check: (answer) => findMistake(answer, z.string().trim().min(1)) });
}

function findAgentMistake(name: string): string | undefined {
  try {
    parseAgentName(name);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
