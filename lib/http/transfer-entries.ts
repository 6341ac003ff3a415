/** The transfers that one webhook asks for: mapped in turn, sent a few at a time, until the deadline, each with what the log tells of it. */
import { setImmediate } from "node:timers/promises";
import pMap from "p-map";
import { TransferError, toTransferError } from "../errors.ts";
import { type Log, type LogFields, toErrorFields } from "../log.ts";
import type { BatchDraft, Outcome } from "../sources/source.ts";
import type { Deadline, TransferEvent } from "../transfer/invocation.ts";
import type { Draft } from "../transfer/request.ts";
import type { GatewayAnswer, Moved } from "../transfer/result.ts";
import type { TransferCommand, TransferService } from "../transfer/service.ts";
import { tellViolations } from "../transfer/violations.ts";
import { countTransfer } from "./transfer-metrics.ts";

/** Of a batch at a time. The gateway serves people, too. */
const CONCURRENT_TRANSFERS = 5;
/** What a slow gateway takes for an answer, as long as none of the batch has been waited for. Of a short deadline, half. */
const FIRST_ANSWER_MS = 3_000;
/** How much longer than all before it the next may take. Of a short deadline, a fifth. */
const ANSWER_RESERVE_MS = 1_000;

export interface Entry {
  readonly outcome: Outcome;
  readonly facts: LogFields;
}

interface TransferAllOptions {
  readonly transfers: TransferService;
  readonly command: Omit<TransferCommand, "draft" | "observe" | "repeatedWithOthers" | "neededMs">;
  readonly log: Log;
  readonly requestId: string;
}

export function transferAll(
  drafts: readonly (Draft | BatchDraft)[],
  { transfers, command, log, requestId }: TransferAllOptions,
): Promise<Entry[]> {
  const { deadline } = command;
  const patience = drafts.length > 1 ? createPatience(deadline) : undefined;
  return pMap(
    makeInTurn(drafts, deadline),
    async (draft) => {
      const observed = createObserver(log, requestId, command.connection.gateway);
      const begunMs = deadline.remainingMs();
      const outcome = await settle(
        transfers.transfer({
          ...command,
          draft,
          observe: observed.observe,
          ...(patience && { repeatedWithOthers: true, neededMs: patience.neededMs }),
        }),
      );
      if (outcome.kind === "result" && !outcome.result.replayed) patience?.learn(begunMs - deadline.remainingMs());
      return { outcome, facts: { ...observed.facts(), ...toFacts(outcome) } };
    },
    { concurrency: CONCURRENT_TRANSFERS },
  );
}

/**
 * How much time one of a batch needs: begun with less, its answer comes after the deadline, and nobody ever knows what became of it; left out, it is done
 * by the repeat.
 */
function createPatience(deadline: Deadline): { readonly neededMs: () => number; readonly learn: (tookMs: number) => void } {
  const budgetMs = deadline.remainingMs();
  let longestMs: number | undefined;
  return {
    neededMs: () =>
      longestMs === undefined ? Math.min(FIRST_ANSWER_MS, budgetMs / 2) : longestMs + Math.min(ANSWER_RESERVE_MS, budgetMs / 5),
    learn(tookMs) {
      longestMs = Math.max(longestMs ?? 0, tookMs);
    },
  };
}

export function toFailedEntry(error: TransferError): Entry {
  const outcome: Outcome = { kind: "failure", error };
  return { outcome, facts: toFacts(outcome) };
}

/** One at a time, whoever asks for the next: a mapping is stopped by the clock, and must not pay for others. */
async function* makeInTurn(drafts: readonly (Draft | BatchDraft)[], deadline: Deadline): AsyncGenerator<Draft> {
  for (const draft of drafts) yield typeof draft === "function" ? await make(draft, deadline) : draft;
}

async function make(draft: BatchDraft, deadline: Deadline): Promise<Draft> {
  // A mapping leaves no time to what is under way at the gateway.
  await setImmediate();
  if (deadline.remainingMs() > 0) return draft();
  return { fields: undefined, problem: new TransferError("deadline-exceeded", { reason: "spent before it was mapped" }) };
}

