/** `ccgw transfers list`: the last ones, of a reference or a call by the indexes of the records; all else by a scan of the table, which is bounded. */
import { Option } from "@commander-js/extra-typings";
import type { DeliveryItem } from "../../lib/records/record-item.ts";
import { createCommand } from "../command.ts";
import { CommandError } from "../problem.ts";
import type { RecordBook } from "../record-book.ts";
import type { Report } from "../report.ts";
import { parseSince, toIso } from "../since.ts";
import { answerFromRecords } from "./answer-from-records.ts";
import { type Search, searchTransfers } from "./search.ts";
import { isOfState, STATES, type State, toSummary } from "./summary.ts";
import { toTransferTable } from "./transfer-table.ts";

const MAX_DEFAULT = 50;
const MAX = 1_000;
/** Of a scan, unless said. */
const SINCE_DEFAULT = "24h";

export function createTransfersList() {
  return createCommand("list", "the last transfers, the newest first")
    .option("--reference <reference>", "what the caller named them by; of one connection with --connection, else of each that there is")
    .addOption(new Option("--call <gateway/callId>", "of one call, as in main/1552524689-16797284").conflicts("reference"))
    .option("--connection <name>", "of one connection")
    .addOption(new Option("--state <state>", "those that are so now; refused also those that may be sent again").choices(STATES))
    .option("--since <time>", `received since: 90s, 30m, 1h or 7d; without --reference and --call ${SINCE_DEFAULT} unless given`)
    .option("--max <n>", "as many as that at most", parseMax, MAX_DEFAULT)
    .action((options) =>
      answerFromRecords(options, ({ book, connections }) => listTransfers(book, { ...options, connections, nowMs: Date.now() })),
    );
}

interface ListOptions extends Search {
  readonly state?: State | undefined;
  readonly since?: string | undefined;
  readonly nowMs: number;
}

export async function listTransfers(book: RecordBook, options: ListOptions): Promise<Report> {
  const { state, max, nowMs } = options;
  const { deliveries, note } = await find(book, options);
  const all = deliveries.map((item) => toSummary(item, nowMs)).filter((each) => state === undefined || isOfState(each, state));
  const transfers = all.slice(0, max);
  const notes = [...note, ...(all.length > max ? [`There are more: these are the last ${max} (--max).`] : [])];
  const lines = transfers.length === 0 ? ["There is no such transfer."] : toTransferTable(transfers);
  return { json: { transfers, isComplete: notes.length === 0 }, lines: [...lines, ...notes] };
}

interface Found {
  readonly deliveries: readonly DeliveryItem[];
  readonly note: readonly string[];
}

async function find(book: RecordBook, options: ListOptions): Promise<Found> {
  const { connection, since, max, nowMs } = options;
  const sinceMs = since === undefined ? undefined : parseSince(since, nowMs);
  // Some of what the index gives may be of another state.
  const asked = Math.min(MAX, max * 4);
  const found = await searchTransfers(book, { ...options, max: asked });
  if (found !== undefined) {
    const { deliveries, isCut, searched } = found;
    const isWanted = ({ pending }: DeliveryItem) => sinceMs === undefined || (pending?.receivedAt ?? "") >= toIso(sinceMs);
    const of = searched === undefined ? "of the call" : "of each connection";
    return {
      deliveries: deliveries.filter(isWanted),
      note: isCut ? [`Only the last ${asked} ${of} were looked at: there may be others (--max).`] : [],
    };
  }
  const { deliveries, read, isCut } = await book.scan(connection, sinceMs ?? parseSince(SINCE_DEFAULT, nowMs));
  return {
    deliveries,
    note: isCut
      ? [`Not all of the table was read, but ${read} items in no order: there may be others. --reference and --call find all.`]
      : [],
  };
}

function parseMax(text: string): number {
  const max = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : MAX + 1;
  if (max > MAX) throw new CommandError(`--max must be a number from 1 to ${MAX}.`);
  return max;
}
