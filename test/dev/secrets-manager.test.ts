// The emulator as a server: what it refuses before any operation, the form of its answers, log, start and stop.
import { createServer } from "node:http";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { expect, it, onTestFinished, vi } from "vitest";
import { startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { startWithClient } from "./secrets-manager-client.ts";

const HEADERS = {
  authorization: "AWS4-HMAC-SHA256 x",
  "content-type": "application/x-amz-json-1.1",
  "x-amz-target": "secretsmanager.GetSecretValue",
};

const { authorization: _, ...UNSIGNED } = HEADERS;

it("is found by the SDK through its environment variable", async () => {
  const { emulator } = await startWithClient();
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", emulator.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  const client = new SecretsManagerClient({ region: "eu-central-1" });
  onTestFinished(() => {
    client.destroy();
    vi.unstubAllEnvs();
  });
  emulator.putSecret("a", "one");
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({ Name: "a", SecretString: "one" });
});

it.each<[string, RequestInit & { path?: string }, number, string]>([
  ["a request that is not signed", { headers: UNSIGNED }, 400, "MissingAuthenticationTokenException"],
  ["another operation", { headers: { ...HEADERS, "x-amz-target": "secretsmanager.RotateSecret" } }, 400, "UnknownOperationException"],
  [
    "an operation named like a built-in",
    { headers: { ...HEADERS, "x-amz-target": "secretsmanager.toString" } },
    400,
    "UnknownOperationException",
  ],
  [
    "a target of another form",
    { headers: { ...HEADERS, "x-amz-target": "secretsmanager:GetSecretValue" } },
    400,
    "UnknownOperationException",
  ],
  ["another content type", { headers: { ...HEADERS, "content-type": "application/json" } }, 400, "UnknownOperationException"],
  ["another method", { method: "PUT" }, 404, "UnknownOperationException"],
  ["another path", { path: "/secrets" }, 404, "UnknownOperationException"],
  ["a body that is not JSON", { body: "{" }, 400, "SerializationException"],
  ["a body that is no object", { body: "[]" }, 400, "InvalidParameterException"],
  ["a body beyond the limit", { body: JSON.stringify({ SecretId: "a", More: "x".repeat(1_048_576) }) }, 400, "InvalidParameterException"],
])("refuses %s", async (_, { path = "/", ...init }, status, type) => {
  const { emulator } = await startWithClient();
  emulator.putSecret("a", "one");
  const response = await fetch(emulator.url + path, { method: "POST", body: '{"SecretId":"a"}', headers: HEADERS, ...init });
  expect([response.status, await response.json()]).toEqual([status, { __type: type, Message: expect.any(String) }]);
});

it("answers as JSON 1.1 with a request id and seconds since the epoch", async () => {
  const { emulator } = await startWithClient();
  emulator.putSecret("a", "one");
  const response = await fetch(emulator.url, { method: "POST", headers: HEADERS, body: '{"SecretId":"a","Unknown":1}' });
  expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.1");
  expect(response.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await response.json()).toMatchObject({ CreatedDate: 1_893_578_400.25 });
});

it("tells a client about operations it does not speak", async () => {
  const { client } = await startWithClient();
  await expect(client.send(new ListSecretVersionIdsCommand({ SecretId: "a" }))).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});

it("logs operation, secret and outcome in one line, never a value", async () => {
  const lines: string[] = [];
  const { emulator, client } = await startWithClient({ log: (line) => lines.push(line) });
  await client.send(new CreateSecretCommand({ Name: "crm/a", SecretString: "hidden-value" }));
  await client.send(new CreateSecretCommand({ Name: "crm/a", SecretString: "hidden-other" })).catch(() => undefined);
  await client.send(new GetSecretValueCommand({ SecretId: "no\nsuch" })).catch(() => undefined);
  expect(lines).toEqual([
    "CreateSecret crm/a 200",
    "CreateSecret crm/a 400 ResourceExistsException",
    "GetSecretValue no?such 400 ResourceNotFoundException",
  ]);
  expect(JSON.stringify(emulator.requests)).not.toContain("hidden");
});

it("does not repeat a value in a refusal", async () => {
  const { client } = await startWithClient();
  const refusal: unknown = await client
    .send(new CreateSecretCommand({ Name: "a", SecretString: "hidden".repeat(12_000) }))
    .catch((error) => error);
  expect(refusal).toMatchObject({ name: "InvalidParameterException", message: "SecretString: is longer than 65536 bytes" });
});

it("answers its own bugs with InternalServiceError and tells the log", async () => {
  const lines: string[] = [];
  const now = () => {
    throw new RangeError("no clock");
  };
  const emulator = await startSecretsManagerEmulator({ port: 0, now, log: (line) => lines.push(line) });
  onTestFinished(() => emulator.stop());
  const response = await fetch(emulator.url, { method: "POST", headers: HEADERS, body: '{"SecretId":"a"}' });
  expect([response.status, await response.json()]).toEqual([500, expect.objectContaining({ __type: "InternalServiceError" })]);
  expect(lines.join()).toContain("RangeError: no clock");
});

it("rejects when the port is taken", async () => {
  const { emulator } = await startWithClient();
  const port = Number(new URL(emulator.url).port);
  await expect(startSecretsManagerEmulator({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

it("stops with a request under way, twice if asked, and frees its port", async () => {
  const { emulator } = await startWithClient();
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
  const hanging = fetch(emulator.url, { method: "POST", headers: HEADERS, body, duplex: "half" }).catch(() => "closed");
  await fetch(emulator.url).then((response) => response.arrayBuffer());
  await Promise.all([emulator.stop(), emulator.stop()]);
  expect(await hanging).toBe("closed");
  const next = createServer();
  await new Promise<void>((resolve) => next.listen(Number(new URL(emulator.url).port), "127.0.0.1", resolve));
  await new Promise((resolve) => next.close(resolve));
});
