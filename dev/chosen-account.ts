/** The AWS account and region that a command with `--stage` means. Sets the environment of this process, as the SDK's clients read it. */
import { assertNotLocal } from "./local-shell.ts";

interface Chosen {
  readonly region: string | undefined;
  /** Of AWS's configuration files. */
  readonly profile: string | undefined;
}

/** Throws a `StartError` in a shell of the local stack. Asks nothing of AWS. */
export function useAccount({ region, profile }: Chosen): void {
  assertNotLocal(process.env);
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  // The SDK does not read the other one, which the AWS CLI does.
  const found = region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (found !== undefined) process.env.AWS_REGION = found;
}
