/** The function of each tick: one invocation of the keeper for every managed agent, one line of the log. */
import type { Context } from "aws-lambda";
import { toTransferError } from "../errors.ts";
import { type Log, toErrorFields } from "../log.ts";
import type { AgentName } from "./agent-record.ts";
import type { Dispatched } from "./dispatch.ts";
import { toRunDeadline } from "./run-context.ts";

type Dispatch = (signal: AbortSignal) => Promise<Dispatched>;

/** Never rejects: the next tick is the repeat. */
export function createDispatcherHandler(dispatch: Dispatch, log: Log): (event: unknown, context: Context) => Promise<void> {
  return async (_event, context) => {
    const told = { lambdaRequestId: context.awsRequestId };
    try {
      const dispatched = await dispatch(toRunDeadline(context).signal);
      log.measure("ManagedAgents", dispatched.invoked + dispatched.failed, {});
      // So that there are runs to compare with, even where none has begun.
      log.measure("KeeperRuns", 0, {});
      log.run("dispatch", { ...told, ...dispatched });
    } catch (thrown) {
      log.problem("dispatch failed", { ...told, ...toProblem(thrown) });
    }
  };
}

/** For the dispatcher: what keeps one agent from being kept. */
export function createProblemLog(log: Log): (agent: AgentName, thrown: unknown) => void {
  return (agent, thrown) => log.problem("agent not dispatched", { ...agent, ...toProblem(thrown) });
}

function toProblem(thrown: unknown) {
  const { code, message: reason, cause } = toTransferError(thrown, "none");
  return { code, reason, ...(code === "internal" && toErrorFields(cause)) };
}
