/** The same checks by the function `diagnose`, which sees gateways, secrets and receivers as the others do. Invoked once; what it answers has no secret. */
import { GetFunctionConfigurationCommand, LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { invokeFunction } from "../dev/deployed-function.ts";
import type { Stage } from "../lib/diagnosis/diagnose.ts";
import { CHECK_NAMES, Finding, toPrintable } from "../lib/diagnosis/finding.ts";
import type { Scope } from "../lib/diagnosis/scope.ts";
import { NoPlace, type Place } from "./place.ts";
import { toProblem } from "./problem.ts";

/** The function has 28 s, and may start cold. */
const INVOCATION_MAX_MS = 40_000;
const FUNCTION = "diagnose";
/** Who tells receivers. */
const TELLER = "deliver-callbacks";

const Answer = z.object({ findings: z.array(Finding) });
const Refused = z.object({ error: z.string() });
const Failure = z.object({ errorType: z.string() });

/** Throws a `NoPlace`, and says nothing before, where there is no such function, where it may not be invoked, or where it has not answered. */
export async function* diagnoseRemotely(place: Place, scope: Scope): AsyncGenerator<Stage, void> {
  const answer = ask(place, scope);
  for (const name of CHECK_NAMES) yield { name, findings: answer.then((all) => all.filter((finding) => finding.name === name)) };
}

async function ask(place: Place, scope: Scope): Promise<readonly Finding[]> {
  try {
    return await askFunction(place, scope);
  } catch (error) {
    throw error instanceof NoPlace ? error : new NoPlace(toProblem(error).message, { cause: error });
  }
}

async function askFunction(place: Place, scope: Scope): Promise<readonly Finding[]> {
  const nameOrArn = place.functionName(FUNCTION);
  const callbacks = place.isLocal || (await isOnSameNetwork(place));
  const invocation = {
    event: JSON.stringify({ ...scope, callbacks }),
    signal: AbortSignal.timeout(INVOCATION_MAX_MS),
    onRequest: () => {},
  };
  const { functionError, text } = await whereAllowed(
    { action: "lambda:InvokeFunction", name: nameOrArn },
    invokeFunction({ nameOrArn, region: undefined, endpoint: undefined }, invocation),
  );
  const json = parseJson(text);
  if (functionError !== undefined)
    throw new NoPlace(`${nameOrArn} has not answered (${Failure.safeParse(json).data?.errorType ?? functionError}): its log says why.`);
  const refused = Refused.safeParse(json).data;
  if (refused !== undefined)
    throw new NoPlace(`${nameOrArn} has looked at nothing (${toPrintable(refused.error)}): is it of this version?`);
  const found = Answer.safeParse(json).data;
  if (found === undefined) throw new NoPlace(`${nameOrArn} has answered what is not understood: is it of this version?`);
  return found.findings;
}

interface Permission {
  readonly action: string;
  /** Of the function. */
  readonly name: string;
}

async function whereAllowed<Answer>({ action, name }: Permission, asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ResourceNotFoundException)
      throw new NoPlace(`There is no function ${name}: deploy this version first (npm run deploy).`, { cause: error });
    if (error instanceof Error && error.name === "AccessDeniedException")
      throw new NoPlace(`AWS does not let these credentials do ${action} of ${name}: docs/doctor.md#what-it-needs`, { cause: error });
    throw error;
  }
}

/** Whether it reaches receivers by the same way as the function that tells them: a VPC may have no way to them. */
async function isOnSameNetwork({ functionName }: Place): Promise<boolean> {
  const client = new LambdaClient({});
  try {
    const [own, tellers] = await Promise.all(
      [FUNCTION, TELLER].map(async (name) => {
        const FunctionName = functionName(name);
        const { VpcConfig } = await whereAllowed(
          { action: "lambda:GetFunctionConfiguration", name: FunctionName },
          client.send(new GetFunctionConfigurationCommand({ FunctionName })),
        );
        return VpcConfig?.VpcId ?? "";
      }),
    );
    return own === tellers;
  } finally {
    client.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
