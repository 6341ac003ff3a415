/** What a connection may do: whose sessions it may move, where to and how. */
import { TransferError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { TransferRequest } from "./request.ts";
import { isSameTarget, type Target } from "./target.ts";

/** Throws `forbidden`, naming the field and where it would be allowed. What the connection has a default for, it may use. */
export function assertAllowed({ agentId, target, mode }: TransferRequest, connection: Connection): void {
  const { allow, defaults } = connection;
  if (allow.agents !== "any" && agentId !== connection.agentId && !allow.agents?.includes(agentId))
    throw forbidden("agentId", "allow.agents");
  if (allow.targets !== "any" && !ownTargets(connection).some((own) => isSameTarget(own, target)))
    throw forbidden("target", "allow.targets");
  if (allow.modes !== "any" && mode !== defaults.mode && !allow.modes.includes(mode)) throw forbidden("mode", "allow.modes");
}

/** Whether there is any target that it may use: without one, each request is `forbidden`. */
export function hasAnyTarget(connection: Pick<Connection, "allow" | "targets" | "defaults">): boolean {
  return connection.allow.targets === "any" || ownTargets(connection).length > 0;
}

function ownTargets({ targets, defaults }: Pick<Connection, "targets" | "defaults">): Target[] {
  const named = Object.values(targets);
  return typeof defaults.target === "object" ? [...named, defaults.target] : named;
}

function forbidden(field: string, setting: string): TransferError {
  return new TransferError("forbidden", {
    reason: `${field} is not allowed`,
    detail: `This connection may not use the given ${field}. Its setting ${setting} decides.`,
  });
}
