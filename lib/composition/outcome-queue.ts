/** Where outcomes are left for those who are told: for the functions that learn of them. */
import type { Config } from "../config.ts";
import { createOutcomeQueue, type OutcomeQueue } from "../queue/outcome-queue.ts";
import { createSqsQueue } from "../queue/sqs.ts";

export function composeOutcomeQueue({ callbackQueue, eventBus }: Pick<Config, "callbackQueue" | "eventBus">): OutcomeQueue {
  return createOutcomeQueue({
    queue: createSqsQueue(callbackQueue),
    sinks: eventBus === undefined ? ["callback"] : ["callback", "event-bus"],
  });
}
