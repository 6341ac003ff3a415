/** Several transfers, a line each. */
import { toTable } from "../table.ts";
import type { Summary } from "./summary.ts";

const HEAD = ["received", "transfer", "connection", "agent", "state", "outcome", "code"];

export function toTransferTable(transfers: readonly Summary[]): readonly string[] {
  return toTable(HEAD, transfers.map(toRow));
}

function toRow({
  receivedAt = "",
  transferId,
  connection = "",
  gateway,
  agentId,
  state,
  outcome = "",
  code = "",
  reason,
}: Summary): readonly string[] {
  return [receivedAt, transferId, connection, `${gateway}/${agentId}`, state, outcome, reason === undefined ? code : `${code} (${reason})`];
}
