/** One cold start, with a runtime of a few lines in the place of AWS's. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { takeSample } from "../../bench/cold/sample.ts";
import { openWorld, type World } from "../../bench/world/world.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";

const RUNTIME = `
const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const { handler } = await import(LAMBDA_TASK_ROOT + "/" + _HANDLER.split(".")[0] + ".mjs");
const base = "http://" + AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
for (;;) {
  const next = await fetch(base + "next");
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const result = await handler(await next.json());
  await fetch(base + id + "/response", { method: "POST", body: JSON.stringify(result) });
}
`;
/** It only says that it transferred. */
const ACCEPTS = `
export const handler = async ({ body }) => ({ statusCode: 200, body: JSON.stringify({ state: "accepted", callId: JSON.parse(body).callId }) });
`;
const REFUSES = "export const handler = async () => ({ statusCode: 422, body: '{}' });";

let folder: string;
let gateway: GatewaySimulator;
let world: World;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccgw-cold-"));
  gateway = await startGatewaySimulator({ port: 0, controlPort: 0 });
  world = openWorld({ controlUrl: gateway.controlUrl ?? "", secretsUrl: "http://127.0.0.1:9", dynamoDbUrl: "http://127.0.0.1:9" });
  await writeFile(join(folder, "runtime.mjs"), RUNTIME);
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(source: string, transfers: boolean) {
  await writeFile(join(folder, "index.mjs"), source);
  const artefact = { folder, handler: "index.handler", environment: {}, zippedBytes: 0, unzippedBytes: 0 };
  return takeSample({ runtime: join(folder, "runtime.mjs"), artefact, world, transfers, signal: AbortSignal.timeout(20_000) });
}

it("measures init and two invocations, each of a call of its own, which the gateway was never asked for", async () => {
  const { callIds, ...sample } = await start(ACCEPTS, true);
  for (const ms of [sample.initMs, sample.firstMs, sample.secondMs]) expect(ms).toBeGreaterThan(0);
  if (process.platform === "linux") {
    expect(sample.initCpuMs).toBeGreaterThan(0);
    expect(sample.firstCpuMs).toBeGreaterThan(0);
    expect(sample.peakBytes).toBeGreaterThan(1_000_000);
  }
  expect(new Set(callIds).size).toBe(2);
  await expect(world.assertTransferred(callIds)).rejects.toThrow("was not asked");
});

it("takes no sample of an answer that is none of a transfer", async () => {
  await expect(start(REFUSES, true)).rejects.toThrow("answered 422");
});

it("takes none of a function that ends by itself, and tells what it said", async () => {
  await expect(start("console.log('no configuration'); process.exit(1);", false)).rejects.toThrow("no configuration");
});
