/** On the port of a service of AWS's, another one may listen: its answers are none, whatever they say. */
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { parsePorts } from "../dev/ports.ts";
import { CommandError } from "./problem.ts";

/** Each answer of AWS's, and of its emulators', has an id. Has the client throw a `CommandError` for any other. */
export function refuseStrangers(client: SecretsManagerClient, { isLocal }: { readonly isLocal: boolean }): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args).catch((error: unknown) => {
        throw isStranger(error) ? toRefusal(isLocal) : error;
      });
      if (isStranger(answered.output)) throw toRefusal(isLocal);
      return answered;
    },
    // Within it, answers are parsed; outside, tries are repeated.
    { step: "initialize", name: "refuseStrangers" },
  );
}

function isStranger(answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null || !("$metadata" in answer)) return false;
  const { $metadata } = answer as { readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string } };
  return $metadata.httpStatusCode !== undefined && $metadata.requestId === undefined;
}

function toRefusal(isLocal: boolean): CommandError {
  if (!isLocal)
    return new CommandError(
      "What answers is not Secrets Manager. Is there a proxy between, or an endpoint in the environment or the profile?",
    );
  const { secrets } = parsePorts(process.env);
  return new CommandError(
    `What answers at port ${secrets} is not Secrets Manager: set SECRETS_MANAGER_PORT to the port that \`npm start\` has for it.`,
  );
}
