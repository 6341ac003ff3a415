/** The function that signs all managed agents out, each by itself: invoked by whoever removes the stack, and answers with what became of each. */
import type { Context } from "aws-lambda";
import pMap from "p-map";
import * as z from "zod";
import { toTransferError } from "../errors.ts";
import { type Log, toErrorFields } from "../log.ts";
import { inOurWords, toOneLine } from "../transfer/issue-words.ts";
import { parseAgentName } from "./agent-name.ts";
import type { AgentName } from "./agent-record.ts";
import { toRunDeadline } from "./run-context.ts";
import type { SignOut, SignOutEnding, SignOutRun } from "./sign-out.ts";

/** Nearly all of the time each waits for its keeper to let go. */
const CONCURRENT_AGENTS = 100;

const Named = z.string().refine((name) => parseAgentName(name) !== undefined, "must be the name of an agent, as in main/101");

/** `only`: these alone, such as who was left the last time. All, unless given. */
const Asked = z.strictObject({
  keepOut: z.boolean().default(false),
  only: z.array(Named, 'must be a list of names, as in ["main/101"]').optional(),
});

/** Of one that was asked for by its name: whoever did is not to believe that it is signed out. */
const NOT_MANAGED = "is not managed, or there is no such agent";

interface SignOutHandlerOptions {
  /** `main/101` of every agent that has a secret. */
  readonly list: () => Promise<readonly string[]>;
  readonly signOut: SignOut;
  readonly log: Log;
}

interface EndOptions extends SignOutRun {
  readonly isNamed: boolean;
  readonly lambdaRequestId: string;
}

/** Of managed agents, and of those that were named. `reason` is a retcode, a code of ours, or words of ours. */
export interface SignedOutAgent extends AgentName {
  readonly ended: Exclude<SignOutEnding["ended"], "not-managed" | "not-begun">;
  readonly reason?: string | undefined;
}

export interface SignedOutAgents {
  readonly agents: readonly SignedOutAgent[];
  /** `main/101` of whom there was no time for: ask again, with `only`. */
  readonly left: readonly string[];
}

/** What was asked for is none: nobody is signed out. Answered, not thrown, since it is no fault of the function, whose errors ring. */
export interface SignOutRefused {
  readonly error: string;
}

/** Rejects where the agents could not be listed: nobody is signed out then. */
export function createSignOutHandler({ list, signOut, log }: SignOutHandlerOptions) {
  async function end(agent: AgentName, { isNamed, lambdaRequestId, ...run }: EndOptions): Promise<SignedOutAgent | string | undefined> {
    const told = { ...agent, lambdaRequestId };
    try {
      const ending = await signOut(agent, run);
      if (ending.ended === "not-managed") return isNamed ? { ...agent, ended: "failed", reason: NOT_MANAGED } : undefined;
      if (ending.ended === "not-begun") return `${agent.gateway}/${agent.agentId}`;
      if (ending.ended === "failed") log.problem("not signed out", { ...told, reason: ending.reason });
      else log.run("sign-out", { ...told, ...ending });
      return { ...agent, ...ending };
    } catch (thrown) {
      const { code, message: reason, cause } = toTransferError(thrown, "none");
      log.problem("not signed out", { ...told, code, reason, ...(code === "internal" && toErrorFields(cause)) });
      return { ...agent, ended: "failed", reason: code };
    }
  }

  return async (event: unknown, context: Context): Promise<SignedOutAgents | SignOutRefused> => {
    const asked = Asked.safeParse(event, { error: inOurWords });
    if (!asked.success) return { error: toOneLine(asked.error) };
    const { keepOut, only } = asked.data;
    const run = { keepOut, deadline: toRunDeadline(context), isNamed: only !== undefined, lambdaRequestId: context.awsRequestId };
    const agents = (only ?? (await list())).flatMap((name) => parseAgentName(name) ?? []);
    const ended = await pMap(agents, (agent) => end(agent, run), { concurrency: CONCURRENT_AGENTS });
    const left = ended.filter((each) => typeof each === "string");
    if (left.length > 0) log.run("sign-out", { lambdaRequestId: context.awsRequestId, ended: "not-begun", entries: left.length });
    return { agents: ended.filter((each) => typeof each === "object"), left };
  };
}
