// A Secrets Manager for local development and tests: AWS JSON 1.1 over HTTP on 127.0.0.1, for the unmodified SDK
// (AWS_ENDPOINT_URL_SECRETS_MANAGER). Nothing is persisted or encrypted, no permission is checked. Signatures are NOT verified: a
// request only has to carry an Authorization header. Rotation, replicas, resource policies, tagging and version lists are unknown operations.
// Not confirmed: 400 for a missing Authorization, and the answer to another content type, to a GET and to a body beyond 1 MiB.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { invalidParameter, notSerializable, notSigned, SecretsManagerFault, unknownOperation } from "./errors.ts";
import type { Operation } from "./operation.ts";
import { assertSeed } from "./operation-inputs.ts";
import { readOperations } from "./read-operations.ts";
import { createSecretStore } from "./secret-store.ts";
import { addVersion, dropDeprecated } from "./secret-versions.ts";
import { writeOperations } from "./write-operations.ts";

const CONTENT_TYPE = "application/x-amz-json-1.1";
const TARGET_PREFIX = "secretsmanager.";
// The largest value escaped to six bytes a character, and room for the rest.
const MAX_BODY_BYTES = 1_048_576;
// The longest SecretId there is.
const MAX_LOGGED = 2048;

const operations: ReadonlyMap<string, Operation> = new Map(Object.entries({ ...readOperations, ...writeOperations }));

export interface SecretsManagerEmulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What arrived, never values; the ids of a batch are joined by commas. */
  readonly requests: readonly { readonly operation: string; readonly secretId: string | undefined }[];
  /** Seeds or replaces without HTTP: a new AWSCURRENT version, `JSON.stringify` of what is not a string. Cancels a planned deletion. */
  putSecret(name: string, value: unknown): void;
  /** At once, without a recovery window. */
  deleteSecret(name: string): void;
  /** The next `times` (1) requests of the operation are answered with that error type, `status` 400 or, for InternalServiceError, 500. */
  failNext(fault: { readonly operation: string; readonly type: string; readonly status?: number; readonly times?: number }): void;
  /** Forgets secrets, faults and requests. */
  reset(): void;
  /** Closes idle and live connections. */
  stop(): Promise<void>;
}

/** Port 0 takes a free one. `now` is Unix milliseconds. Rejects with what `listen` failed with. */
export async function startSecretsManagerEmulator(options: {
  readonly port: number;
  readonly region?: string;
  readonly log?: (line: string) => void;
  readonly now?: () => number;
}): Promise<SecretsManagerEmulator> {
  const { port, region = "us-east-1", log = () => {}, now = Date.now } = options;
  const store = createSecretStore(region);
  const requests: { readonly operation: string; readonly secretId: string | undefined }[] = [];
  const faults: { readonly operation: string; readonly fault: SecretsManagerFault }[] = [];

  function answer(request: IncomingMessage, bytes: Buffer | undefined): { readonly status: number; readonly body: object } {
    const operation = toOperation(request);
    const body = bytes === undefined ? undefined : parseBody(bytes);
    const secretId = toSecretId(body);
    requests.push({ operation, secretId });
    const outcome = settle(() => {
      if (request.method !== "POST" || request.url !== "/") throw unknownOperation(404);
      if (request.headers.authorization === undefined) throw notSigned();
      const run = operations.get(operation);
      if (run === undefined || request.headers["content-type"] !== CONTENT_TYPE) throw unknownOperation();
      const planned = faults.findIndex((entry) => entry.operation === operation);
      for (const { fault } of planned < 0 ? [] : faults.splice(planned, 1)) throw fault;
      if (bytes === undefined) throw invalidParameter(`The request is longer than ${MAX_BODY_BYTES} bytes.`);
      if (body === undefined) throw notSerializable();
      const nowMs = now();
      store.purge(nowMs);
      return run(body, { store, nowMs });
    });
    log(`${toPrintable(operation)} ${toPrintable(secretId ?? "-")} ${outcome.said}`);
    return outcome;
  }

  const server = createServer(async (request, response) => {
    const bytes = await readBody(request).catch(() => undefined);
    if (request.errored !== null) return;
    const { status, body } = answer(request, bytes);
    response.writeHead(status, { "content-type": CONTENT_TYPE, "x-amzn-requestid": randomUUID() }).end(JSON.stringify(body));
  });
  let stopped: Promise<void> | undefined;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`;

  return {
    url,
    get requests() {
      return [...requests];
    },
    putSecret(name, value) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      assertSeed(name, text);
      const nowMs = now();
      store.purge(nowMs);
      const fresh = { name, arn: store.newArn(name), description: undefined, kmsKeyId: undefined, tags: [], createdMs: nowMs };
      const secret = store.find(name) ?? { ...fresh, changedMs: nowMs, accessedMs: undefined, versions: [] };
      const version = { id: randomUUID(), value: { SecretString: text }, nowMs };
      store.save(addVersion(dropDeprecated({ ...secret, deletionMs: undefined }), version));
    },
    deleteSecret: (name) => store.remove(name),
    failNext({ operation, type, status = type === "InternalServiceError" ? 500 : 400, times = 1 }) {
      const entry = { operation, fault: new SecretsManagerFault(type, "The emulator was told to fail.", status) };
      faults.push(...Array.from({ length: times }, () => entry));
    },
    reset() {
      store.clear();
      requests.length = 0;
      faults.length = 0;
    },
    stop() {
      stopped ??= new Promise((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return stopped;
    },
  };
}

function settle(run: () => object): { readonly status: number; readonly body: object; readonly said: string } {
  try {
    return { status: 200, body: run(), said: "200" };
  } catch (error) {
    if (error instanceof SecretsManagerFault) {
      const { status, type, message } = error;
      return { status, body: { __type: type, Message: message }, said: `${status} ${type}` };
    }
    const body = { __type: "InternalServiceError", Message: "An error occurred on the server side." };
    return { status: 500, body, said: `500 InternalServiceError ${error instanceof Error ? error.stack : error}` };
  }
}

/** Undefined where it is beyond the limit; the rest is read all the same, so that the client gets to see the answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return length > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

function parseBody(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function toOperation(request: IncomingMessage): string {
  const target = request.headers["x-amz-target"];
  return typeof target === "string" && target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : "unknown";
}

function toSecretId(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  if ("SecretId" in body && typeof body.SecretId === "string") return body.SecretId;
  if ("Name" in body && typeof body.Name === "string") return body.Name;
  if ("SecretIdList" in body && Array.isArray(body.SecretIdList)) return body.SecretIdList.join(",");
  return undefined;
}

function toPrintable(text: string): string {
  return text.slice(0, MAX_LOGGED).replace(/[^\x21-\x7e]/g, "?");
}
