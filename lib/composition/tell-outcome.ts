/** From an outcome to the queue of those who are told. */
import type { Config } from "../config.ts";
import type { TellOutcome } from "../records/sweep.ts";
import { composeOutcomeQueue } from "./outcome-queue.ts";

export function composeTellOutcome(config: Config): TellOutcome {
  const queue = composeOutcomeQueue(config);
  return async ({ connection, result, at }) => {
    const { state, transferId, outcome, outcomeReason, callId, agentId, target, mode, reference, receivedAt } = result;
    // Nothing was moved: who asked was told so.
    if (state === "refused") return;
    const ended = { transferId, state, outcome, outcomeReason, callId, agentId, target, mode, reference, receivedAt };
    await queue.send([{ schemaVersion: 1, connection, ...ended, at }]);
  };
}
