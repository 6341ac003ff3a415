/** `POST /v1/transfers/{connection}`: a webhook of any source becomes at most one transfer for each that it asks for, answered in its own language. */
import type { Log } from "../log.ts";
import type { TransferService } from "../transfer/service.ts";
import type { Authenticate } from "./authenticate.ts";
import { renderCanonical } from "./canonical-reply.ts";
import { contextOf, type Route } from "./handler.ts";
import { tellEntries, toFailedEntry, transferAll } from "./transfer-entries.ts";

interface Dependencies {
  readonly authenticate: Authenticate;
  readonly transfers: TransferService;
  readonly log: Log;
}

export function createReceiveTransfer({ authenticate, transfers, log }: Dependencies): Route {
  return async (request) => {
    const { webhook, requestId, connectionName, stopwatch } = request;
    const { connection, proof, publicSecret } = await authenticate(request);
    const { settings, source } = connection;
    request.note({ gateway: settings.gateway });
    const deadline = stopwatch.deadline(settings.deadlineMs ?? source.deadlineMs);
    const opened = await connection.open(webhook, proof);
    const command = { connectionName, connection: settings, receivedAt: webhook.receivedAt.toISOString(), deadline };
    const entries =
      "error" in opened ? [toFailedEntry(opened.error)] : await transferAll(opened.drafts, { transfers, command, log, requestId });

    const { nothingAsked } = opened;
    tellEntries(entries, { log, note: request.note, requestId, connection: connectionName, source: source.id, nothingAsked });
    const context = { ...contextOf(request), style: settings.reply, publicSecret };
    const outcomes = entries.map(({ outcome }) => outcome);
    return opened.reply(outcomes, (outcome, over) => renderCanonical(outcome, { ...context, ...over }));
  };
}
