/**
 * Into the log and its metrics: a transfer without a result in its record once its lease is over. Its function was ended before it could say a word of it; or it could
 * not keep the result (`result not kept`), and has told its caller. Which of both, no record tells: one that was counted by its request then is counted twice.
 */
import type { Log } from "../log.ts";
import type { TellUnknown } from "../records/sweep.ts";

export function composeTellUnknown(log: Log): TellUnknown {
  return ({ connection, gateway, agentId, callId, reference }, transferId) => {
    const code = "gateway-timeout";
    log.problem("lease ended", { connection, gateway, agentId, callId, reference, transferId, state: "unknown", code });
    log.count("UnknownTransfers", { gateway });
  };
}
