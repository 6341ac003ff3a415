/**
 * Has the conversation of a webhook told what became of its transfer, at once: before the answer leaves, since a function stands still after it. Holds the
 * answer up for a moment at most, and fails nobody: what is recorded, the sweep tells.
 */
import { toTransferError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type HandoffStatus, toHandoffEvent } from "../sources/answering/handoff-status.ts";
import { toSummary } from "../sources/answering/summary.ts";
import type { Outcome } from "../sources/source.ts";
import type { Conversation } from "../transfer/conversation.ts";
import type { Deadline } from "../transfer/invocation.ts";

/** A queue and a record take some ten milliseconds each, on new connections some hundred. */
const TELL_MAX_MS = 1_000;

export interface Conversations {
  /** What the record of a transfer has to tell, unless that was told. */
  tellRecorded(transferId: string, signal: AbortSignal): Promise<unknown>;
  /** Of what has no record. */
  tell(
    told: { readonly connection: string; readonly conversation: Conversation; readonly status: HandoffStatus },
    signal: AbortSignal,
  ): Promise<void>;
}

interface Asked {
  readonly connection: string;
  readonly conversation: Conversation;
  readonly outcomes: readonly Outcome[];
  readonly deadline: Deadline;
  readonly requestId: string;
}

/** Rejects never. */
export type TellConversation = (asked: Asked) => Promise<void>;

export function createTellConversation({
  conversations,
  log,
}: {
  readonly conversations: Conversations;
  readonly log: Log;
}): TellConversation {
  async function tellOne(outcome: Outcome, { connection, conversation }: Asked, signal: AbortSignal): Promise<void> {
    if (outcome.kind === "result" && outcome.result.state !== "refused") {
      // Of a repeat, the first has been told.
      if (!outcome.result.replayed) await conversations.tellRecorded(outcome.result.transferId, signal);
      return;
    }
    const status = toHandoffEvent(toSummary(outcome));
    if (status !== undefined) await conversations.tell({ connection, conversation, status }, signal);
  }

  return async (asked) => {
    const signal = AbortSignal.any([asked.deadline.signal, AbortSignal.timeout(TELL_MAX_MS)]);
    for (const outcome of asked.outcomes) {
      await tellOne(outcome, asked, signal).catch((thrown: unknown) => {
        const { code, message: reason } = toTransferError(thrown, "none");
        log.problem("conversation not told", { requestId: asked.requestId, connection: asked.connection, code, reason });
      });
    }
  };
}
