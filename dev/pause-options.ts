/** What `npm run pause`, `npm run resume` and `npm run pauses` are told. */
import { parseArgs } from "node:util";
import type * as z from "zod";
import type { NewPause } from "../lib/records/pause-book.ts";
import type { PauseScope } from "../lib/transfer/pause.ts";
import { AgentId, Name } from "../lib/transfer/target.ts";
import { StartError } from "./ports.ts";
import { parseStage } from "./stage-name.ts";

const REASON_MAX_CHARACTERS = 200;
/** A week. */
const MINUTES_MAX = 10_080;
const USAGE = `npm run pause -- SCOPE --by NAME --reason TEXT [--minutes N] [--replace] [OPTIONS]
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
  --replace        in the place of a pause that would end later
  --stage NAME     of a deployed stack, with the AWS credentials of the environment; the local stack's unless given
  --region REGION  of that stack; the environment's unless given
  --profile NAME   of AWS's configuration files
  --help

Ends with 0 when it is done, with 1 when nothing was changed (nothing to resume, paused for longer already, somebody else was faster), and
with 2 when it could not be begun.`;

/** Controls, line ends, and marks that make a line of the log read otherwise than it is. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const VERBS = ["pause", "resume", "list"] as const;
export interface ChangeCommand {
  readonly verb: "pause" | "resume";
  readonly change: NewPause;
}

interface PauseOptions {
  readonly command: { readonly verb: "list" } | ChangeCommand;
  /** Of a deployed stack; the local one's where there is none. */
  readonly stage: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

/** Throws a `StartError` that says what is wrong with them. */
export function parseCommand(verb: string, given: string[]): PauseOptions {
  const { values, positionals } = parse(given);
  const { stage, region, profile, by, reason, minutes, replace } = values;
  const which = { stage: parseStage({ stage, region, profile }), region, profile };
  const known = VERBS.find((each) => each === verb);
  if (known === undefined) throw new StartError(USAGE);
  if (known === "list") {
    if (positionals.length > 0 || by !== undefined || reason !== undefined || minutes !== undefined || replace !== undefined)
      throw new StartError(`npm run pauses takes --stage, --region and --profile alone.\n\n${USAGE}`);
    return { command: { verb: known }, ...which };
  }
  const scope = parseScope(positionals);
  if (minutes !== undefined && known === "resume") throw new StartError("--minutes goes with npm run pause.");
  if (replace !== undefined && known === "resume") throw new StartError("--replace goes with npm run pause.");
  const change = {
    ...{ scope, by: parseText("--by", by), reason: parseText("--reason", reason) },
    ...(minutes !== undefined && { minutes: parseMinutes(minutes) }),
    ...(replace !== undefined && { replaces: replace }),
  };
  return { command: { verb: known, change }, ...which };
}

function parseScope([kind, name = "", ...others]: readonly string[]): PauseScope {
  if (others.length === 0) {
    if (kind === "all" && name === "") return "all";
    if (kind === "connection" && name !== "") return `connection/${parseField("connection", Name, name)}`;
    if (kind === "gateway" && name !== "") return `gateway/${parseField("gateway", Name, name)}`;
    const [gateway = "", agentId = "", ...more] = name.split("/");
    if (kind === "agent" && agentId !== "" && more.length === 0)
      return `agent/${parseField("gateway", Name, gateway)}/${parseField("agent", AgentId, agentId)}`;
  }
  throw new StartError(`SCOPE must be all, connection NAME, gateway NAME or agent GATEWAY/ID.\n\n${USAGE}`);
}

function parseField(field: string, schema: z.ZodType<string>, value: string): string {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StartError(`SCOPE: the ${field} ${JSON.stringify(value)} ${parsed.error.issues.map(({ message }) => message).join("; ")}.`);
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
  const options = {
    by: text,
    reason: text,
    minutes: text,
    replace: { type: "boolean" },
    stage: text,
    region: text,
    profile: text,
  } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}
