/**
 * A deployed function, invoked as `npm run send` does it for a source that is not called over HTTP: by AWS Lambda's Invoke, signed with the credentials of
 * whoever runs this, found as the SDK finds them. Invokes once, whatever happens: a second invocation would be a second delivery.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import type { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { StartError } from "./ports.ts";
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
  /** Undefined for that of the environment, as the SDK or AWS's CLI names it, or of the SDK's files. */
  readonly region: string | undefined;
  /** Undefined for `AWS_ENDPOINT_URL_LAMBDA`, else AWS's own. */
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

/** Throws a `StartError` without a region, and what the SDK throws: no credentials, refused by AWS, no answer. */
export async function invokeFunction({ nameOrArn, region, endpoint }: DeployedFunction, invocation: Invocation): Promise<Invoked> {
  const { event, signal, onRequest } = invocation;
  // Exported for the local Secrets Manager, which would be invoked. The SDK has no option that leaves it out.
  delete process.env.AWS_ENDPOINT_URL;
  // Whoever sends to the local stack does without it.
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient({ maxAttempts: 1, ...toRegion(region), ...(endpoint !== undefined && { endpoint }) });
  client.middlewareStack.add(
    (next) => (args) => {
      onRequest(toOutgoing(args.request, event));
      return next(args);
    },
    // The last step before the handler that sends: the request is signed.
    { name: "showRequest", step: "deserialize", priority: "low" },
  );
  try {
    await assertRegion(client);
    const command = new InvokeCommand({ FunctionName: nameOrArn, Payload: Buffer.from(event) });
    const { StatusCode = 0, FunctionError, Payload } = await client.send(command, { abortSignal: signal });
    return { status: StatusCode, functionError: FunctionError, text: Payload?.transformToString() ?? "" };
  } finally {
    client.destroy();
  }
}

/** The SDK does not know the name that AWS's CLI has for it. */
function toRegion(given: string | undefined): { readonly region?: string } {
  const region = given || process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  return region ? { region } : {};
}

async function assertRegion({ config }: LambdaClient): Promise<void> {
  await config.region().catch(() => {
    throw new StartError("Region is missing: give --region, or set AWS_REGION or AWS_DEFAULT_REGION.");
  });
}

function toOutgoing(request: unknown, body: string): Outgoing {
  const { protocol, hostname, port, path, headers } = SignedRequest.parse(request);
  return { url: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`, headers, body };
}
