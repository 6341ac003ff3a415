/**
 * A deployed function, invoked as `npm run send` does it for a source that is not called over HTTP: by AWS Lambda's Invoke, signed with the credentials of
 * whoever runs this, found as the SDK finds them. Invokes once, whatever happens: a second invocation would be a second delivery.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import type { Outgoing } from "./sign/signer.ts";

/** The SDK leaves it untyped, for protocols other than HTTP. */
const SignedRequest = z.object({
  protocol: z.string(),
  hostname: z.string(),
  port: z.int().optional(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
});

export interface DeployedFunction {
  readonly nameOrArn: string;
  /** Undefined for what the SDK finds in the environment and its files. */
  readonly region: string | undefined;
  /** Undefined for AWS's own. */
  readonly endpoint: string | undefined;
}

export interface Invocation {
  readonly event: string;
  readonly signal: AbortSignal;
  /** Called with the signed request before it goes out. */
  readonly onRequest: (request: Outgoing) => void;
}

export interface Invoked {
  readonly status: number;
  /** `Unhandled` where the function threw or was ended; what it would have answered is not known then. */
  readonly functionError: string | undefined;
  readonly text: string;
}

/** Throws what the SDK throws: no credentials, no region, refused by AWS, no answer. */
export async function invokeFunction({ nameOrArn, region, endpoint }: DeployedFunction, invocation: Invocation): Promise<Invoked> {
  const { event, signal, onRequest } = invocation;
  const client = new LambdaClient({ maxAttempts: 1, ...(region !== undefined && { region }), ...(endpoint !== undefined && { endpoint }) });
  client.middlewareStack.add(
    (next) => (args) => {
      onRequest(toOutgoing(args.request, event));
      return next(args);
    },
    // The last step before the handler that sends: the request is signed.
    { name: "showRequest", step: "deserialize", priority: "low" },
  );
  try {
    const command = new InvokeCommand({ FunctionName: nameOrArn, Payload: Buffer.from(event) });
    const { StatusCode = 0, FunctionError, Payload } = await client.send(command, { abortSignal: signal });
    return { status: StatusCode, functionError: FunctionError, text: Payload?.transformToString() ?? "" };
  } finally {
    client.destroy();
  }
}

function toOutgoing(request: unknown, body: string): Outgoing {
  const { protocol, hostname, port, path, headers } = SignedRequest.parse(request);
  return { url: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`, headers, body };
}
