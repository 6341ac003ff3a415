/**
 * `ccgw connection capture NAME`: has the function keep the shape of this connection's verified webhooks for some minutes, names and types alone, and shows it as
 * it comes: what a mapping is written against. Ends with its time, with Ctrl-C, or with its terminal; the document is then as it was.
 */
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import type { RecordStore } from "../../lib/records/record-store.ts";
import { toCaptureId } from "../../lib/records/shapes.ts";
import type { Shape } from "../../lib/transfer/shape.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { watchInterrupts } from "../interrupt.ts";
import { CommandError } from "../problem.ts";
import { withProgress } from "../progress.ts";
import { printNote, type Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

const MINUTES = /^([1-9]|[1-5][0-9]|60)$/;
const MINUTES_DEFAULT = "15";
/** For how long a function may go on with the document as it was (lib/composition/connections.ts). */
const FRESH_MS = 60_000;
const LOOK_EACH_MS = 2_000;
const READ_TIMEOUT_MS = 5_000;

export function createConnectionCapture() {
  return createCommand("capture", "the names and types of what its caller sends, never values")
    .argument("<name>", "of the connection")
    .option("--minutes <number>", "for how long, once each function captures, at most 60", MINUTES_DEFAULT)
    .option("--stop", "end a capture that was left, and show what it kept")
    .action((name, { minutes, stop, ...options }) =>
      answerFromBook(options, async (book, { config }, { isJson }) => {
        const { signal, unwatch } = watchInterrupts();
        const store = createDynamoDbStore(config.recordsTable, { wallMs: Date.now });
        const capturing = {
          store,
          nowMs: Date.now,
          wait,
          signal,
          tell: isJson ? () => {} : printNote,
        };
        try {
          if (stop === true) return await stopCapture(book, name, store);
          return await withProgress(`Capturing what ${name} sends`, captureConnection(book, { name, minutes }, capturing));
        } finally {
          unwatch();
        }
      }),
    );
}

interface CaptureWanted {
  readonly name: string;
  readonly minutes: string;
}

export interface Capturing {
  readonly store: Pick<RecordStore, "get">;
  readonly nowMs: () => number;
  /** Sooner where the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Of what comes, for people. */
  readonly tell: (line: string) => void;
}

export async function captureConnection(book: SecretBook, { name, minutes }: CaptureWanted, capturing: Capturing): Promise<Report> {
  if (!MINUTES.test(minutes)) throw new CommandError("--minutes must be a number from 1 to 60.");
  const { store, nowMs, wait, signal, tell } = capturing;
  const kept = await book.require("connections", name);
  const { source } = await book.parse("connections", name, kept.document);
  if (source.schemes.some(({ id }) => id === "invoked-by-lambda"))
    throw new CommandError(`Lex's events are all alike: docs/connect/${source.id}.md has one. What was written would not be captured.`);
  const endsAtMs = nowMs() + FRESH_MS + Number(minutes) * 60_000;
  const captureUntil = new Date(endsAtMs).toISOString();
  await book.replace("connections", name, { ...kept.document, captureUntil }, kept);
  const beginsAtMs = nowMs() + FRESH_MS;
  const { captureUntil: other } = kept.document;
  if (typeof other === "string" && Date.parse(other) > nowMs()) tell(`In the place of a capture until ${other}, which gets nothing more.`);
  tell("Wait a minute: until then a function may have the connection as it was, and miss what comes. It is said when to send.");
  let shape: Shape = {};
  let isBegun = false;
  try {
    while (!signal.aborted && nowMs() < endsAtMs) {
      await wait(Math.min(LOOK_EACH_MS, endsAtMs - nowMs()), signal);
      if (!isBegun && nowMs() >= beginsAtMs) {
        isBegun = true;
        tell(`Now: all that comes until ${captureUntil}, or Ctrl-C, is captured.`);
      }
      const found = await readShape(store, name, captureUntil);
      for (const [path, types] of Object.entries(found)) if (types.join() !== shape[path]?.join()) tell(`${path}  ${types.join(" | ")}`);
      shape = found;
    }
  } finally {
    await endCapture(book, name, captureUntil);
  }
  return toReport(name, shape);
}

/** What is kept stays for a day. */
export async function stopCapture(book: SecretBook, name: string, store: Capturing["store"]): Promise<Report> {
  const { document } = await book.require("connections", name);
  const { captureUntil } = document;
  if (typeof captureUntil !== "string") return { json: { name, shape: {} }, lines: [`Nothing of ${name} is being captured.`], exitCode: 1 };
  await endCapture(book, name, captureUntil);
  return toReport(name, await readShape(store, name, captureUntil));
}

/** What else was changed meanwhile stays changed, and so does a capture that somebody else has begun. */
async function endCapture(book: SecretBook, name: string, until: string): Promise<void> {
  const kept = await book.read("connections", name);
  if (kept === undefined) return;
  const { captureUntil, ...document } = kept.document;
  if (captureUntil === until) await book.replace("connections", name, document, kept);
}

async function readShape(store: Capturing["store"], name: string, until: string): Promise<Shape> {
  const item = await store.get(toCaptureId(name), AbortSignal.timeout(READ_TIMEOUT_MS));
  return item?.kind === "capture" && item.until === until ? item.shape : {};
}

function toReport(name: string, shape: Shape): Report {
  const rows = Object.entries(shape)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([path, types]) => [path, types.join(" | ")]);
  if (rows.length === 0)
    return { json: { name, shape }, lines: ["Nothing came whose sender was proven: ccgw connection test tries the proof."], exitCode: 1 };
  return { json: { name, shape }, lines: toTable(["field", "type"], rows) };
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
