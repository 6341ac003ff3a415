/** On the port of a service of AWS's, another one may listen: its answers are none, whatever they say. */
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { parsePorts } from "../dev/ports.ts";
import { CommandError } from "./problem.ts";

/** What came may have been written all the same: whatever answers, may have handed it on before. */
export class NotSecretsManager extends CommandError {}

/** Each answer of AWS's, and of its emulators', has an id. Has the client throw a `NotSecretsManager` for any other, but for a fault, which something between may answer for it. */
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
  const { httpStatusCode: status, requestId } = $metadata;
  return status !== undefined && status < 500 && requestId === undefined;
}

function toRefusal(isLocal: boolean): NotSecretsManager {
  if (!isLocal)
    return new NotSecretsManager(
      "What answers is not Secrets Manager. Is there a proxy between, or an endpoint in the environment or the profile?",
    );
  const { secrets } = parsePorts(process.env);
  return new NotSecretsManager(
    `What answers at port ${secrets} is not Secrets Manager: set SECRETS_MANAGER_PORT to the port that \`npm start\` has for it.`,
  );
}
