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
const answering = (statusCode: number, body: object) =>
  `export const handler = async () => (${JSON.stringify({ statusCode, body: JSON.stringify(body) })});`;

let folder: string;
let gateway: GatewaySimulator;
const NOBODY = "http://127.0.0.1:9";

let world: World;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccgw-cold-"));
  gateway = await startGatewaySimulator({ port: 0, controlPort: 0 });
  world = openWorld({
    controlUrl: gateway.controlUrl ?? "",
    secretsUrl: NOBODY,
    dynamoDbUrl: NOBODY,
    awsCaFile: "",
    issuerUrl: NOBODY,
    gateway: { url: gateway.url, ca: gateway.caPem, guid: gateway.guidOf("101") },
  });
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

it.each([
  { what: "a transfer that was refused", source: answering(422, {}), transfers: true, says: "answered 422" },
  { what: "one that is unknown", source: answering(200, { state: "unknown", callId: "1" }), transfers: true, says: "answered 200" },
  { what: "one of another call", source: answering(200, { state: "accepted", callId: "1" }), transfers: true, says: "answered 200" },
  { what: "a function that is asked for nothing, and fails", source: answering(500, {}), transfers: false, says: "answered 500" },
])("takes no sample of $what", async ({ source, transfers, says }) => {
  await expect(start(source, transfers)).rejects.toThrow(says);
});

it("takes none of a function that ends by itself, and tells what it said", async () => {
  await expect(start("console.log('no configuration'); process.exit(1);", false)).rejects.toThrow("no configuration");
});
