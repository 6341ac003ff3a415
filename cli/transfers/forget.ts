/** `ccgw transfers forget`: takes what names somebody out of the records of transfers, and leaves what keeps a repeat from being transferred again. */
import { randomUUID } from "node:crypto";
import { Option } from "@commander-js/extra-typings";
import { readStoreClock, toClockNote } from "../../dev/store-clock.ts";
import { isForgotten, toForgotten, whyRemembered } from "../../lib/records/forgotten-item.ts";
import { type DeliveryItem, toTransferId } from "../../lib/records/record-item.ts";
import { createCommand } from "../command.ts";
import { CommandError, toProblem } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
import type { RecordBook } from "../record-book.ts";
import { printNote, type Report } from "../report.ts";
import { toIso } from "../since.ts";
import { answerFromRecords } from "./answer-from-records.ts";
import { type Search, searchTransfers, toSearchedWords } from "./search.ts";

/** Of one reference, of each connection: the next ones are found once these are forgotten. */
const MAX = 1_000;

const CLOCK_TIMEOUT_MS = 30_000;

const NOT_BEGUN = 2;

const WHY = {
  "in-flight": "it is being sent: within 35 s it has ended",
  unsettled: "its result is not in its record, and it is not counted as unknown yet: within 2 minutes it is, or --force",
  pending: "its outcome is open: within 15 minutes it is known or given up, or --force",
  untold: "its outcome was not told yet to whoever waits for it: within a minute, or --force",
  changed: "it has changed meanwhile: try again",
  failed: "the table has not taken it, as far as is known: try again",
} as const;

export function createTransfersForget() {
  return createCommand("forget", "take what names somebody out of records, and keep what makes a repeat a repeat")
    .option("--transfer <id>", "one delivery, by the id of its transfer")
    .addOption(
      new Option(
        "--reference <reference>",
        "all of one reference; of one connection with --connection, else of each that there is",
      ).conflicts("transfer"),
    )
    .option("--connection <name>", "of one connection")
    .option("--force", "also one whose outcome is open, was not told, or is not counted as unknown yet: nobody is told then")
    .option("--yes", "do not ask; where nobody can be asked, only what would be done is said without it")
    .action((options) =>
      answerFromRecords(options, async ({ place, book, connections, prompter }) => {
        const which = await askWhich(options, prompter);
        // What is being sent is so by the functions' clock.
        const clock = await readStoreClock(place.config.recordsTable, AbortSignal.timeout(CLOCK_TIMEOUT_MS));
        const note = toClockNote(clock);
        if (note !== undefined) printNote(note);
        const search = { ...options, ...which, connections, max: MAX, wallMs: clock.wallMs };
        return forgetOnceSure(book, search, { isSure: options.yes === true, prompter });
      }),
    );
}

interface Consent {
  readonly isSure: boolean;
  readonly prompter: Pick<Prompter, "show" | "confirm"> | undefined;
}

interface OnceSure extends Omit<ForgetOptions, "yes" | "nowMs"> {
  readonly wallMs: () => number;
}

/** Says what would be done and asks, where somebody sits there and there is something to do. Only what was shown is forgotten then, and only as it was. */
export async function forgetOnceSure(book: RecordBook, options: OnceSure, { isSure, prompter }: Consent): Promise<Report> {
  const found = await find(book, options);
  const run = (yes: boolean) => forgetFound(book, found, { ...options, yes, nowMs: options.wallMs() });
  if (isSure) return run(true);
  const planned = await run(false);
  if (prompter === undefined || planned.exitCode !== NOT_BEGUN) return planned;
  prompter.show("Forgotten would be", planned.lines);
  if (!(await prompter.confirm("Forget? It cannot be brought back."))) throw new CommandError("Nothing was forgotten.");
  return run(true);
}

async function askWhich(
  { transfer, reference }: Pick<ForgetOptions, "transfer" | "reference">,
  prompter: Prompter | undefined,
): Promise<Pick<ForgetOptions, "transfer" | "reference">> {
  if (transfer !== undefined || reference !== undefined || prompter === undefined) return { transfer, reference };
  const chosen = await prompter.choose("What is to be forgotten?", WHICH);
  const message = chosen === "transfer" ? "The id of the transfer?" : "Which reference?";
  return { [chosen]: await prompter.text({ message, check: (answer) => (answer === "" ? "must be given" : undefined) }) };
}

