/** `npm run remove`: says what goes and what stays, signs the agents out, and has the framework remove the stack. */
import { StartError } from "../../dev/ports.ts";
import type { SignedOutAgent } from "../../lib/sessions/sign-out-handler.ts";
import type { Account } from "./account.ts";
import type { Ask } from "./ask.ts";
import { parseCommandLine } from "./command-line.ts";
import type { DeployTools } from "./deploy-stack.ts";
import { INTERRUPTED, type Interruption } from "./interruption.ts";
import { describeSignedOut, type StoppedKeepers, signOutAgents, stopKeepers } from "./keepers.ts";
import { describePlan, describeTakenNames, planRemoval } from "./removal-plan.ts";
import { listSecrets } from "./secret-names.ts";
import { readStack, type Stack, secretNameOf, secretsPrefixOf, stackNameOf, toStartError } from "./stack.ts";

export const REMOVE_USAGE = `npm run remove -- --stage NAME [OPTIONS]

Says what goes with the stack of that stage and what stays, signs out the agents that it keeps, and removes it.

  --stage NAME         required, as in: --stage prod
  --region REGION      the environment's (AWS_REGION) or the profile's unless given
  --profile NAME       of AWS's configuration files
  --yes                does not ask; needed where nobody can be asked
  --force              removes it also where an agent could not be signed out
  --help

Everything else goes to \`serverless remove\` as it is. Ends with 0 when it is removed, with 1 when it was left as it is, with 2 when nothing could be begun, with
130 when it was interrupted before the framework removed anything, else with the framework's code.`;

export interface RemoveTools extends DeployTools {
  /** Undefined where nobody can be asked. */
  readonly ask: Ask | undefined;
  readonly watchForInterruption: () => Interruption;
}

/** Answers with the exit code. Throws a `StartError` where nothing was begun. */
export async function removeStack(given: readonly string[], tools: RemoveTools): Promise<number> {
  const { open, serverless, print, ask } = tools;
  const { stage, region: wanted, profile, flags, rest } = parseCommandLine(given, ["--yes", "--force"]);
  const account = await open({ region: wanted, profile });
  const { region } = account;
  const { stack, secretNames } = await readAll(account, stage);
  const plan = planRemoval({ stack, region, secretNames });
  print(`${describePlan(plan, stack, region)}\n`);
  if (plan.blocks.length > 0) throw new StartError(`It cannot be removed like this.\n${plan.blocks.join("\n")}`);
  if (!flags.has("--yes") && ask === undefined) throw new StartError("Nobody can be asked here. Give --yes if you are sure.");
  // No answer is none that agrees.
  const isSure = async (flag: string, what: string, signal?: AbortSignal) =>
    flags.has(flag) || (await ask?.(`Type the name of the stage to ${what}: `, signal).catch(() => undefined)) === stage;
  if (!(await isSure("--yes", "remove it"))) {
    print("Nothing was removed.");
    return 1;
  }

  const where = ["--stage", stage, "--region", region, ...(profile === undefined ? [] : ["--aws-profile", profile])];
  // The framework would refuse wrong parameters only once nobody is signed in any more.
  if ((await serverless(["print", "--path", "service", "--format", "text", ...paramsOf(rest), ...where])) !== 0)
    throw new StartError("Nothing was removed: serverless.yml cannot be read with these parameters. Give those that it was deployed with.");

  const interruption = tools.watchForInterruption();
  const { signal, again } = interruption;
  const stopped = await stopKeepers(account.lambda, { stack, region }).catch((error: unknown) => {
    interruption.release();
    throw toStartError(error);
  });
  try {
    print(
      `From now on no run begins that would sign an agent in. Ctrl-C lets them begin again. Should this be broken off otherwise, another npm run deploy does, and so do:\n${stopped.undo}\n`,
    );
    print(
      `The alarms ${stack.name}-keeper-silent and ${stack.name}-dispatch-keepers-throttles may ring until it is removed: that is no more than this.\n`,
    );
    print("Signing the agents out, which takes up to two minutes for each hundred…");
    const isClear =
      (await areSignedOut(account, stack, { print, signal })) ||
      (!signal.aborted && (await isSure("--force", "remove it all the same", signal)));
    if (signal.aborted) {
      print("The keepers are let go on. One more Ctrl-C does not wait for that, and says how you let them.");
      await letGoOn(stopped, { print, again, after: "once sign-out-agents has ended, which goes on for up to five minutes" });
      return INTERRUPTED;
    }
    if (!isClear) {
      await letGoOn(stopped, { print, again, after: "within two minutes" });
      return 1;
    }
  } catch (error) {
    // A bug, or a terminal that is gone. What cannot be printed is no reason to leave them stopped.
    await letGoOn(stopped, { print, again, after: "within two minutes" }).catch(() => undefined);
    throw error;
  } finally {
    interruption.release();
  }

  print("");
  const code = await serverless(["remove", ...rest, ...where]);
  if (code === 0) await printTakenNames(account, stack, print);
  else print(`\nIt is not removed. No run begins that would sign an agent in, until you let them:\n${stopped.undo}`);
  return code;
}

