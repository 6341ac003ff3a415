/** One tick: finds the managed agents, and has each kept by an invocation of its own, so that one agent's trouble never delays another's. */
import pMap from "p-map";
import { TransferError, toTransferError } from "../errors.ts";
import type { AgentAccess } from "../gateway/agent-access.ts";
import { parseAgentName } from "./agent-name.ts";
import type { AgentName } from "./agent-record.ts";

/** Invoking takes some ten milliseconds, reading a secret that is not kept yet as well. */
const CONCURRENT_AGENTS = 50;

export interface Dispatched {
  readonly invoked: number;
  /** Agents who could not be looked at or invoked: the next tick tries again. */
  readonly failed: number;
}

interface DispatcherOptions {
  /** `main/101` of every agent that has a secret. */
  readonly list: () => Promise<readonly string[]>;
  readonly accesses: { get(name: string, signal: AbortSignal): Promise<AgentAccess | undefined> };
  readonly invoke: (agent: AgentName) => Promise<void>;
  readonly onProblem: (agent: AgentName, error: unknown) => void;
}

export function createDispatcher({ list, accesses, invoke, onProblem }: DispatcherOptions): (signal: AbortSignal) => Promise<Dispatched> {
  async function dispatch(name: string, signal: AbortSignal): Promise<keyof Dispatched | undefined> {
    const [gateway = "", agentId = ""] = name.split("/");
    try {
      const agent = parseAgentName(name);
      if (agent === undefined) throw new TransferError("misconfigured", { reason: `agents/${name}: no agent can be called so` });
      const access = await accesses.get(name, signal);
      if (access?.session !== "managed") return undefined;
      await invoke(agent);
      return "invoked";
    } catch (thrown) {
      onProblem({ gateway, agentId }, toTransferError(thrown, "none"));
      return "failed";
    }
  }

  return async (signal) => {
    const ended = await pMap(await list(), (name) => dispatch(name, signal), { concurrency: CONCURRENT_AGENTS });
    const count = (what: keyof Dispatched) => ended.filter((each) => each === what).length;
    return { invoked: count("invoked"), failed: count("failed") };
  };
}
