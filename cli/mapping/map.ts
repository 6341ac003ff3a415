/**
 * `ccgw map`: what a mapping makes of a sample, by the functions' own code: the canonical request and the wire request, or where it fails. Asks nobody, unless it
 * is about a connection that is there. The sample is taken for proven; the agent's session, the gateway, pauses and limits are not looked at.
 */
import { readFile } from "node:fs/promises";
import type { Demo } from "../../dev/demo.ts";
import { DEMOS, findDemo } from "../../dev/demos.ts";
import { toOwnSample } from "../../dev/sample.ts";
import type { TransferError } from "../../lib/errors.ts";
import { MAX_BODY_BYTES } from "../../lib/http/request.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { inOurWords } from "../../lib/transfer/issue-words.ts";
import { answer, createCommand } from "../command.ts";
import { parseTarget } from "../connection/targets.ts";
import { CommandError } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
import type { Report } from "../report.ts";
import { type Document, openSecretBook } from "../secret-book.ts";
import { type Rehearsed, rehearse } from "./rehearsal.ts";
import { EXAMPLE_ID, toProof, toWebhook } from "./sample-webhook.ts";
import { findPlace, toSyntaxMessage } from "./syntax.ts";

const ROOT = new URL("../../", import.meta.url);
/** Of the local issuer, whose tokens nobody asks for here. */
const ISSUER = "http://127.0.0.1";
const ANY = { agents: "any", targets: "any", modes: "any" };

interface Mapping {
  readonly source?: string | undefined;
  readonly mapping?: string | undefined;
  readonly sample?: string | undefined;
  readonly connection?: string | undefined;
  readonly target?: readonly string[] | undefined;
}

export function createMap() {
  return createCommand("map", "what a JSONata mapping makes of a sample, and where it fails")
    .option("--source <id>", `the kind of caller: ${DEMOS.map(({ source }) => source).join(", ")}`)
    .option("--mapping <file>", "the expression; without it, the connection's own, or the ccgw_ names")
    .option(
      "--sample <file>",
      "a body as the caller sends it; the source's own sample unless given, with the agent and a target of --connection",
    )
    .option("--connection <name>", "by the settings of this connection, which are read; without it, nobody is asked")
    .option("--target <name=type:address>", "a named target, without a connection: billing=skill-queue:31", collect)
    .action((options) =>
      answer(options, async ({ place, prompter }) => {
        const { connection } = options;
        const document = connection === undefined ? undefined : await readDocument(await place(), connection);
        const source = document === undefined ? await askSource(options.source, prompter) : options.source;
        return tryMapping({ ...options, source }, document, new Date());
      }),
    );
}

