/** By way of the queue, what is told to the conversations that ask for transfers. */
import type { Config } from "../config.ts";
import type { Conversations } from "../http/tell-conversation.ts";
import type { Log } from "../log.ts";
import { parseTransferId } from "../records/record-item.ts";
import { composeOutcomeQueue } from "./outcome-queue.ts";
import type { OpenRecords } from "./records.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";
import { composeTellOutcome } from "./tell-outcome.ts";

export function composeConversations(config: Config, openRecords: OpenRecords, log: Log): Conversations {
  const queue = composeOutcomeQueue(config);
  const tellOutcome = composeTellOutcome(queue, log);
  return {
    async tellRecorded(transferId, signal) {
      const id = parseTransferId(transferId)?.id;
      if (id !== undefined) await (await openRecords(signal)).outbox(tellOutcome).tell(id, signal);
    },
    async tell({ connection, conversation, status }, signal) {
      const at = new Date(RUNNING_CLOCK.wallMs()).toISOString();
      await queue.send([], { conversations: [{ schemaVersion: 1, connection, conversation, status, at }], signal });
    },
  };
}
