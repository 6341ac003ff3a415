/**
 * An account with one stack, as the commands that deploy ask for it: CloudFormation's Query interface, Lambda's REST interface and a Secrets Manager, on loopback.
 * Answers in the shapes of AWS's API references. Verifies no signature.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import type { Account } from "../../scripts/deployment/account.ts";
import { listenOnLoopback } from "./raw-gateway.ts";

export const REGION = "eu-central-1";
export const STACK_NAME = "ccgateway-transfer-webhooks-prod";
const STACK_ID = `arn:aws:cloudformation:${REGION}:123456789012:stack/${STACK_NAME}/1`;

export interface TestResource {
  readonly type: string;
  readonly physicalId: string;
  readonly status?: string;
  /** Of the template. */
  readonly policy?: string;
  readonly properties?: object;
}

export interface TestStack {
  readonly resources: Readonly<Record<string, TestResource>>;
  readonly isProtected?: boolean;
  readonly outputs?: Readonly<Record<string, string>>;
}

export interface TestAccount {
  readonly account: Account;
  readonly secrets: SecretsManagerEmulator;
  /** Undefined where there is none. */
  stack: TestStack | undefined;
  /** Reserved concurrency by function. */
  readonly reserved: Map<string, number>;
  /** `PUT keep-session 0`, oldest first. */
  readonly lambdaCalls: string[];
  /** Is told of each of them, before it is answered. */
  heard: (call: string) => void;
  /** What sign-out-agents answers. */
  signedOut: { readonly body: object; readonly error?: string };
  /** What it answers first, in turn. */
  readonly signedOutBefore: object[];
  /** What is asked for is refused: an action of CloudFormation, or `PUT keep-session`. */
  denied: string | undefined;
  /** What is never answered: `PUT keep-session`. */
  silent: string | undefined;
  stop(): Promise<void>;
}

