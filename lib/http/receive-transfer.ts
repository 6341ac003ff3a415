/** `POST /v1/transfers/{connection}`: a webhook of any source becomes at most one transfer, answered in its own language. */
import { toTransferError } from "../errors.ts";
import { type Log, type LogFields, toErrorFields } from "../log.ts";
import type { ConfiguredConnection } from "../sources/configured-connection.ts";
import type { Outcome } from "../sources/source.ts";
import type { TransferEvent } from "../transfer/invocation.ts";
import type { Moved } from "../transfer/result.ts";
import type { TransferService } from "../transfer/service.ts";
import type { Authenticate } from "./authenticate.ts";
import { renderCanonical } from "./canonical-reply.ts";
import { contextOf, noteFailure, type Route } from "./handler.ts";
import type { HttpRequest } from "./request.ts";

interface Dependencies {
  readonly authenticate: Authenticate;
  readonly transfers: TransferService;
  readonly log: Log;
}

export function createReceiveTransfer({ authenticate, transfers, log }: Dependencies): Route {
  return async (request) => {
    const { settings, source, ...connection } = await authenticate(request);
    request.note({ gateway: settings.gateway });
    const outcome = await transfer(request, { settings, source, ...connection });
    if (outcome.kind === "failure") noteFailure(request, outcome.error, log);
    else request.note(toFacts(outcome));
    const reply = source.reply(outcome, renderCanonical(outcome, { ...contextOf(request), style: settings.reply }), settings);
    log.count("Transfers", { source: source.id, code: reply.code ?? outcome.kind });
    return reply;
  };

  async function transfer(request: HttpRequest, { settings, source }: ConfiguredConnection): Promise<Outcome> {
    try {
      return await transfers.transfer({
        connectionName: request.connectionName,
        connection: settings,
        draft: source.toDraft(request.webhook),
        receivedAt: request.webhook.receivedAt.toISOString(),
        deadline: request.stopwatch.deadline(settings.deadlineMs ?? source.deadlineMs),
        observe: createObserver(request, log),
      });
    } catch (thrown) {
      // The service says itself what may have been sent; all else is thrown before it.
      return { kind: "failure", error: toTransferError(thrown, "none") };
    }
  }
}

function createObserver(request: HttpRequest, log: Log): (event: TransferEvent) => void {
  let attempts = 0;
  let gatewayMs = 0;
  return (event) => {
    if (event.kind === "parsed") return request.note(toRequestFacts(event.request));
    if (event.kind === "guid-renewed") return request.note({ guidRenewed: true });
    if (event.kind === "not-kept") return log.problem("result not kept", { requestId: request.requestId, ...toErrorFields(event.error) });
    attempts += 1;
    gatewayMs += event.durationMs;
    request.note({ attempts, gatewayMs: Math.round(gatewayMs), reason: event.cause });
  };
}

function toFacts(outcome: Exclude<Outcome, { kind: "failure" }>): LogFields {
  if (outcome.kind === "dry-run") return { dryRun: true };
  const { transferId, state, replayed, gateway } = outcome.result;
  const effect = state === "accepted" ? undefined : state === "refused" ? "none" : "unknown";
  return { ...toRequestFacts(outcome.result), transferId, state, replayed, effect, retcode: gateway?.retcode };
}

/** What names a transfer to an operator: neither whose number it is nor what is said. */
function toRequestFacts({
  agentId,
  callId,
  target,
  mode,
  reference,
}: Pick<Moved, "agentId" | "callId" | "target" | "mode" | "reference">): LogFields {
  return { agentId, callId, targetType: target.type, mode, reference };
}
