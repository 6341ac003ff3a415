/** Where whoever learns an outcome leaves it, for all who are to be told. Knows neither them nor SQS. */
import { type OutcomeNotice, toAsciiJson } from "../callbacks/notice.ts";
import type { OutcomeMessage, Sink } from "./outcome-message.ts";

export interface OutcomeQueue {
  /**
   * Settles once all of them are kept. Rejects with `store-unavailable` where one may not be: then all are to be sent again, and one that was kept is told
   * twice, under the same id.
   */
  send(notices: readonly OutcomeNotice[]): Promise<void>;
}

interface OutcomeQueueOptions {
  readonly queue: { send(bodies: readonly string[]): Promise<void> };
  readonly sinks: readonly Sink[];
}

export function createOutcomeQueue({ queue, sinks }: OutcomeQueueOptions): OutcomeQueue {
  return {
    send: (notices) => queue.send(notices.flatMap((notice) => sinks.map((to) => toAsciiJson({ to, notice } satisfies OutcomeMessage)))),
  };
}
