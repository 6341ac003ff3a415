/** Where whoever learns an outcome leaves it, for all who are to be told. Knows neither them nor SQS. */
import { type OutcomeNotice, toAsciiJson } from "../callbacks/notice.ts";
import type { ConversationNotice } from "../connector/conversation-notice.ts";
import type { OutcomeMessage, Sink } from "./outcome-message.ts";

export interface OutcomeQueue {
  /**
   * Settles once all of them are kept. Rejects with `store-unavailable` where one may not be, also where `signal` ends it: then all are to be sent again,
   * and one that was kept is told twice, under the same id.
   */
  send(notices: readonly OutcomeNotice[], more?: Beside): Promise<void>;
}

interface Beside {
  /** For the conversation of each. */
  readonly conversations?: readonly ConversationNotice[];
  readonly signal?: AbortSignal;
}

interface OutcomeQueueOptions {
  readonly queue: { send(bodies: readonly string[], signal?: AbortSignal): Promise<void> };
  readonly sinks: readonly Sink[];
}

export function createOutcomeQueue({ queue, sinks }: OutcomeQueueOptions): OutcomeQueue {
  return {
    send(notices, { conversations = [], signal } = {}) {
      const told = notices.flatMap((notice) => sinks.map((to) => ({ to, notice }) satisfies OutcomeMessage));
      const asked = conversations.map((notice) => ({ to: "conversation", notice }) satisfies OutcomeMessage);
      return queue.send([...told, ...asked].map(toAsciiJson), signal);
    },
  };
}
