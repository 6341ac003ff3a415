/**
 * Which stack a command is about: the local one, by the ports of its environment, or a deployed stage, whose functions say which tables and secrets they use.
 * Sets the environment of this process, as the clients of lib/ read it.
 */
import { GetFunctionConfigurationCommand, LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import { useAccount } from "../dev/chosen-account.ts";
import { LOCAL_RECORDS_TABLE } from "../dev/dynamodb/local-dynamodb.ts";
import { REGION, SERVICE } from "../dev/offline.ts";
import { parsePorts } from "../dev/ports.ts";
import { SECRETS_PREFIX } from "../dev/seed.ts";
import { LOCAL_STAGE, parseStage, type Which } from "../dev/stage-name.ts";
import { type Config, parseConfig } from "../lib/config.ts";
import { CommandError, toProblem } from "./problem.ts";

/** As serverless.yml has them for the stage `local`. */
const LOCAL_RETENTION_DAYS = "30";
const LOCAL_SESSIONS_TABLE = "ccgw-local-sessions";

export type PlaceOptions = Which;

export interface Place {
  readonly stage: string;
  readonly isLocal: boolean;
  /** What its functions run with. */
  readonly config: Config;
  /** Of the key that the stack encrypts secrets with; the local one has none. */
  readonly keyAlias: string;
  /** The name of a function of serverless.yml. */
  functionName(name: string): string;
}

/** Nothing of the stage can be looked at: AWS does not take the credentials or does not allow it, there is no such stage, or nobody answers. */
export class NoPlace extends CommandError {}

/** Throws a `StartError` for what is no stage, and a `NoPlace` where AWS does not tell of it. */
export async function openPlace({ stage, region, profile }: PlaceOptions): Promise<Place> {
  const deployed = parseStage({ stage, region, profile });
  if (deployed === undefined) return openLocal();
  useAccount({ region, profile });
  return openDeployed(deployed);
}

function openLocal(): Place {
  const ports = parsePorts(process.env);
  const at = (port: number) => `http://127.0.0.1:${port}`;
  // Of the local Secrets Manager, where it is exported. The SDK has no option that leaves it out.
  delete process.env.AWS_ENDPOINT_URL;
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: at(ports.secrets),
    AWS_ENDPOINT_URL_DYNAMODB: at(ports.dynamodb),
    AWS_ENDPOINT_URL_SQS: at(ports.sqs),
    AWS_ENDPOINT_URL_LAMBDA: at(ports.lambda),
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: at(ports.logs),
  });
  const functionName = toFunctionName(LOCAL_STAGE);
  const config = parseConfig({
    CCGW_SECRETS_PREFIX: SECRETS_PREFIX,
    CCGW_PUBLIC_BASE_URL: at(ports.http),
    CCGW_VERSION: LOCAL_STAGE,
    CCGW_SESSIONS_TABLE: LOCAL_SESSIONS_TABLE,
    CCGW_RECORDS_TABLE: LOCAL_RECORDS_TABLE,
    CCGW_RETENTION_DAYS: LOCAL_RETENTION_DAYS,
    CCGW_KEEPER_FUNCTION: functionName("keep-session"),
    CCGW_CALLBACK_QUEUE: `${at(ports.sqs)}/000000000000/ccgw-local-callbacks`,
  });
  return { stage: LOCAL_STAGE, isLocal: true, config, functionName, keyAlias: toKeyAlias(LOCAL_STAGE) };
}

async function openDeployed(stage: string): Promise<Place> {
  const functionName = toFunctionName(stage);
  const FunctionName = functionName("receive-transfer");
  const client = new LambdaClient({});
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return {
      stage,
      isLocal: false,
      config: toConfig(Environment?.Variables ?? {}, FunctionName),
      functionName,
      keyAlias: toKeyAlias(stage),
    };
  } catch (cause) {
    const words =
      cause instanceof ResourceNotFoundException
        ? `There is no stage ${stage} in ${process.env.AWS_REGION ?? "this region"}: ${FunctionName} does not exist there.`
        : toProblem(cause).message;
    throw new NoPlace(words, { cause });
  } finally {
    client.destroy();
  }
}

function toConfig(variables: Readonly<Record<string, string>>, functionName: string): Config {
  try {
    return parseConfig(variables);
  } catch (cause) {
    throw new CommandError(`${functionName} has another environment than this version knows: is it of this project, and deployed?`, {
      cause,
    });
  }
}

function toFunctionName(stage: string): (name: string) => string {
  return (name) => `${SERVICE}-${stage}-${name}`;
}

/** As infrastructure/keys.yml names it. */
function toKeyAlias(stage: string): string {
  return `alias/${SERVICE}-${stage}`;
}