const WHICH = [
  { value: "transfer", label: "one delivery, by the id of its transfer" },
  { value: "reference", label: "all of one reference" },
] as const;

interface ForgetOptions extends Omit<Search, "call"> {
  readonly transfer?: string | undefined;
  readonly force?: true | undefined;
  readonly yes?: boolean | undefined;
  readonly nowMs: number;
}

type Ending = "forgotten" | "would-be-forgotten" | keyof typeof WHY;

export async function forgetTransfers(book: RecordBook, options: ForgetOptions): Promise<Report> {
  return forgetFound(book, await find(book, options), options);
}

type Found = Awaited<ReturnType<typeof find>>;

async function forgetFound(book: RecordBook, { deliveries, searched, isCut }: Found, options: ForgetOptions): Promise<Report> {
  const { nowMs, max } = options;
  const transfers: { readonly transferId: string; readonly ending: Ending; readonly line: string }[] = [];
  const problems = new Set<string>();
  for (const item of deliveries.filter((each) => !isForgotten(each))) {
    // What was done with the others has to be said all the same.
    const ending = await forget(book, item, options).catch((error: unknown) => {
      problems.add(toProblem(error).message);
      return "failed" as const;
    });
    transfers.push({ transferId: toTransferId(item), ending, line: toLine(item, ending, nowMs) });
  }
  const isDone = transfers.length > 0 && !isCut && transfers.every(({ ending }) => ending === "forgotten");
  const isHeldForYes = transfers.some(({ ending }) => ending === "would-be-forgotten");
  return {
    json: { transfers: transfers.map(({ line: _line, ...transfer }) => transfer), ...(searched && { searched }), isComplete: !isCut },
    lines: [
      ...(transfers.length === 0 ? [NOTHING] : transfers.map(({ line }) => line)),
      ...(searched === undefined ? [] : [toSearchedWords(searched, options)]),
      ...(isCut ? [`There are more: only the last ${max} of each connection were looked at. Run it again once these are forgotten.`] : []),
      ...(transfers.length === 0 ? [] : [options.yes === true ? AFTERWARDS : NOT_YET]),
      ...problems,
    ],
    exitCode: isHeldForYes ? NOT_BEGUN : isDone ? 0 : 1,
  };
}

const NOTHING = "There is nothing to forget: no such transfer, or it is forgotten already.";
const NOT_YET = "Nothing was forgotten yet: with --yes it is, and cannot be brought back.";
const AFTERWARDS =
  "Not reached from here: the lines of the log until logRetentionDays are over, backups of the table for up to 35 days, and what receivers were told.";

async function find(book: RecordBook, { transfer, ...search }: Omit<ForgetOptions, "nowMs">) {
  if (transfer !== undefined) return { deliveries: [await book.require(transfer)], isCut: false, searched: undefined };
  const found = await searchTransfers(book, search);
  if (found === undefined) throw new CommandError("Say what is to be forgotten: --transfer ID, or --reference REFERENCE.");
  return { ...found, searched: found.searched };
}

async function forget(book: RecordBook, item: DeliveryItem, { force, yes, nowMs }: ForgetOptions): Promise<Ending> {
  const why = whyRemembered(item, nowMs);
  if (why === "in-flight" || (why !== undefined && force !== true)) return why;
  if (yes !== true) return "would-be-forgotten";
  return (await book.replace({ ...toForgotten(item, nowMs), revision: randomUUID() }, item)) ? "forgotten" : "changed";
}

/** What is kept of that it was done: whoever runs it keeps this line. */
function toLine(item: DeliveryItem, ending: Ending, nowMs: number): string {
  const which = `transfer ${toTransferId(item)} of connection ${item.pending?.connection}`;
  const until = `kept without names until ${toIso(item.expiresAt * 1_000)}`;
  if (ending === "forgotten") return `${toIso(nowMs)} forgot ${which}: call, agent, target, reference; ${until}`;
  if (ending === "would-be-forgotten") return `would forget ${which}: call, agent, target, reference; ${until}`;
  return `not forgotten: ${which}: ${WHY[ending]}`;
}