interface TellOptions {
  readonly log: Log;
  readonly note: (facts: LogFields) => void;
  readonly requestId: string;
  readonly connection: string | undefined;
  readonly source: string;
  readonly gateway: string;
  /** Why there are no entries. */
  readonly nothingAsked: string | undefined;
}

/** One transfer is told in the access line, several in a line each. */
export function tellEntries(entries: readonly Entry[], options: TellOptions): void {
  const { log, note, requestId, connection, nothingAsked } = options;
  if (entries.length !== 1) note({ entries: entries.length, reason: nothingAsked });
  for (const { outcome, facts } of entries) {
    if (entries.length === 1) note(facts);
    else log.entry({ requestId, connection, ...facts });
    countTransfer(outcome.kind, facts, options);
    if (facts.code === "internal" && outcome.kind === "failure") log.problem("bug", { requestId, ...toErrorFields(outcome.error.cause) });
  }
}

async function settle(transfer: ReturnType<TransferService["transfer"]>): Promise<Outcome> {
  try {
    return await transfer;
  } catch (thrown) {
    // The service says itself what may have been sent; all else is thrown before it.
    return { kind: "failure", error: toTransferError(thrown, "none") };
  }
}

function createObserver(
  log: Log,
  requestId: string,
  gateway: string,
): { readonly observe: (event: TransferEvent) => void; readonly facts: () => LogFields } {
  let attempts = 0;
  let gatewayMs = 0;
  let facts: LogFields = {};
  function note(more: LogFields): void {
    facts = { ...facts, ...more };
  }
  function observe(event: TransferEvent): void {
    switch (event.kind) {
      case "parsed":
        note(toRequestFacts(event.request));
        break;
      case "guid-renewed":
        note({ guidRenewed: true });
        break;
      case "not-signed-in":
        note({ reason: event.why });
        break;
      case "not-kept":
        log.problem("result not kept", { requestId, ...toErrorFields(event.error) });
        break;
      case "attempt":
        attempts += 1;
        gatewayMs += event.durationMs;
        if (event.outcome === "answered" || event.outcome === "sent-without-answer")
          log.measure("GatewayMs", event.durationMs, { gateway });
        note({ attempts, gatewayMs: Math.round(gatewayMs), reason: event.cause });
    }
  }
  return { observe, facts: () => facts };
}

export function toFacts(outcome: Outcome): LogFields {
  if (outcome.kind === "failure") {
    return toFailureFacts(outcome.error);
  }
  if (outcome.kind === "dry-run") return { dryRun: true };
  const { transferId, replayed, gateway } = outcome.result;
  const answer: GatewayAnswer = outcome.result;
  const code = answer.state === "accepted" ? undefined : answer.code;
  const effect = answer.state === "accepted" ? undefined : answer.state === "refused" ? "none" : "unknown";
  const reason = answer.state === "refused" ? answer.reason : undefined;
  return {
    ...{ ...toRequestFacts(outcome.result), transferId, state: answer.state, code, effect, replayed, retcode: gateway?.retcode },
    ...(reason !== undefined && { reason }),
  };
}

/** Why there is no answer of the gateway, as far as the log may know. */
export function toFailureFacts({ code, message: reason, effect, errors, transferId, reference }: TransferError): LogFields {
  const violations = errors === undefined ? undefined : tellViolations(errors);
  return { code, reason, violations, effect, transferId, ...(reference !== undefined && { reference }) };
}

/** What names a transfer to an operator, and what it has lost: neither whose number it is nor what is said. */
function toRequestFacts({
  agentId,
  callId,
  target,
  mode,
  reference,
  callDataTruncated,
}: Pick<Moved, "agentId" | "callId" | "target" | "mode" | "reference" | "callDataTruncated">): LogFields {
  return { agentId, callId, targetType: target.type, mode, reference, callDataTruncated };
}
