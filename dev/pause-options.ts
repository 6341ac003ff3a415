/** What `npm run pause`, `npm run resume` and `npm run pauses` are told. */
import { parseArgs } from "node:util";
import type { PauseChange } from "../lib/records/pause-book.ts";
import type { PauseScope } from "../lib/transfer/pause.ts";
import { AgentId, Name } from "../lib/transfer/target.ts";
import { StartError } from "./ports.ts";

const REASON_MAX_CHARACTERS = 200;
/** A week. */
const MINUTES_MAX = 10_080;
export const USAGE = `npm run pause -- SCOPE --by NAME --reason TEXT [--minutes N] [OPTIONS]
npm run resume -- SCOPE --by NAME --reason TEXT [OPTIONS]
npm run pauses [-- OPTIONS]

Holds back what would be sent, within 5 s: the caller is answered "paused". SCOPE is one of

  connection NAME
  agent GATEWAY/ID
  gateway NAME
  all

  --by NAME        who you are
  --reason TEXT    why, in at most ${REASON_MAX_CHARACTERS} characters: nothing of a customer
  --minutes N      it ends by itself then; without it, not before it is resumed
  --stage NAME     of a deployed stack, with the AWS credentials of the environment; the local stack's unless given
  --region REGION  of that stack; the environment's unless given
  --help

Ends with 0 when it is done, with 1 when there was nothing to resume or somebody else was faster, and with 2 when it could not be begun.`;

/** Controls, line ends, and marks that make a line of the log read otherwise than it is. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const VERBS = ["pause", "resume", "list"] as const;
export interface ChangeCommand {
  readonly verb: "pause" | "resume";
  readonly change: PauseChange & { readonly minutes?: number | undefined };
}

interface PauseOptions {
  readonly command: { readonly verb: "list" } | ChangeCommand;
  /** Of a deployed stack; the local one's where there is none. */
  readonly stage: string | undefined;
  readonly region: string | undefined;
}

/** Throws a `StartError` that says what is wrong with them. */
export function parseCommand(verb: string, given: string[]): PauseOptions {
  const { values, positionals } = parse(given);
  const { stage, region, by, reason, minutes } = values;
  if (region !== undefined && stage === undefined) throw new StartError("--region goes with --stage.");
  if (stage !== undefined && !/^[A-Za-z0-9-]{1,40}$/.test(stage)) throw new StartError("--stage must be the name of a stage.");
  const known = VERBS.find((each) => each === verb);
  if (known === undefined) throw new StartError(USAGE);
  if (known === "list") {
    if (positionals.length > 0 || by !== undefined || reason !== undefined || minutes !== undefined)
      throw new StartError(`npm run pauses takes --stage and --region alone.\n\n${USAGE}`);
    return { command: { verb: known }, stage, region };
  }
  const scope = parseScope(positionals);
  if (minutes !== undefined && known === "resume") throw new StartError("--minutes goes with npm run pause.");
  const change = {
    ...{ scope, by: parseText("--by", by), reason: parseText("--reason", reason) },
    ...(minutes !== undefined && { minutes: parseMinutes(minutes) }),
  };
  return { command: { verb: known, change }, stage, region };
}

function parseScope([kind, name = "", ...others]: readonly string[]): PauseScope {
  if (others.length === 0) {
    if (kind === "all" && name === "") return "all";
    if (kind === "connection" && Name.safeParse(name).success) return `connection/${name}`;
    if (kind === "gateway" && Name.safeParse(name).success) return `gateway/${name}`;
    const [gateway = "", agentId = "", ...more] = name.split("/");
    if (kind === "agent" && more.length === 0 && Name.safeParse(gateway).success && AgentId.safeParse(agentId).success)
      return `agent/${gateway}/${agentId}`;
  }
  throw new StartError(`SCOPE must be all, connection NAME, gateway NAME or agent GATEWAY/ID.\n\n${USAGE}`);
}

function parseText(option: string, text: string | undefined): string {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "" || trimmed.length > REASON_MAX_CHARACTERS || UNPRINTABLE.test(trimmed))
    throw new StartError(`${option} must be given, in one line of at most ${REASON_MAX_CHARACTERS} characters.`);
  return trimmed;
}

function parseMinutes(text: string): number {
  const minutes = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : MINUTES_MAX + 1;
  if (minutes > MINUTES_MAX) throw new StartError(`--minutes must be a number from 1 to ${MINUTES_MAX}.`);
  return minutes;
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const options = { by: text, reason: text, minutes: text, stage: text, region: text };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}
