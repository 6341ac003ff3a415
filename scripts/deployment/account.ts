/** The AWS account that is deployed to: what has to be there before anything is packaged, and the clients of what is asked of it. */
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
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
    throw new StartError(
      `No AWS credentials were found (${error instanceof Error ? error.name : "unknown"}). Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where there is one).`,
    );
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

const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/;
/** Of the README, for the local stack. */
const LOCAL_KEY = "local";

/** The framework and the clients would ask this machine instead of AWS. */
function assertNotLocal(environment: Environment): void {
  const endpoints = Object.keys(environment).filter((name) => name.startsWith("AWS_ENDPOINT_URL") && isLoopback(environment[name]));
  const keys =
    environment.AWS_ACCESS_KEY_ID === LOCAL_KEY
      ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"].filter((name) => environment[name] !== undefined)
      : [];
  if (endpoints.length + keys.length === 0) return;
  throw new StartError(
    `This shell is set up for the local stack, not for an AWS account. First:\n\n  unset ${[...endpoints, ...keys].join(" ")}`,
  );
}

function isLoopback(url = ""): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}
