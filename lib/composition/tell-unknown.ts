/** Into the log and its metrics: a transfer whose function was ended before it could say a word of it. */
import type { Log } from "../log.ts";
import type { TellUnknown } from "../records/sweep.ts";

export function composeTellUnknown(log: Log): TellUnknown {
  return ({ connection, gateway, agentId, callId, reference }, transferId) => {
    const code = "gateway-timeout";
    log.problem("lease ended", { connection, gateway, agentId, callId, reference, transferId, state: "unknown", code });
    log.count("UnknownTransfers", { gateway });
  };
}
