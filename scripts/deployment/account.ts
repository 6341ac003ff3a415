/** The AWS account that is deployed to: what has to be there before anything is packaged, and the clients of what is asked of it. */
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { assertNotLocal } from "../../dev/local-shell.ts";
import { toMissing } from "../../dev/missing-aws.ts";
import { StartError } from "../../dev/ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Account {
  readonly region: string;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly secrets: SecretsManagerClient;
}

interface Where {
  readonly region: string | undefined;
  /** Of AWS's configuration files. */
  readonly profile: string | undefined;
}

/** Throws a `StartError` that says what to set, and what to unset. Asks nothing of AWS. */
export async function openAccount({ region: given, profile }: Where, environment: Environment): Promise<Account> {
  assertNotLocal(environment);
  const region = given || environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const options = { ...(region && { region }), ...(profile && { profile }) };
  const cloudFormation = new CloudFormationClient(options);
  const found = await cloudFormation.config.region().catch(() => {
    throw new StartError("Which region? Give --region, or set AWS_REGION.");
  });
  await cloudFormation.config.credentials().catch((error: unknown) => {
    const words = error instanceof Error ? toMissing(error, profile ?? environment.AWS_PROFILE) : undefined;
    throw new StartError(words ?? `No AWS credentials could be had: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
  });
  const lambda = new LambdaClient({
    ...options,
    // A repeat would be a second sign-out, beside the first one.
    maxAttempts: 1,
    // How long an answer may take is said where it is asked for.
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  return { region: found, cloudFormation, lambda, secrets: new SecretsManagerClient(options) };
}

/** Behind a VPN that dropped, nobody refuses a connection. */
const CONNECTION_TIMEOUT_MS = 10_000;
