/**
 * Amazon Lex V2 invokes this function with its event and takes what it returns as the bot's next step. The same service, log line and deadlines as over
 * HTTP, and one catch: whatever happens, Lex is answered in its own form.
 */
import type { Context, LexV2Result } from "aws-lambda";
import { type Effect, failureOf, TransferError, toTransferError } from "../errors.ts";
import type { Connections } from "../http/authenticate.ts";
import { renderCanonical } from "../http/canonical-reply.ts";
import { MAX_BODY_BYTES } from "../http/request.ts";
import { type Clock, type Stopwatch, startStopwatch } from "../http/stopwatch.ts";
import { tellEntries, toFailedEntry, toFailureFacts, transferAll } from "../http/transfer-entries.ts";
import { measureDeadline } from "../http/transfer-metrics.ts";
import { type Log, type LogFields, toErrorFields } from "../log.ts";
import { toSummary } from "../sources/answering/summary.ts";
import type { ConfiguredConnection } from "../sources/configured-connection.ts";
import { LexEvent, lexConnectionName, lexV2, toLexResult } from "../sources/lex-v2.ts";
import type { Webhook } from "../sources/source.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import type { TransferService } from "../transfer/service.ts";
import { Name } from "../transfer/target.ts";

export type LexHandler = (event: unknown, context: Context) => Promise<LexV2Result>;

interface Dependencies {
  readonly connections: Connections;
  readonly transfers: TransferService;
  readonly log: Log;
  readonly clock: Clock;
}

interface Invocation {
  readonly requestId: string;
  readonly stopwatch: Stopwatch;
  readonly note: (facts: LogFields) => void;
}

export function createLexHandler({ connections, transfers, log, clock }: Dependencies): LexHandler {
  async function find(name: string | undefined, signal: AbortSignal): Promise<ConfiguredConnection> {
    const begunAt = clock.monotonicMs();
    const kept = name === undefined ? undefined : await connections.get(name, signal);
    // One that was added or enabled a moment ago is found at once: nobody but Lex can make us ask.
    const found = isOpen(kept) || name === undefined ? kept : await connections.reread(name, signal, begunAt);
    if (!isOpen(found))
      throw new TransferError("unauthenticated", { reason: found === undefined ? "unknown-connection" : "disabled-connection" });
    return found;
  }

  async function answer(event: LexEvent, { requestId, stopwatch, note }: Invocation, sending: () => void): Promise<LexV2Result> {
    const webhook = toWebhook(event, clock);
    const connectionName = Name.safeParse(lexConnectionName(event)).data;
    note({ connection: connectionName });
    const connection = await find(connectionName, stopwatch.deadline(DEADLINE_MAX_MS).signal);
    const { settings, source } = connection;
    note({ source: source.id, gateway: settings.gateway });

    const deadline = stopwatch.deadline(settings.deadlineMs ?? source.deadlineMs);
    const opened = await connection.open(webhook, {});
    const command = { connectionName: connectionName ?? "", connection: settings, receivedAt: webhook.receivedAt.toISOString(), deadline };
    if ("drafts" in opened && opened.drafts.length > 0) sending();
    const entries =
      "error" in opened ? [toFailedEntry(opened.error)] : await transferAll(opened.drafts, { transfers, command, log, requestId });
    const told = { log, note, requestId, connection: connectionName, source: source.id, gateway: settings.gateway };
    tellEntries(entries, { ...told, nothingAsked: opened.nothingAsked });
    measureDeadline(log, source.id, stopwatch, deadline);
    const context = { requestId, accept: undefined, style: settings.reply };
    const reply = opened.reply(
      entries.map(({ outcome }) => outcome),
      (outcome) => renderCanonical(outcome, context),
    );
    note({ status: reply.code === undefined ? reply.status : failureOf(reply.code).status, code: reply.code });
    return JSON.parse(reply.body);
  }

  return async (given, context) => {
    const requestId = context.awsRequestId;
    const stopwatch = startStopwatch({ ...clock, requestedAtMs: undefined, runtimeLeftMs: context.getRemainingTimeInMillis() });
    let facts: LogFields = { requestId, lambdaRequestId: requestId, method: "INVOKE", route: "INVOKE {connection}" };
    const note = (more: LogFields) => {
      facts = { ...facts, ...more };
    };
    const event = LexEvent.safeParse(given).data ?? LexEvent.parse({});
    let effect: Effect = "none";
    try {
      return await answer(event, { requestId, stopwatch, note }, () => {
        effect = "unknown";
      });
    } catch (thrown) {
      const error = toTransferError(thrown, effect);
      const { code } = error;
      note({ status: failureOf(code).status, ...toFailureFacts(error) });
      if (code === "internal") log.problem("bug", { requestId, ...toErrorFields(error.cause) });
      return toLexResult(event, toSummary({ kind: "failure", error }), undefined);
    } finally {
      // Lex is answered with no status: the canonical one only says whether the fault is ours.
      const { status, ...told } = facts;
      log.access({ ...told, durationMs: Math.round(stopwatch.elapsedMs()) }, status);
      stopwatch.end();
    }
  };
}

function isOpen(connection: ConfiguredConnection | undefined): connection is ConfiguredConnection {
  return connection?.settings.enabled === true && connection.source.id === lexV2.id;
}

/** As the sources read one. Nothing of it is signed: Lambda has let in who may invoke the function. */
function toWebhook(event: LexEvent, { wallMs }: Clock): Webhook {
  const body = new TextEncoder().encode(JSON.stringify(event));
  if (body.length > MAX_BODY_BYTES) throw new TransferError("payload-too-large", { reason: "event over the limit" });
  const headers = { "content-type": "application/json" };
  return { method: "INVOKE", url: "", query: new URLSearchParams(), headers, body, receivedAt: new Date(wallMs()) };
}
