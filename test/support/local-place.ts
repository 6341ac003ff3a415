/** The local stack as a command of `ccgw` opens it, by the ports of the environment: `vi.unstubAllEnvs` puts back what that sets. */
import { vi } from "vitest";
import { openPlace, type Place } from "../../cli/place.ts";

const SERVICES = ["SECRETS_MANAGER", "DYNAMODB", "SQS", "LAMBDA", "CLOUDWATCH_LOGS"];
const SET_BY_A_PLACE = [
  ...["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"],
  ...SERVICES.map((service) => `AWS_ENDPOINT_URL_${service}`),
];

/** Of whoever runs the tests, perhaps beside a stack of theirs. */
const PORTS = [
  "PORT",
  ...["DOCS", "DYNAMODB", "GATEWAY", "GATEWAY_CONTROL", "LAMBDA", "LOGS", "SECRETS_MANAGER", "SQS", "TOKEN_ISSUER"].map(
    (of) => `${of}_PORT`,
  ),
];

export function openLocalPlace(ports: Readonly<Record<string, string>>): Promise<Place> {
  for (const name of [...SET_BY_A_PLACE, ...PORTS]) vi.stubEnv(name, undefined);
  for (const [variable, port] of Object.entries(ports)) vi.stubEnv(variable, port);
  return openPlace({});
}
