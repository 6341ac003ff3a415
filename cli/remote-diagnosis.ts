/** The same checks by the function `diagnose`, which sees gateways, secrets and receivers as the others do. Invoked once; what it answers has no secret. */
import { GetFunctionConfigurationCommand, LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { invokeFunction } from "../dev/deployed-function.ts";
import type { Stage } from "../lib/diagnosis/diagnose.ts";
import { CHECK_NAMES, Finding, toPrintable } from "../lib/diagnosis/finding.ts";
import type { Scope } from "../lib/diagnosis/scope.ts";
import type { Place } from "./place.ts";
import { CommandError } from "./problem.ts";

/** The function has 28 s, and may start cold. */
const INVOCATION_MAX_MS = 40_000;
const FUNCTION = "diagnose";
/** Who tells receivers. */
const TELLER = "deliver-callbacks";

const Answer = z.object({ findings: z.array(Finding) });
const Refused = z.object({ error: z.string() });
const Failure = z.object({ errorType: z.string() });

/** Throws a `CommandError` where there is no such function, or where it has not answered. */
export async function* diagnoseRemotely(place: Place, scope: Scope): AsyncGenerator<Stage, void> {
  const answer = ask(place, scope);
  for (const name of CHECK_NAMES) yield { name, findings: answer.then((all) => all.filter((finding) => finding.name === name)) };
}

async function ask(place: Place, scope: Scope): Promise<readonly Finding[]> {
  const nameOrArn = place.functionName(FUNCTION);
  try {
    const callbacks = place.isLocal || (await isOnSameNetwork(place));
    const invocation = {
      event: JSON.stringify({ ...scope, callbacks }),
      signal: AbortSignal.timeout(INVOCATION_MAX_MS),
      onRequest: () => {},
    };
    const { functionError, text } = await invokeFunction({ nameOrArn, region: undefined, endpoint: undefined }, invocation);
    const json: unknown = JSON.parse(text);
    const refused = Refused.safeParse(json).data;
    if (refused !== undefined)
      throw new CommandError(`${nameOrArn} has looked at nothing (${toPrintable(refused.error)}): is it of this version?`);
    if (functionError === undefined) return Answer.parse(json).findings;
    const why = Failure.safeParse(json).data?.errorType ?? functionError;
    throw new CommandError(`${nameOrArn} has not answered (${why}): its log says why.`);
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new CommandError(`There is no function ${nameOrArn}: deploy this version first (npm run deploy).`);
  }
}

/** Whether it reaches receivers by the same way as the function that tells them: a VPC may have no way to them. */
async function isOnSameNetwork({ functionName }: Place): Promise<boolean> {
  const client = new LambdaClient({});
  try {
    const [own, tellers] = await Promise.all(
      [FUNCTION, TELLER].map(async (name) => {
        const { VpcConfig } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName(name) }));
        return VpcConfig?.VpcId ?? "";
      }),
    );
    return own === tellers;
  } finally {
    client.destroy();
  }
}
