/** `POST /v1/transfers/{connection}`: a webhook of any source becomes at most one transfer for each that it asks for, answered in its own language. */
import type { Log } from "../log.ts";
import type { Opened, Reply } from "../sources/source.ts";
import type { TransferService } from "../transfer/service.ts";
import type { Authenticate } from "./authenticate.ts";
import { renderCanonical } from "./canonical-reply.ts";
import type { Capture } from "./capture.ts";
import { contextOf, type Route } from "./handler.ts";
import { prefersRespondAsync } from "./prefer.ts";
import type { HttpRequest } from "./request.ts";
import type { StatusUrls } from "./status-url.ts";
import type { TellConversation } from "./tell-conversation.ts";
import { tellEntries, toFailedEntry, toFailureFacts, transferAll } from "./transfer-entries.ts";
import { measureDeadline } from "./transfer-metrics.ts";

interface Dependencies {
  readonly authenticate: Authenticate;
  readonly transfers: TransferService;
  readonly statusUrls: StatusUrls;
  readonly tellConversation: TellConversation;
  readonly capture: Capture;
  readonly log: Log;
}

export function createReceiveTransfer({ authenticate, transfers, statusUrls, tellConversation, capture, log }: Dependencies): Route {
  return async (request) => {
    const { webhook, requestId, connectionName, stopwatch } = request;
    const { connection, proof, publicSecret } = await authenticate(request);
    const { settings, source } = connection;
    request.note({ gateway: settings.gateway });
    const deadline = stopwatch.deadline(settings.deadlineMs ?? source.deadlineMs);
    const opened = await connection.open(webhook, proof);
    if (publicSecret) return replyToAnybody(opened, request);
    // Read meanwhile.
    const statusUrlOf = statusUrls.fresh(request, deadline.signal);
    const respondAsync = source.takesRespondAsync && prefersRespondAsync(webhook.headers.prefer);
    const { nothingAsked, conversation } = opened;
    const receivedAt = webhook.receivedAt.toISOString();
    const command = { connectionName, connection: settings, receivedAt, deadline, respondAsync, conversation };
    const transferring =
      "error" in opened ? [toFailedEntry(opened.error)] : transferAll(opened.drafts, { transfers, command, log, requestId });
    const captured = capture(request, connection, deadline);
    const entries = await transferring;

    const { gateway } = settings;
    tellEntries(entries, { log, note: request.note, requestId, connection: connectionName, source: source.id, gateway, nothingAsked });
    const outcomes = entries.map(({ outcome }) => outcome);
    if (conversation !== undefined) await tellConversation({ connection: connectionName, conversation, outcomes, deadline, requestId });
    await captured;
    const context = { ...contextOf(request), style: settings.reply, statusUrlOf: await statusUrlOf, respondAsync };
    measureDeadline(log, source.id, stopwatch, deadline);
    return opened.reply(outcomes, (outcome, over) => renderCanonical(outcome, { ...context, ...over }));
  };
}

/**
 * To whoever signs with a secret that the vendor publishes, in no source's words: whether the body could be read. What the connection may do, whom it knows
 * and what would be sent is neither looked up nor told.
 */
function replyToAnybody(opened: Opened, { note, requestId }: HttpRequest): Reply {
  const failure = "error" in opened ? toFailureFacts(opened.error) : { reason: opened.nothingAsked };
  const understood = "drafts" in opened && opened.drafts.length > 0;
  note({ ...failure, dryRun: true });
  const body = JSON.stringify({ dryRun: true, understood, requestId });
  return { status: 200, headers: { "content-type": "application/json" }, body, code: "error" in opened ? opened.error.code : undefined };
}
