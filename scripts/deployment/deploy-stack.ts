/** `npm run deploy`: the framework's own deployment, begun only where it can succeed, and followed by what is to be done next. */
import { StartError } from "../../dev/ports.ts";
import type { Account } from "./account.ts";
import { parseCommandLine } from "./command-line.ts";
import { letKeepersGoOn } from "./keepers.ts";
import { describeNextSteps } from "./next-steps.ts";
import { listSecrets } from "./secret-names.ts";
import type { Serverless } from "./serverless.ts";
import { readStack, type Stack, secretsPrefixOf, toStartError } from "./stack.ts";

export const DEPLOY_USAGE = `npm run deploy -- --stage NAME [OPTIONS]

Deploys the stack of that stage, and says what is to be done next.

  --stage NAME         required, as in: --stage prod
  --region REGION      the environment's (AWS_REGION) or the profile's unless given
  --profile NAME       of AWS's configuration files
  --param "NAME=VALUE" a parameter of serverless.yml; may be given several times
  --help

Everything else goes to \`serverless deploy\` as it is. Ends with 0 when it is deployed, with 2 when it could not be begun, else with the framework's code.`;

export interface DeployTools {
  readonly open: (where: { readonly region: string | undefined; readonly profile: string | undefined }) => Promise<Account>;
  readonly serverless: Serverless;
  readonly print: (text: string) => void;
}

/** Answers with the exit code. Throws a `StartError` where nothing was begun. */
export async function deployStack(given: readonly string[], { open, serverless, print }: DeployTools): Promise<number> {
  const { stage, region: wanted, profile, rest } = parseCommandLine(given);
  const account = await open({ region: wanted, profile });
  const { region, cloudFormation, secrets } = account;
  const before = await readStack(cloudFormation, stage).catch((error: unknown) => {
    throw toStartError(error);
  });
  print(
    `${before === undefined ? "Making" : "Updating"} the stage ${stage} in ${region}${before === undefined ? "" : ` of the account ${before.account}`}.`,
  );
  const where = ["--stage", stage, "--region", region, ...(profile === undefined ? [] : ["--aws-profile", profile])];
  const code = await serverless(["deploy", ...rest, ...where]);
  if (code !== 0) {
    // What was deployed before is at work, and is to have its agents.
    if (before !== undefined) await mendKeepers(account, before, print);
    return code;
  }
  try {
    const stack = await readStack(cloudFormation, stage);
    if (stack !== undefined) await mendKeepers(account, stack, print);
    const prefix = stack && secretsPrefixOf(stack);
    if (stack === undefined || prefix === undefined) throw new StartError("The stack has no secret keys/records.");
    const names = (await listSecrets(secrets, prefix)).filter(({ isDeleted }) => !isDeleted).map(({ name }) => name);
    const idOf = (wanted: string) => stack.resources.find(({ type }) => type === wanted)?.physicalId;
    const domain = idOf("AWS::ApiGatewayV2::DomainName");
    // Where it has a domain, the API's own address is off.
    const url = domain === undefined ? stack.outputs.HttpApiUrl : `https://${domain}`;
    print(`\n${describeNextSteps({ url, stage, region, profile, prefix, names })}`);
  } catch (error) {
    // It is deployed all the same.
    print(
      `\nDeployed. What is still missing could not be looked up: ${error instanceof Error ? error.message : error}\nREADME.md, Deploy, has the next steps.`,
    );
  }
  return 0;
}

async function mendKeepers({ lambda, region }: Account, stack: Stack, print: DeployTools["print"]): Promise<void> {
  const mended = await letKeepersGoOn(lambda, { stack, region });
  if (mended !== undefined) print(`\n${mended}`);
}
