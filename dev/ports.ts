/** The ports of the local stack: from the environment, and free before anything starts. */
import { createServer } from "node:net";

const PORTS = {
  http: { variable: "PORT", port: 3000, use: "the webhook API" },
  docs: { variable: "DOCS_PORT", port: 3001, use: "the API reference" },
  lambda: { variable: "LAMBDA_PORT", port: 3002, use: "serverless-offline's Lambda endpoint" },
  gateway: { variable: "GATEWAY_PORT", port: 8043, use: "the CC-Gateway simulator" },
  control: { variable: "GATEWAY_CONTROL_PORT", port: 8044, use: "the simulator's control interface" },
  tokens: { variable: "TOKEN_ISSUER_PORT", port: 8045, use: "the issuer of tokens" },
  secrets: { variable: "SECRETS_MANAGER_PORT", port: 4566, use: "the Secrets Manager emulator" },
  dynamodb: { variable: "DYNAMODB_PORT", port: 4567, use: "DynamoDB (dynalite)" },
  sqs: { variable: "SQS_PORT", port: 4568, use: "SQS (fauxqs)" },
  logs: { variable: "LOGS_PORT", port: 4569, use: "CloudWatch Logs" },
} as const;

export type Ports = Readonly<Record<keyof typeof PORTS, number>>;

/** In Node's words, wherever they are repeated. */
const IN_USE = /\bEADDRINUSE\b.*:(\d+)\b/;

/** Something that whoever started the stack can put right: told without a stack trace. */
export class StartError extends Error {}

/** Throws a `StartError` that names the variable to set. */
export async function choosePorts(environment: Readonly<Record<string, string | undefined>>): Promise<Ports> {
  const ports = parsePorts(environment);
  const taken: string[] = [];
  for (const { variable, port, use } of Object.entries(ports).map(([name, port]) => ({ ...PORTS[name as keyof Ports], port }))) {
    if (Object.values(ports).filter((other) => other === port).length > 1)
      throw new StartError(`Port ${port} is chosen twice, once by ${variable} for ${use}. Set each to a port of its own.`);
    if (!(await isFree(port))) taken.push(describeTaken({ variable, port, use }));
  }
  if (taken.length > 0) throw new StartError(taken.join("\n"));
  return ports;
}

/** Of a server that could not listen since its port was taken after it was found free: the same as `choosePorts` says. Undefined for any other failure. */
export function toTakenPort({ message }: Error, ports: Ports): StartError | undefined {
  const taken = Number(IN_USE.exec(message)?.[1]);
  const [name] = Object.entries(ports).find(([, port]) => port === taken) ?? [];
  return name === undefined ? undefined : new StartError(describeTaken({ ...PORTS[name as keyof Ports], port: taken }));
}

function describeTaken({ variable, port, use }: { readonly variable: string; readonly port: number; readonly use: string }): string {
  return `Port ${port} for ${use} is taken. Stop what uses it, or set ${variable} to a free one.`;
}

/** Where the local stack is, or is to be. Throws a `StartError` for what is no port. */
export function parsePorts(environment: Readonly<Record<string, string | undefined>>): Ports {
  return {
    http: parsePort("http", environment),
    docs: parsePort("docs", environment),
    lambda: parsePort("lambda", environment),
    gateway: parsePort("gateway", environment),
    control: parsePort("control", environment),
    tokens: parsePort("tokens", environment),
    secrets: parsePort("secrets", environment),
    dynamodb: parsePort("dynamodb", environment),
    sqs: parsePort("sqs", environment),
    logs: parsePort("logs", environment),
  };
}

function parsePort(name: keyof Ports, environment: Readonly<Record<string, string | undefined>>): number {
  const { variable, port } = PORTS[name];
  const text = environment[variable];
  if (text === undefined || text === "") return port;
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
    throw new StartError(`${variable} must be a port from 1 to 65535.`);
  return Number(text);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else if (error.code === "EACCES") reject(new StartError(`Port ${port} may not be used by this user. Choose one above 1023.`));
      else reject(error);
    });
    probe.listen({ port, host: "127.0.0.1" }, () => probe.close(() => resolve(true)));
  });
}
