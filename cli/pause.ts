/**
 * `ccgw pause SCOPE`, `ccgw resume SCOPE` and `ccgw pauses`, which `npm run pause`, `resume` and `pauses` are, too: the operator's stop button. Ends with 1 when nothing was
 * changed: nothing to resume, paused for longer already, somebody else was faster.
 */
import { type ChangeCommand, parseCommand } from "../dev/pause-options.ts";
import { openPauses, type Pausing } from "../dev/pausing.ts";
import { parseStage, type Which } from "../dev/stage-name.ts";
import { toClockNote } from "../dev/store-clock.ts";
import type { PauseItem } from "../lib/records/record-item.ts";
import type { PauseScope } from "../lib/transfer/pause.ts";
import { answer, createCommand } from "./command.ts";
import { CommandError } from "./problem.ts";
import { withProgress } from "./progress.ts";
import { printNote, type Report } from "./report.ts";
import { type Folder, openSecretBook } from "./secret-book.ts";

const FOLDERS: Readonly<Record<string, Folder>> = { connection: "connections", gateway: "gateways", agent: "agents" };
/** Of a list that nobody has to wait for. */
const LISTING_MAX_MS = 3_000;
const SCOPES = "all, connection NAME, gateway NAME or agent GATEWAY/ID";

export function createPause() {
  return createCommand("pause", "hold back what would be sent, within 5 s: the caller is answered `paused`")
    .argument("<scope...>", SCOPES)
    .requiredOption("--by <name>", "who you are")
    .requiredOption("--reason <text>", "why, in one line: nothing of a customer")
    .option("--minutes <n>", "it ends by itself then; without it, not before it is resumed")
    .option("--replace", "in the place of a pause that would end later")
    .option("--force", "also where there is no connection, agent or gateway of that name")
    .action((scope, { by, reason, minutes, replace, force, ...options }) => {
      const command = toChange("pause", [...scope, ...toGiven({ by, reason, minutes }), ...(replace === true ? ["--replace"] : [])]);
      return answer(options, async () => {
        const pausing = await open(options);
        if (force !== true) await assertThere(command.change.scope, pausing.secretsPrefix);
        return change(pausing, command, parseStage(options));
      });
    });
}

export function createResume() {
  return createCommand("resume", "end a pause")
    .argument("<scope...>", SCOPES)
    .requiredOption("--by <name>", "who you are")
    .requiredOption("--reason <text>", "why, in one line: nothing of a customer")
    .action((scope, { by, reason, ...options }) => {
      const command = toChange("resume", [...scope, ...toGiven({ by, reason })]);
      return answer(options, async () => change(await open(options), command, parseStage(options)));
    });
}

export function createPauses() {
  return createCommand("pauses", "what is paused, by whom and why, and what was done").action((options) =>
    answer(options, async () => listPauses(await open(options), parseStage(options))),
  );
}

/** By the rules of dev/pause-options.ts, which throws what is wrong with them. */
function toChange(verb: ChangeCommand["verb"], given: string[]): ChangeCommand {
  const { command } = parseCommand(verb, given);
  if (command.verb === "list") throw new CommandError("Nothing is to be changed.");
  return command;
}

