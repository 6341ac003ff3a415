/**
 * Stands for AWS's endpoints of one function, on loopback: each call is held against what its role allows, and only then handed on. Of Lambda and EventBridge it
 * answers itself. Verifies no signature.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import * as z from "zod";
import { listenOnLoopback, trackConnections } from "./raw-gateway.ts";
import { type Denial, findGrant, type Grant, isDenied } from "./role-policies.ts";

const ACCOUNT = "000000000000";
const REGION = "eu-central-1";

export interface GuardedAws {
  readonly url: string;
  readonly used: ReadonlySet<Grant>;
  readonly denied: readonly Grant[];
  stop(): Promise<void>;
}

interface GuardOptions {
  readonly grants: readonly Grant[];
  readonly denials: readonly Denial[];
  readonly upstreams: { readonly secretsmanager: string; readonly dynamodb: string; readonly sqs: string };
}

export async function startGuardedAws({ grants, denials, upstreams }: GuardOptions): Promise<GuardedAws> {
  const used = new Set<Grant>();
  const denied: Grant[] = [];
  const server = createServer((request, response) => void serve(request, response));
  const connections = trackConnections(server);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const calls = toCalls(request, body);
    const key = toKey(body);
    const found = calls.map((call) => [call, isDenied(denials, call, key) ? undefined : findGrant(grants, call)] as const);
    const refused = found.flatMap(([call, grant]) => (grant === undefined ? [call] : []));
    denied.push(...refused);
    if (refused.length > 0) return send(response, 400, '{"__type":"AccessDeniedException","message":""}');
    for (const [, grant] of found) if (grant !== undefined) used.add(grant);
    const service = calls[0]?.action.split(":")[0] ?? "";
    if (service === "lambda") return send(response, 202, "");
    if (service === "events") return send(response, 200, '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}');
    if (!isUpstream(service)) return send(response, 500, "");
    const { host: _ofHere, connection: _hop, "content-length": _counted, ...headers } = request.headers;
    const answer = await fetch(new URL(request.url ?? "/", upstreams[service]), {
      method: "POST",
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
      body,
    });
    return send(response, answer.status, await answer.text());
  }

  const isUpstream = (service: string): service is keyof typeof upstreams => Object.hasOwn(upstreams, service);
  return { url: `http://127.0.0.1:${await listenOnLoopback(server)}`, used, denied, stop: connections.stop };
}

const Input = z.looseObject({
  SecretId: z.string().optional(),
  TableName: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
  IndexName: z.string().optional(),
  QueueUrl: z.string().optional(),
  Entries: z.array(z.looseObject({ EventBusName: z.string().optional(), Source: z.string().optional() })).optional(),
});

/** As IAM would see it: one call, or one for each table that is read, and each bus that an event goes to. What is not known here has a resource that nothing allows. */
function toCalls({ headers, url = "" }: IncomingMessage, body: Buffer): readonly [Grant, ...Grant[]] {
  const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url)?.[1];
  if (invoked !== undefined) return [{ action: "lambda:InvokeFunction", resource: toArn("lambda", `function:${invoked}`) }];
  const [target = "", operation = ""] = String(headers["x-amz-target"]).split(".");
  const input = Input.parse(JSON.parse(body.toString("utf8")));
  const index = input.IndexName === undefined ? "" : `/index/${input.IndexName}`;
  switch (target) {
    case "secretsmanager":
      return [
        {
          action: `secretsmanager:${operation}`,
          resource: input.SecretId ? toArn("secretsmanager", `secret:${input.SecretId}-AbCdEf`) : "*",
        },
      ];
    case "DynamoDB_20120810": {
      const [table, ...others] = [...Object.keys(input.RequestItems ?? {}), input.TableName].flatMap((name) => name ?? []);
      const toGrant = (name: string) => ({ action: `dynamodb:${operation}`, resource: toArn("dynamodb", `table/${name}${index}`) });
      if (table !== undefined) return [toGrant(table), ...others.map(toGrant)];
      break;
    }
    case "AmazonSQS":
      // IAM has no action of a batch.
      return [{ action: `sqs:${operation.replace(/Batch$/, "")}`, resource: toArn("sqs", String(input.QueueUrl?.split("/").at(-1))) }];
    case "AWSEvents": {
      const [first, ...others] = (input.Entries ?? []).map(({ EventBusName, Source }) => ({
        action: `events:${operation}`,
        resource: toArn("events", `event-bus/${EventBusName ?? "default"}`),
        source: Source ?? "",
      }));
      if (first !== undefined) return [first, ...others];
    }
  }
  return [{ action: `${target}:${operation}`, resource: "unknown" }];
}

const Keyed = z.looseObject({ id: z.looseObject({ S: z.string() }) });
const Written = z.looseObject({ Item: Keyed.optional(), Key: Keyed.optional() });

/** Of the record that is written. */
function toKey(body: Buffer): string {
  const { Item, Key = Item } = Written.safeParse(body.length > 0 ? JSON.parse(body.toString("utf8")) : {}).data ?? {};
  return Key?.id.S ?? "";
}

export function toArn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** What CloudFormation knows of where it deploys. */
export const DEPLOYED_TO = {
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::AccountId": ACCOUNT,
  "AWS::URLSuffix": "amazonaws.com",
};

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(body);
}
