/** Another function of this stack, invoked without waiting for it: the one file that knows the SDK of AWS Lambda. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

/** AWS takes an event in some ten milliseconds. */
const CONNECTION_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 2;

/** Rejects with the SDK's error where the event may not have been taken. */
export type InvokeFunction = (payload: object) => Promise<void>;

/** Endpoint, region and credentials come from the environment, as the SDK reads them. */
export function createInvokeFunction(functionName: string): InvokeFunction {
  const client = new LambdaClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  return async (payload) => {
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: "Event",
      Payload: Buffer.from(JSON.stringify(payload)),
    });
    await client.send(command);
  };
}
