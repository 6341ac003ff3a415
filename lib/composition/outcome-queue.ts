/** Where outcomes are left for those who are told: for the functions that learn of them. */
import type { Config } from "../config.ts";
import { createOutcomeQueue, type OutcomeQueue } from "../queue/outcome-queue.ts";
import type { SqsQueue } from "../queue/sqs.ts";

export function composeOutcomeQueue({ callbackQueue, eventBus }: Pick<Config, "callbackQueue" | "eventBus">): OutcomeQueue {
  let opened: SqsQueue | undefined;
  /** With the first outcome, not with a function that starts: a customer waits for that, and nobody for what is told. */
  async function open(): Promise<SqsQueue> {
    const { createSqsQueue } = await import("../queue/sqs.ts");
    opened ??= createSqsQueue(callbackQueue);
    return opened;
  }
  return createOutcomeQueue({
    queue: { send: async (bodies, signal) => (await open()).send(bodies, signal) },
    sinks: eventBus === undefined ? ["callback"] : ["callback", "event-bus"],
  });
}
