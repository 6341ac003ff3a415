/** The functions of a deployed stack that keep agents signed in: stopped for good, let go on, and the agents signed out. */
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import * as z from "zod";
import { StartError } from "../../dev/ports.ts";
import type { SignedOutAgent, SignedOutAgents } from "../../lib/sessions/sign-out-handler.ts";
import type { Stack } from "./stack.ts";

/** The one that begins runs, and the one whose runs they are. */
const KEEPERS = ["dispatch-keepers", "keep-session"];

/** AWS answers within a second. Where the way there is lost, nobody would. */
const CONCURRENCY_TIMEOUT_MS = 15_000;
/** Longer than sign-out-agents may take. */
const SIGN_OUT_TIMEOUT_MS = 330_000;

export interface StoppedKeepers {
  /** As commands, for whoever has to do it by hand. */
  readonly undo: string;
  /** Rejects where it is not known whether they do. */
  letGoOn(signal?: AbortSignal): Promise<void>;
}

interface Deployed {
  readonly stack: Stack;
  readonly region: string;
}

interface Stopping extends Deployed {
  /** For each thing that AWS is asked. */
  readonly timeoutMs?: number;
}

/** No run begins from then on; those that have begun go on. Rejects where that is not so: then with the commands, if they may be stopped all the same. */
export async function stopKeepers(
  client: LambdaClient,
  { stack, region, timeoutMs: requestTimeout = CONCURRENCY_TIMEOUT_MS }: Stopping,
): Promise<StoppedKeepers> {
  const names = keepersOf(stack);
  const before = await Promise.all(
    names.map(async (FunctionName) => {
      const { ReservedConcurrentExecutions } = await client.send(new GetFunctionConcurrencyCommand({ FunctionName }), { requestTimeout });
      // 0 is left of a removal that was broken off.
      return { FunctionName, ReservedConcurrentExecutions: ReservedConcurrentExecutions || undefined };
    }),
  );

  const undo = before
    .map(({ FunctionName, ReservedConcurrentExecutions: count }) =>
      count === undefined
        ? toCommand(region, FunctionName)
        : `  aws lambda put-function-concurrency --region ${region} --function-name ${FunctionName} --reserved-concurrent-executions ${count}`,
    )
    .join("\n");

  async function letGoOn(abortSignal?: AbortSignal): Promise<void> {
    const options = { requestTimeout, ...(abortSignal && { abortSignal }) };
    for (const { FunctionName, ReservedConcurrentExecutions } of before)
      await (ReservedConcurrentExecutions === undefined
        ? client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }), options)
        : client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }), options));
  }

  try {
    for (const FunctionName of names)
      await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }), { requestTimeout });
  } catch (error) {
    await letGoOn().catch(() => {
      throw new StartError(
        `Nothing was removed, but the keepers may be stopped (${error instanceof Error ? error.name : error}), until you let them go on:\n${undo}`,
      );
    });
    throw error;
  }
  return { undo, letGoOn };
}

/** Those that a removal has stopped which was broken off run again. Answers with what is to be said of it; nothing, where they ran. Never rejects. */
export async function letKeepersGoOn(client: LambdaClient, { stack, region }: Deployed): Promise<string | undefined> {
  const names = keepersOf(stack);
  const stopped: string[] = [];
  try {
    for (const FunctionName of names) {
      const { ReservedConcurrentExecutions } = await client.send(new GetFunctionConcurrencyCommand({ FunctionName }));
      if (ReservedConcurrentExecutions !== 0) continue;
      await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
      stopped.push(FunctionName.slice(stack.name.length + 1));
    }
  } catch (error) {
    const commands = names.map((name) => toCommand(region, name)).join("\n");
    return `Whether a removal that was broken off has left the keepers stopped could not be mended (${error instanceof Error ? error.name : error}). If no agent is signed in:\n${commands}`;
  }
  if (stopped.length === 0) return undefined;
  return `A removal that was broken off had stopped ${stopped.join(" and ")}: they run again, with nothing reserved for them, and the agents are signed in within two minutes.`;
}

function toCommand(region: string, functionName: string): string {
  return `  aws lambda delete-function-concurrency --region ${region} --function-name ${functionName}`;
}

/** Of the stack, which may have lost some of them already. */
function keepersOf(stack: Stack): readonly string[] {
  return KEEPERS.map((name) => `${stack.name}-${name}`).filter((name) => hasFunction(stack, name));
}

/** Of a version that does not know what it is asked. */
const Refused = z.object({ error: z.string() });

const SignedOut = z.object({
  agents: z.array(
    z.object({
      gateway: z.string(),
      agentId: z.string(),
      ended: z.enum(["signed-out", "not-signed-in", "failed"]),
      reason: z.string().optional(),
    }),
  ),
  // A version before knows of none.
  left: z.array(z.string()).default([]),
});

function hasFunction({ resources }: Stack, name: string): boolean {
  return resources.some(({ type, physicalId }) => type === "AWS::Lambda::Function" && physicalId === name);
}

/**
 * By the function that reaches the gateways, which is asked again for those whom its time did not suffice for, for as long as they become fewer: tells what each time
 * came of it. Throws where it is not known what became of the agents.
 */
export async function* signOutAgents(client: LambdaClient, stack: Stack, signal: AbortSignal): AsyncGenerator<SignedOutAgents> {
  // Nobody keeps one.
  if (keepersOf(stack).length === 0) return;
  let only: readonly string[] | undefined;
  for (;;) {
    const told = await askToSignOut(client, stack, { only, signal });
    yield told;
    if (told.left.length === 0 || told.left.length >= (only?.length ?? Number.POSITIVE_INFINITY)) return;
    only = told.left;
  }
}

interface Asked {
  readonly only: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

async function askToSignOut(client: LambdaClient, { name }: Stack, { only, signal }: Asked): Promise<SignedOutAgents> {
  const command = new InvokeCommand({
    FunctionName: `${name}-sign-out-agents`,
    Payload: Buffer.from(JSON.stringify({ keepOut: true, only })),
  });
  const { FunctionError, Payload } = await client.send(command, { abortSignal: signal, requestTimeout: SIGN_OUT_TIMEOUT_MS });
  const text = Payload?.transformToString() ?? "";
  if (FunctionError !== undefined)
    throw new Error(
      `sign-out-agents failed: ${z.object({ errorType: z.string() }).safeParse(JSON.parse(text)).data?.errorType ?? FunctionError}`,
    );
  const answer: unknown = JSON.parse(text);
  const refused = Refused.safeParse(answer);
  if (refused.success) throw new Error(`sign-out-agents did nothing: ${refused.data.error}`);
  return SignedOut.parse(answer);
}

export function describeSignedOut({ gateway, agentId, ended, reason }: SignedOutAgent): string {
  const agent = `  ${gateway}/${agentId}`;
  if (ended === "signed-out") return `${agent} is signed out`;
  if (ended === "failed") return `${agent} could NOT be signed out: ${reason}`;
  return `${agent} was not signed in${reason === undefined ? "" : ` any more: the gateway did not know its session (${reason})`}`;
}
