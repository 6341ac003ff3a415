import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Allocated, type Contender, Invoked, Served, startScript, startWorker, Used } from "../../bench/warm/contender.ts";
import { measureStore } from "../../bench/warm/store-calls.ts";
import { assertAccepted, assertReplayed, assertTaken, SOURCES, toWebhookEvent } from "../../bench/warm/webhooks.ts";

const { signal } = new AbortController();
const environment = {
  ...{ AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
};
/** Keeps 100 kB of each event, and says what it was called with. */
const HANDLER = `
const kept = [];
export const handler = async (event, context) => {
  kept.push(new Array(12_500).fill(1.5));
  const left = context.getRemainingTimeInMillis() - (Date.now() - event.requestContext.timeEpoch);
  const { rawPath, rawQueryString, headers, pathParameters, body } = event;
  return { statusCode: 200, headers: { "x-left": String(left > 20_000) }, body: JSON.stringify({ rawPath, rawQueryString, type: headers?.["content-type"], pathParameters, body }) };
};`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccgw-warm-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the process of a handler", () => {
  let contender: Contender;
  beforeAll(async () => {
    const bundle = join(folder, "handler.mjs");
    await writeFile(bundle, HANDLER);
    contender = await startWorker(bundle, {
      environment,
      signal,
      flags: ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"],
    });
  });
  afterAll(() => contender.stop());
  const events = ["one", "two", "three"].map((body) => JSON.stringify({ requestContext: { timeEpoch: 0 }, body }));

  it("invokes it with each event in turn, as of now, and tells each answer and what it took", async () => {
    const { tookMs, cpuUs, answers } = await contender.ask({ ask: "invoke", events }, Invoked);
    expect(tookMs).toHaveLength(3);
    expect(cpuUs).toBeGreaterThan(0);
    expect(answers.map((answer) => JSON.parse(JSON.parse(answer).body).body)).toEqual(["one", "two", "three"]);
    expect(JSON.parse(answers[0] ?? "").headers).toEqual({ "x-left": "true" });
  });

  it("tells what it allocates, of which nothing was collected", async () => {
    const many = Array.from({ length: 20 }, () => events).flat();
    const { bytes, collections } = await contender.ask({ ask: "allocate", events: many }, Allocated);
    expect(collections).toBe(0);
    // What is kept of each, and at most its array twice: once before it has numbers in it.
    expect(bytes / many.length).toBeGreaterThan(95_000);
    expect(bytes / many.length).toBeLessThan(250_000);
  });

  it("stands before it as an HTTP server, and makes events of requests", async () => {
    const { port } = await contender.ask({ ask: "serve" }, Served);
    const url = `http://127.0.0.1:${port}/v1/transfers/demo?a=b`;
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    expect(await response.json()).toEqual({
      ...{ rawPath: "/v1/transfers/demo", rawQueryString: "a=b", type: "application/json", body: "{}" },
      pathParameters: { connection: "demo" },
    });
    expect((await contender.ask({ ask: "usage" }, Used)).cpuUs).toBeGreaterThan(0);
  });
});

it("says so where a contender ends instead of answering", async () => {
  const script = join(folder, "ends.mjs");
  await writeFile(script, "process.exit(3);");
  await expect(startScript(script, { environment, signal })).rejects.toThrow("ended");
});

describe("what each source is asked with", () => {
  it.each(SOURCES)("%s: of the call that is given, and of no other", async (source) => {
    const event = await toWebhookEvent(source, "1600000000-7");
    expect([...new Set(event.match(/\b\d{10}-\d{1,10}\b/g))]).toEqual(["1600000000-7"]);
  });

  const accepted = { statusCode: 200, body: JSON.stringify({ state: "accepted" }) };
  it.each([
    { what: "a refusal", isTaken: () => assertAccepted("api", JSON.stringify({ ...accepted, body: '{"state":"refused"}' })) },
    { what: "another status", isTaken: () => assertAccepted("api", JSON.stringify({ ...accepted, statusCode: 202 })) },
    {
      what: "an earlier answer, to a new call",
      isTaken: () => assertAccepted("api", JSON.stringify({ ...accepted, body: '{"state":"accepted","replayed":true}' })),
    },
    { what: "a new answer, to a repeat", isTaken: () => assertReplayed(JSON.stringify(accepted)) },
    { what: "a retcode of the gateway's", isTaken: () => assertTaken(JSON.stringify({ statusCode: 200, body: '{"retcode":"100-006"}' })) },
  ])("takes no $what", ({ isTaken }) => {
    expect(isTaken).toThrow("answered");
  });

  it("takes success in the source's own words", () => {
    assertAccepted("api", JSON.stringify(accepted));
    assertAccepted("dialogflow-cx", JSON.stringify({ statusCode: 200, body: '{"sessionInfo":{"parameters":{"ccgw_state":"accepted"}}}' }));
  });
});

it("has the SDK alone make the calls that the store makes of one new transfer", async () => {
  const pathOf = (bundle: string) => join(import.meta.dirname, "../../bench/warm", `${bundle}.ts`);
  const section = await measureStore({ rounds: 1, transfers: 2, warmUpTransfers: 1, environment, signal, pathOf, say: () => {} });
  expect(section.settings).toMatchObject({ storeCalls: { calls: expect.arrayContaining(["GetItem", "PutItem"]) } });
  expect(section.comparisons).toEqual([expect.objectContaining({ of: "store", to: "bare-sdk" })]);
});

it("compares to the undici that is deployed", async () => {
  const read = async (path: string) => JSON.parse(await readFile(path, "utf8")).dependencies.undici;
  expect(await read("bench/package.json")).toBe(await read("package.json"));
});
