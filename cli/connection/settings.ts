/** What a new connection is and may do: all of its document but how its caller is proven. */
import * as z from "zod";
import { findSource, SOURCE_IDS } from "../../lib/sources/index.ts";
import type { Source } from "../../lib/sources/source.ts";
import { AgentId, Name } from "../../lib/transfer/target.ts";
import { requireGateway } from "../agent/name.ts";
import type { Asker } from "../asker.ts";
import { assertWithout, assertWithoutSecret } from "../json-flag.ts";
import { CommandError } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
import type { Document, SecretBook } from "../secret-book.ts";
import { findTargetMistake, parseTarget } from "./targets.ts";

/** Asked for by a flag of their own, or made. */
const OWN = ["schemaVersion", "source", "verification"];

export interface SettingsWanted {
  readonly source?: string | undefined;
  readonly gateway?: string | undefined;
  readonly agent?: string | undefined;
  readonly target?: readonly string[] | undefined;
  readonly defaultTarget?: string | undefined;
  readonly event?: readonly string[] | undefined;
  readonly test?: true | undefined;
  /** JSONata. */
  readonly mapping?: string | undefined;
  readonly settings?: Document | undefined;
}

/** For flags that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** What `--settings` may have. Throws a `CommandError`. */
export function assertSettings(settings: Document): void {
  assertWithout("--settings", settings, OWN);
  assertWithoutSecret("--settings", settings, "ccgw connection set reads one from a pipe or the environment.");
}

interface Settings {
  readonly source: Source;
  readonly settings: Document;
}

export async function askSettings(
  book: SecretBook,
  wanted: SettingsWanted,
  asker: Asker,
  prompter: Prompter | undefined,
): Promise<Settings> {
  const { settings: others = {}, mapping, test } = wanted;
  assertSettings(others);
  const choices = SOURCE_IDS.map((id) => ({ value: id, label: id }));
  const id = await asker.choose({ flag: "--source", given: wanted.source, message: "Which kind of caller?", choices });
  const source = await findSource(id);
  if (source === undefined) throw new CommandError(`--source: must be one of ${SOURCE_IDS.join(", ")}.`);
  const gateways = (await book.list("gateways")).map(({ name }) => name);
  const message = "Whose sessions, at which gateway?";
  const gateway = await asker.text({ flag: "--gateway", given: wanted.gateway, message, initial: gateways[0], schema: Name });
  await requireGateway(book, gateway);
  const whose = "Of which agent, unless a request says otherwise?";
  const agentId = await asker.optionalText({ flag: "--agent", given: wanted.agent, message: whose, schema: AgentId });
  const targets = Object.fromEntries((wanted.target ?? (await askTargets(prompter))).map(parseTarget));
  const target = await askDefault(Object.keys(targets), wanted, prompter);
  const events = source.options.some((option) => option === "events") ? await askEvents(wanted, asker) : wanted.event;
  return {
    source,
    settings: {
      gateway,
      ...(agentId !== undefined && { agentId }),
      ...(Object.keys(targets).length > 0 && { targets }),
      ...(target !== undefined && { defaults: { target } }),
      ...(events !== undefined && { events }),
      ...(test === true && { test }),
      ...(mapping !== undefined && { mapping }),
      ...others,
    },
  };
}

/** One after the other, until one is left empty. */
async function askTargets(prompter: Prompter | undefined): Promise<readonly string[]> {
  const targets: string[] = [];
  for (let isMore = prompter !== undefined; isMore; ) {
    const check = (answer: string) => (answer === "" ? undefined : findTargetMistake(answer));
    const message = `A ${targets.length === 0 ? "" : "further "}target, as billing=skill-queue:31 (may be left empty)`;
    const typed = (await prompter?.text({ message, check })) ?? "";
    if (typed !== "") targets.push(typed);
    isMore = typed !== "";
  }
  return targets;
}

async function askDefault(
  names: readonly string[],
  { defaultTarget }: SettingsWanted,
  prompter: Prompter | undefined,
): Promise<string | undefined> {
  if (defaultTarget !== undefined || prompter === undefined || names.length === 0) return defaultTarget;
  const choices = [...names.map((name) => ({ value: name, label: name })), { value: "", label: "none: each request says where to" }];
  return (await prompter.choose("Where does a session go unless a request says otherwise?", choices)) || undefined;
}

async function askEvents({ event }: SettingsWanted, asker: Asker): Promise<readonly string[]> {
  if (event !== undefined) return event;
  const message = "Which events of this caller ask for a transfer (separated by commas)?";
  const typed = await asker.text({ flag: "--event", given: undefined, message, schema: z.string().min(1) });
  return typed.split(",").map((name) => name.trim());
}