/** Each `--param "NAME=VALUE"`, in either spelling. */
function paramsOf(rest: readonly string[]): readonly string[] {
  return rest.flatMap((each, index) => {
    if (each === "--param") return [each, rest[index + 1] ?? ""];
    return each.startsWith("--param=") ? [each] : [];
  });
}

async function readAll(account: Account, stage: string) {
  try {
    const stack = await readStack(account.cloudFormation, stage);
    if (stack === undefined) throw new StartError(`There is no stack ${stackNameOf(stage)} in ${account.region}.`);
    return { stack, secretNames: (await secretsOf(account, stack)).filter(({ isDeleted }) => !isDeleted).map(({ name }) => name) };
  } catch (error) {
    throw toStartError(error);
  }
}

async function secretsOf({ secrets }: Account, stack: Stack) {
  const prefix = secretsPrefixOf(stack);
  return prefix === undefined ? [] : listSecrets(secrets, prefix);
}

/** Of what is left of the stack's own secrets. It is removed, whatever comes of asking. */
async function printTakenNames(account: Account, stack: Stack, print: DeployTools["print"]): Promise<void> {
  const own = new Set(stack.resources.filter(({ type }) => type === "AWS::SecretsManager::Secret").map(secretNameOf));
  const listed = await secretsOf(account, stack).catch(() => []);
  const taken = describeTakenNames(
    listed.filter(({ name }) => own.has(name)),
    account.region,
  );
  if (taken !== undefined) print(`\n${taken}`);
}

interface Telling {
  readonly print: DeployTools["print"];
  readonly signal: AbortSignal;
}

/** Whether nobody may be signed in any more. */
async function areSignedOut({ lambda }: Account, stack: Stack, { print, signal }: Telling): Promise<boolean> {
  try {
    const all: SignedOutAgent[] = [];
    let left: readonly string[] = [];
    for await (const told of signOutAgents(lambda, stack, signal)) {
      for (const agent of told.agents) print(describeSignedOut(agent));
      all.push(...told.agents);
      ({ left } = told);
      if (left.length > 0) print(`  ${left.length} are left, whom the time did not suffice for.`);
    }
    if (left.length > 0) print(`  They could NOT be signed out: ${left.join(", ")}`);
    else if (all.length === 0) print("  There are none.");
    if (left.length === 0 && all.every(({ ended }) => ended !== "failed")) return true;
  } catch (error) {
    if (signal.aborted) return false;
    print(`  What became of them is not known: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
  }
  print(
    "\nA session that nobody keeps is ended by its gateway two minutes later, by itself. Until then a sign-in as that agent is refused (100-002).",
  );
  return false;
}

interface GoingOn {
  readonly print: DeployTools["print"];
  readonly again: AbortSignal;
  /** When the agents are signed in again. */
  readonly after: string;
}

async function letGoOn({ letGoOn, undo }: StoppedKeepers, { print, again, after }: GoingOn): Promise<void> {
  try {
    await letGoOn(again);
    print(`Nothing was removed. The agents are signed in again ${after}. Try again, or with --force.`);
  } catch (error) {
    print(`Nothing was removed, but no run begins (${error instanceof Error ? error.name : error}) until you let them:\n${undo}`);
  }
}
