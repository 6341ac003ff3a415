/** `ccgw transfers show`: what became of one transfer, step by step, from its record: by its id, or by a reference or a call that has no other. Asks the gateway nothing. */
import { Option } from "@commander-js/extra-typings";
import { isOfNobody } from "../../lib/records/forgotten-item.ts";
import { type DeliveryItem, type GuardItem, parseTransferId, toTransferId } from "../../lib/records/record-item.ts";
import { createCommand } from "../command.ts";
import { CommandError, NotFound } from "../problem.ts";
import type { RecordBook } from "../record-book.ts";
import type { Report } from "../report.ts";
import { toIso } from "../since.ts";
import { answerFromRecords } from "./answer-from-records.ts";
import { type Search, searchTransfers, toSearchedWords } from "./search.ts";
import { type Summary, toEarlierSummary, toSummary } from "./summary.ts";
import { toTimeline } from "./timeline.ts";
import { toTransferTable } from "./transfer-table.ts";

/** Of those that are listed where there are several. */
const MAX = 50;

export function createTransfersShow() {
  return createCommand("show", "what became of one transfer, step by step")
    .argument("[id]", "of the transfer, as its answer has it")
    .option("--reference <reference>", "instead of the id: what the caller named it by")
    .addOption(new Option("--call <gateway/callId>", "instead of the id: its call, as in main/1552524689-16797284").conflicts("reference"))
    .option("--connection <name>", "of one connection, with --reference or --call; else of each that there is")
    .action((transferId, options) =>
      answerFromRecords(options, ({ book, connections }) =>
        findAndShow(book, { ...options, transferId, connections, max: MAX, nowMs: Date.now() }),
      ),
    );
}

interface ShowOptions extends Search {
  readonly transferId: string | undefined;
  readonly nowMs: number;
}

export async function findAndShow(book: RecordBook, { transferId, nowMs, ...search }: ShowOptions): Promise<Report> {
  const isSearch = search.reference !== undefined || search.call !== undefined;
  if ((transferId === undefined) !== isSearch || (search.connection !== undefined && !isSearch))
    throw new CommandError(
      "Say which transfer, by one of: its id, --reference REFERENCE, --call GATEWAY/CALLID (these with --connection NAME).",
    );
  if (transferId !== undefined) return showTransfer(book, transferId, nowMs);
  const { deliveries = [], isCut = false, searched } = (await searchTransfers(book, search)) ?? {};
  const [newest, ...others] = deliveries;
  if (newest === undefined)
    throw new NotFound(["There is no such transfer.", ...(searched === undefined ? [] : [toSearchedWords(searched, search)])].join(" "));
  if (others.length === 0) return showTransfer(book, toTransferId(newest), nowMs);
  const transfers = deliveries.map((item) => toSummary(item, nowMs));
  return {
    json: { transfers, isComplete: !isCut },
    lines: [
      ...toTransferTable(transfers),
      ...(isCut ? ["There are more: npx ccgw transfers list has them."] : []),
      `These are several, the newest first. One of them: npx ccgw transfers show ${toTransferId(newest)}`,
    ],
    exitCode: 1,
  };
}

export async function showTransfer(book: RecordBook, transferId: string, nowMs: number): Promise<Report> {
  const item = await book.require(transferId);
  const earlier = (item.earlier ?? []).map(({ result }) => toEarlierSummary(item, result));
  if (item.claims !== parseTransferId(transferId)?.claims) return showEarlier(item, { transferId, earlier });
  const summary = toSummary(item, nowMs);
  const timeline = toTimeline(item, nowMs);
  const guard = toGuard(await book.guardOf(item), nowMs);
  const { explicit, claims, firstSeenAt, pending } = item;
  return {
    json: {
      ...summary,
      delivery: { isNamedByCaller: explicit === true, claims, firstSeenAt, respondAsync: pending?.respondAsync === true },
      timeline,
      earlier,
      guard,
    },
    lines: [
      ...toLines(summary),
      "",
      ...timeline.map(({ at = "", words }) => `  ${at.padEnd(24)}  ${words}`),
      ...toEarlierLines(earlier),
      ...toGuardLines(guard, transferId),
    ],
  };
}

function showEarlier(
  item: DeliveryItem,
  { transferId, earlier }: { readonly transferId: string; readonly earlier: readonly Summary[] },
): Report {
  const last = toTransferId(item);
  const summary = earlier.find((each) => each.transferId === transferId);
  if (summary === undefined)
    throw new NotFound(
      `Nothing is kept of ${transferId}: it had no effect, or is older than what is kept. The delivery's last is ${last}.`,
    );
  return { json: { ...summary, last }, lines: [...toLines(summary), "", `The delivery was transferred again since: ${last}.`] };
}

function toLines(summary: Summary): readonly string[] {
  const { transferId, connection, gateway, state, outcome, outcomeReason, callId, agentId, target, mode, reference } = summary;
  const became = [state, outcome, outcomeReason && `(${outcomeReason})`].filter(Boolean).join(" ");
  return [
    `transfer ${transferId}: ${became}`,
    `  connection ${connection}${reference === undefined ? "" : `, reference ${reference}`}`,
    isOfNobody(summary)
      ? `  of the gateway ${gateway}; call, agent and target are forgotten`
      : `  call ${callId} of agent ${gateway}/${agentId}, to ${target?.type} ${target?.address}${target?.skillId === undefined ? "" : ` (skill ${target.skillId})`}, ${mode}`,
  ];
}

function toEarlierLines(earlier: readonly Summary[]): readonly string[] {
  if (earlier.length === 0) return [];
  return [
    "",
    "Transfers of the same delivery before:",
    ...earlier.map(({ transferId, receivedAt, state, outcome }) => `  ${receivedAt}  ${transferId}  ${state} ${outcome}`),
  ];
}

type Guard = ReturnType<typeof toGuard>;

/** Who has the call. */
function toGuard(guard: GuardItem | undefined, nowMs: number) {
  if (guard === undefined) return undefined;
  const { holder, claims, inFlightUntil, busyUntil } = guard;
  return {
    holder: toTransferId({ id: holder, claims }),
    inFlightUntil: nowMs < inFlightUntil ? toIso(inFlightUntil) : undefined,
    busyUntil: nowMs < busyUntil ? toIso(busyUntil) : undefined,
  };
}

function toGuardLines(guard: Guard, transferId: string): readonly string[] {
  if (guard === undefined) return [];
  const { holder, inFlightUntil, busyUntil } = guard;
  const who = holder === transferId ? "This transfer had the call last" : `Another delivery's transfer had the call last, ${holder}`;
  const until = busyUntil ?? inFlightUntil;
  return ["", until === undefined ? `${who}; another may follow.` : `${who}; others are answered call-busy until ${until} at most.`];
}
