/** What a connection may do: whose sessions it may move, where to and how. */
import { TransferError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { TransferRequest } from "./request.ts";
import { isSameTarget } from "./target.ts";

/** Throws `forbidden`, naming the field and where it would be allowed. */
export function assertAllowed({ agentId, target, mode }: TransferRequest, connection: Connection): void {
  const { agents, targets, modes } = connection.allow;
  if (agents !== "any" && agentId !== connection.agentId && !agents?.includes(agentId)) throw forbidden("agentId", "allow.agents");
  if (targets !== "any" && !Object.values(connection.targets).some((named) => isSameTarget(named, target)))
    throw forbidden("target", "allow.targets");
  if (modes !== "any" && !modes.includes(mode)) throw forbidden("mode", "allow.modes");
}

function forbidden(field: string, setting: string): TransferError {
  return new TransferError("forbidden", {
    reason: `${field} is not allowed`,
    detail: `This connection may not use the given ${field}; its setting ${setting} would have to list it.`,
  });
}
