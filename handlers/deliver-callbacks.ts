/** Lambda of the queue of outcomes: tells the receivers that connections name, and EventBridge. */
import { composeOutcomeTellers } from "../lib/composition/outcome-tellers.ts";
import { RUNNING_CLOCK } from "../lib/composition/running-clock.ts";
import { parseConfig } from "../lib/config.ts";
import { createLog } from "../lib/log.ts";
import { createBatchHandler } from "../lib/queue/batch-handler.ts";
import { createSqsQueue } from "../lib/queue/sqs.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);

export const handler = createBatchHandler({
  tell: composeOutcomeTellers(config, createSecrets(config.secretsPrefix)),
  queue: createSqsQueue(config.callbackQueue),
  log: createLog(),
  random: Math.random,
  now: RUNNING_CLOCK.monotonicMs,
});