async function askSource(given: string | undefined, prompter: Prompter | undefined): Promise<string | undefined> {
  if (given !== undefined) return given;
  return prompter?.choose(
    "Which kind of caller?",
    DEMOS.map(({ source }) => ({ value: source, label: source })),
  );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function readDocument(place: Parameters<typeof openSecretBook>[0], name: string): Promise<Document> {
  const book = openSecretBook(place);
  try {
    return (await book.require("connections", name)).document;
  } finally {
    book.close();
  }
}

/** `document` is the connection's that is meant, if one is. */
export async function tryMapping(wanted: Mapping, document: Document | undefined, receivedAt: Date): Promise<Report> {
  const demo = findCaller(wanted, document);
  if (document !== undefined && wanted.target !== undefined)
    throw new CommandError("--target goes without --connection, which has its own.");
  const expression = wanted.mapping === undefined ? undefined : (await read("--mapping", wanted.mapping)).toString("utf8");
  const body = wanted.sample === undefined ? Buffer.from(await readOwnSample(demo, document)) : await read("--sample", wanted.sample);
  if (body.length > MAX_BODY_BYTES)
    throw new CommandError(`--sample: has more than the ${MAX_BODY_BYTES / 1024} KiB that a body may have.`);

  const settings = { ...(document ?? standIn(demo, wanted.target ?? [])), ...(expression !== undefined && { mapping: expression }) };
  const connection = await ConfiguredConnection.safeParseAsync(settings, { error: inOurWords });
  if (!connection.success) {
    const mistakes = connection.error.issues.map((issue) => toMistake(issue, settings));
    return {
      json: { source: demo.source, mistakes: mistakes.map(({ text }) => text) },
      lines: mistakes.flatMap(({ text, shown }) => [text, ...shown]),
      exitCode: 1,
    };
  }
  const verification = demo.verification({ issuer: ISSUER });
  const url = `https://hooks.example.com/v1/transfers/${wanted.connection ?? demo.name}`;
  const webhook = toWebhook({ demo, body, url, verification, receivedAt });
  const { transfers, nothingAsked } = await rehearse(connection.data, webhook, toProof(demo.source, body));
  const isMade = transfers.length > 0 && transfers.every((transfer) => "request" in transfer);
  return {
    json: { source: demo.source, transfers: transfers.map((transfer) => toJson(transfer, settings)), nothingAsked },
    lines:
      transfers.length === 0
        ? [`This sample asks for no transfer: ${nothingAsked ?? "it is about none"}.`]
        : transfers.flatMap((transfer) => toLines(transfer, settings)),
    exitCode: isMade ? 0 : 1,
  };
}

function findCaller({ source }: Mapping, document: Document | undefined): Demo {
  const id = document === undefined ? source : String(document.source);
  if (id === undefined) throw new CommandError("--source or --connection must be given.");
  if (source !== undefined && source !== id) throw new CommandError(`--source: the connection is of source ${id}.`);
  const demo = findDemo(id);
  if (demo === undefined) throw new CommandError(`--source must be one of ${DEMOS.map((each) => each.source).join(", ")}.`);
  return demo;
}

/** May do all, so that the mapping alone decides. */
function standIn(demo: Demo, targets: readonly string[]): Document {
  return {
    ...{ schemaVersion: 1, source: demo.source, gateway: "main", agentId: "101", allow: ANY },
    verification: demo.verification({ issuer: ISSUER }),
    ...demo.connection,
    ...(targets.length > 0 && { targets: Object.fromEntries(targets.map(parseTarget)) }),
  };
}

/** Of a connection that is there, with what that may ask for. */
async function readOwnSample({ sample }: Demo, document: Document | undefined): Promise<string> {
  const text = await readFile(new URL(sample, ROOT), "utf8");
  return document === undefined ? text : toOwnSample(text, document);
}

async function read(flag: string, file: string): Promise<Buffer> {
  return readFile(file).catch(() => Promise.reject(new CommandError(`${flag}: ${file} cannot be read.`)));
}

/** With the library's own words of an expression that cannot be read: the functions leave them out, since they quote it, and their log is no place for that. */
function toMistake({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }, settings: Document) {
  const { mapping } = settings;
  const isOfMapping = path[0] === "mapping" && typeof mapping === "string";
  const words = isOfMapping ? toSyntaxMessage(mapping) : undefined;
  const text = `${path.join(".")} ${message}${toLine(message, settings)}${words === undefined ? "" : `: ${words}`}`;
  return { text, shown: isOfMapping ? (findPlace(message, mapping)?.shown ?? []) : [] };
}

function toJson(transfer: Rehearsed, settings: Document) {
  if ("request" in transfer) return transfer;
  const { code, errors } = transfer.error;
  return { error: { code, detail: toDetail(transfer.error, settings), errors }, fields: transfer.fields };
}

function toLines(transfer: Rehearsed, settings: Document): readonly string[] {
  if ("request" in transfer)
    return [
      "The transfer request:",
      pretty(transfer.request),
      ...(transfer.request.deliveryId?.includes(EXAMPLE_ID)
        ? ["Its deliveryId is an example: each webhook of the caller brings its own."]
        : []),
      `POST ${transfer.wire.post}, with the agent's Guid:`,
      pretty(transfer.wire.body),
    ];
  const { error, fields } = transfer;
  return [
    `No transfer request: ${error.code}, ${toDetail(error, settings)}`,
    ...toShown(error, settings),
    ...(error.errors ?? []).map(({ pointer, detail }) => `  ${pointer} ${detail}`),
    ...(fields === undefined ? [] : ["of these fields, which the body gave:", pretty(fields)]),
  ];
}

function toDetail({ message, detail }: TransferError, settings: Document): string {
  return `${detail ?? message}${toLine(message, settings)}`;
}

function toLine(message: string, { mapping }: Document): string {
  const place = typeof mapping === "string" ? findPlace(message, mapping) : undefined;
  return place === undefined ? "" : ` (line ${place.line}, column ${place.column})`;
}

function toShown({ message }: TransferError, { mapping }: Document): readonly string[] {
  return typeof mapping === "string" ? (findPlace(message, mapping)?.shown ?? []) : [];
}

function pretty(value: unknown): string {
  return JSON.stringify(value ?? null, undefined, 2);
}