function toGiven(options: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

/** Whoever stops something in a hurry must not be kept from it by a list that cannot be read. */
async function assertThere(scope: PauseScope, secretsPrefix: string): Promise<void> {
  const [kind = "", ...rest] = scope.split("/");
  const folder = FOLDERS[kind];
  if (folder === undefined) return;
  const name = rest.join("/");
  const names = await withProgress("Looking whether it is there", listNames(folder, secretsPrefix)).catch(() => undefined);
  if (names === undefined)
    return printNote(`Whether there is a ${kind} ${name} could not be seen: its secrets cannot be listed from here, or not in time.`);
  if (names.includes(name)) return;
  throw new CommandError(
    `There is no ${kind} ${name}. There ${names.length === 0 ? "is none" : `are ${names.join(", ")}`}. Nothing was paused; with --force it is, where it is only the secret that is not there.`,
  );
}

/** Rejects where the functions of another version do not say where their secrets are, and where that is not said in time. */
async function listNames(folder: Folder, secretsPrefix: string): Promise<readonly string[]> {
  if (secretsPrefix === "") throw new CommandError("It is not known where its secrets are.");
  const book = openSecretBook({ config: { secretsPrefix }, isLocal: true, keyAlias: "" });
  try {
    return (await book.list(folder, AbortSignal.timeout(LISTING_MAX_MS))).map(({ name }) => name);
  } finally {
    book.close();
  }
}

async function open({ stage, region, profile }: Which): Promise<Pausing> {
  // Of the stage the rules are the same for all that pauses.
  const pausing = await openPauses(parseCommand("list", toGiven({ stage, region, profile })));
  const note = toClockNote(pausing);
  if (note !== undefined) printNote(note);
  return pausing;
}

async function change({ book, newSignal }: Pausing, { verb, change: asked }: ChangeCommand, stage: string | undefined): Promise<Report> {
  const changed = await book[verb](asked, newSignal());
  const { lines, isDone } = describeChange(changed, toWordsOf(asked.scope));
  const pause = changed.kind === "paused" ? toPause(changed.pause) : undefined;
  const before = "before" in changed && changed.before !== undefined ? toPause(changed.before) : undefined;
  return {
    json: { result: changed.kind, scope: asked.scope, stage: stage ?? "local", pause, before },
    lines: [toWhere(stage), ...lines],
    exitCode: isDone ? 0 : 1,
  };
}

type Changed = Awaited<ReturnType<Pausing["book"]["pause" | "resume"]>>;

function describeChange(changed: Changed, what: string): { readonly lines: readonly string[]; readonly isDone: boolean } {
  switch (changed.kind) {
    case "paused":
      return {
        isDone: true,
        lines: [
          `Paused: ${what}, ${changed.pause.until === undefined ? "until it is resumed" : `until ${changed.pause.until}`}.`,
          ...(changed.before === undefined ? [] : [`It was paused before: ${toDetails(changed.before)}.`]),
          "It is heard within 5 s. ccgw pauses shows what is set.",
        ],
      };
    case "longer":
      return {
        isDone: false,
        lines: [
          `Paused for longer already: ${toDetails(changed.before)}.`,
          "Nothing was changed. Give --replace to shorten it; ccgw resume ends it.",
        ],
      };
    case "resumed":
      return { isDone: true, lines: [`Resumed: ${what}. It is heard within 5 s.`] };
    case "not-paused":
      return { isDone: false, lines: [`Not paused: ${what}. ccgw pauses shows what is.`] };
    case "lost":
      return { isDone: false, lines: [`Somebody else has changed it at the same time: ${what}. ccgw pauses shows what is set.`] };
  }
}

export async function listPauses({ book, newSignal }: Pick<Pausing, "book" | "newSignal">, stage: string | undefined): Promise<Report> {
  const { pauses, isCut, entries } = await book.list(newSignal());
  if (isCut) printNote("There are more than could be looked at: others may be paused, too.");
  const done = entries.map(
    ({ action, scope, by, reason, firstSeenAt, until }) =>
      `  ${firstSeenAt} ${action} ${toWordsOf(scope)}${toEnd(until)}, by ${by}: ${reason}`,
  );
  return {
    json: {
      stage: stage ?? "local",
      isCut,
      pauses: pauses.map(toPause),
      entries: entries.map(({ action, scope, by, reason, firstSeenAt, until }) => ({ at: firstSeenAt, action, scope, until, by, reason })),
    },
    lines: [
      toWhere(stage),
      ...(pauses.length === 0 && isCut ? [] : [pauses.length === 0 ? "Nothing is paused." : "Paused:"]),
      ...pauses.map((pause) => `  ${toDetails(pause)}`),
      ...(done.length === 0 ? [] : ["", "What was done, the last first:", ...done]),
    ],
  };
}

/** Whoever forgets --stage is to see it. */
function toWhere(stage: string | undefined): string {
  return stage === undefined ? "On the local stack:" : `On the stage ${stage} in ${process.env.AWS_REGION ?? "the profile's region"}:`;
}

function toPause({ scope, by, reason, firstSeenAt, until }: PauseItem) {
  return { scope, since: firstSeenAt, until, by, reason };
}

function toDetails({ scope, by, reason, firstSeenAt, until }: PauseItem): string {
  return `${toWordsOf(scope)}, since ${firstSeenAt}${toEnd(until)}, by ${by}: ${reason}`;
}

function toEnd(until: string | undefined): string {
  return until === undefined ? "" : ` until ${until}`;
}

function toWordsOf(scope: PauseScope): string {
  return scope.replace("/", " ");
}