export async function startTestAccount(stack?: TestStack): Promise<TestAccount> {
  const secrets = await startSecretsManagerEmulator({ port: 0, region: REGION });
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.url === "/") answerCloudFormation(new URLSearchParams(body), response);
    else answerLambda(request, body, response);
  });
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  const options = { region: REGION, credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  const account = {
    region: REGION,
    cloudFormation: new CloudFormationClient({ ...options, endpoint }),
    lambda: new LambdaClient({ ...options, endpoint, requestHandler: { throwOnRequestTimeout: true } }),
    secrets: new SecretsManagerClient({ ...options, endpoint: secrets.url }),
  };

  function answerCloudFormation(asked: URLSearchParams, response: ServerResponse): void {
    const action = asked.get("Action") ?? "";
    response.setHeader("content-type", "text/xml");
    const isKnown = world.stack !== undefined && asked.get("StackName") === STACK_NAME;
    if (world.denied === action || !isKnown) {
      const [status, code, message] =
        world.denied === action
          ? [403, "AccessDenied", `User is not authorized to perform: cloudformation:${action}`]
          : [400, "ValidationError", `Stack with id ${asked.get("StackName")} does not exist`];
      response.writeHead(status);
      response.end(
        `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
      );
      return;
    }
    const result = CLOUD_FORMATION[action]?.(world.stack ?? { resources: {} }, asked) ?? "";
    response.end(
      `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
    );
  }

  function answerLambda({ method = "", url = "" }: IncomingMessage, body: string, response: ServerResponse): void {
    const [, name = "", what = ""] = /\/functions\/([^/]+)\/(\w+)/.exec(url) ?? [];
    const short = name.replace(`${STACK_NAME}-`, "");
    const call = [method, short, body].filter(Boolean).join(" ");
    world.lambdaCalls.push(call);
    world.heard(call);
    if (world.silent === `${method} ${short}`) return;
    response.setHeader("content-type", "application/json");
    const isKnown = Object.values(world.stack?.resources ?? {}).some(({ physicalId }) => physicalId === name);
    if (world.denied === `${method} ${short}` || !isKnown) {
      const [status, code] = isKnown ? [403, "AccessDeniedException"] : [404, "ResourceNotFoundException"];
      response.writeHead(status, { "x-amzn-errortype": code }).end(JSON.stringify({ Message: "told to refuse" }));
      return;
    }
    if (what === "invocations") {
      const before = world.signedOutBefore.shift();
      const { error, body: answer } = before === undefined ? world.signedOut : { body: before, error: undefined };
      response.writeHead(200, error === undefined ? {} : { "x-amz-function-error": error }).end(JSON.stringify(answer));
      return;
    }
    if (method === "PUT") world.reserved.set(short, JSON.parse(body).ReservedConcurrentExecutions);
    if (method === "DELETE") world.reserved.delete(short);
    const ReservedConcurrentExecutions = world.reserved.get(short);
    response.writeHead(method === "DELETE" ? 204 : 200).end(method === "DELETE" ? "" : JSON.stringify({ ReservedConcurrentExecutions }));
  }

  const world: TestAccount = {
    account,
    secrets,
    stack,
    reserved: new Map(),
    lambdaCalls: [],
    heard: () => undefined,
    signedOut: { body: { agents: [] } },
    signedOutBefore: [],
    denied: undefined,
    silent: undefined,
    async stop() {
      for (const client of [account.cloudFormation, account.lambda, account.secrets]) client.destroy();
      server.closeAllConnections();
      await once(server.close(), "close");
      await secrets.stop();
    },
  };
  return world;
}

/** Two to a page. */
const PAGE = 2;

const CLOUD_FORMATION: Readonly<Record<string, (stack: TestStack, asked: URLSearchParams) => string>> = {
  DescribeStacks({ isProtected = false, outputs = {} }) {
    const members = Object.entries(outputs).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    return `<Stacks><member><StackName>${STACK_NAME}</StackName><StackId>${STACK_ID}</StackId><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-11-25T00:00:00.000Z</CreationTime><EnableTerminationProtection>${isProtected}</EnableTerminationProtection><Outputs>${members.join("")}</Outputs></member></Stacks>`;
  },
  GetTemplate({ resources }) {
    const Resources = Object.fromEntries(
      Object.entries(resources).map(([id, { type, policy, properties }]) => [
        id,
        { Type: type, ...(policy && { DeletionPolicy: policy }), Properties: properties },
      ]),
    );
    return `<TemplateBody>${JSON.stringify({ Resources }).replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</TemplateBody>`;
  },
  ListStackResources({ resources }, asked) {
    const from = Number(asked.get("NextToken") ?? 0);
    const all = Object.entries(resources);
    const members = all
      .slice(from, from + PAGE)
      .map(
        ([id, { type, physicalId, status = "CREATE_COMPLETE" }]) =>
          `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${physicalId}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus><LastUpdatedTimestamp>2026-11-25T00:00:00.000Z</LastUpdatedTimestamp></member>`,
      );
    const next = from + PAGE < all.length ? `<NextToken>${from + PAGE}</NextToken>` : "";
    return `<StackResourceSummaries>${members.join("")}</StackResourceSummaries>${next}`;
  },
};

export function secretArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:123456789012:secret:${name}-AbC123`;
}

/** As this version deploys it, in short. */
export const STACK: TestStack = {
  outputs: { HttpApiUrl: "https://abc123.execute-api.eu-central-1.amazonaws.com" },
  resources: {
    HttpApi: { type: "AWS::ApiGatewayV2::Api", physicalId: "abc123" },
    DispatchDashkeepersLambdaFunction: { type: "AWS::Lambda::Function", physicalId: `${STACK_NAME}-dispatch-keepers` },
    KeepDashsessionLambdaFunction: { type: "AWS::Lambda::Function", physicalId: `${STACK_NAME}-keep-session` },
    SignDashoutDashagentsLambdaFunction: { type: "AWS::Lambda::Function", physicalId: `${STACK_NAME}-sign-out-agents` },
    KeepDashsessionLambdaVersion1: { type: "AWS::Lambda::Version", physicalId: "arn:version", policy: "Retain" },
    KeepDashsessionLogGroup: { type: "AWS::Logs::LogGroup", physicalId: "/aws/lambda/keep-session" },
    SessionsTable: { type: "AWS::DynamoDB::Table", physicalId: "prod-SessionsTable-1" },
    RecordsTable: { type: "AWS::DynamoDB::Table", physicalId: "prod-RecordsTable-1" },
    RecordsKey: { type: "AWS::SecretsManager::Secret", physicalId: secretArn("ccgw/prod/keys/records") },
    EventsKey: { type: "AWS::SecretsManager::Secret", physicalId: secretArn("ccgw/prod/keys/events") },
    CallbackQueue: { type: "AWS::SQS::Queue", physicalId: `https://sqs.eu-central-1.amazonaws.com/123456789012/${STACK_NAME}-callbacks` },
    IamRole: { type: "AWS::IAM::Role", physicalId: "role" },
    Gone: { type: "AWS::SQS::Queue", physicalId: "gone-in-an-earlier-attempt", status: "DELETE_COMPLETE" },
  },
};

/** With other things of some resources. */
export function withResources(changes: Readonly<Record<string, Partial<TestResource>>>, stack: TestStack = STACK): TestStack {
  const resources = Object.fromEntries(Object.entries(stack.resources).map(([id, resource]) => [id, { ...resource, ...changes[id] }]));
  return { ...stack, resources };
}
