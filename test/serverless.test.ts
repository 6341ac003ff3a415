/** What the code says about its deployment and what serverless.yml says: the same. Read from the package, as the framework understood the file. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { ROUTES } from "../lib/http/unrouted.ts";
import { SOURCES } from "../lib/sources/all.ts";
import { DEADLINE_MAX_MS } from "../lib/transfer/connection.ts";
import { claimed } from "./support/claims.ts";
import { INSTANT } from "./support/manual-clock.ts";
import { createTestRecords } from "./support/memory-records.ts";
import { toDeadline } from "./support/transfer-service.ts";

/** API Gateway answers for us then, in its own words. */
const API_GATEWAY_TIMEOUT_MS = 30_000;

/** Of the schedule. */
const TICK_SECONDS = 60;

const State = z.object({
  service: z.object({
    custom: z.object({ "serverless-offline": z.unknown(), esbuild: z.unknown() }),
    provider: z.object({ timeout: z.int(), runtime: z.string(), architecture: z.string() }),
    functions: z.record(
      z.string(),
      z.object({
        handler: z.string(),
        timeout: z.int(),
        maximumRetryAttempts: z.int().optional(),
        maximumEventAge: z.int().optional(),
        events: z.array(z.object({ httpApi: z.string().optional(), schedule: z.string().optional() })),
      }),
    ),
  }),
});
type State = z.infer<typeof State>;

let service: State["service"];
beforeAll(async () => {
  const text = await readFile(join(inject("packageFolder"), "serverless-state.json"), "utf8");
  service = State.parse(JSON.parse(text)).service;
});

function routesOf(name: string): unknown[] {
  return service.functions[name]?.events.flatMap(({ httpApi }) => httpApi ?? []) ?? [];
}

describe("serverless.yml", () => {
  it("routes what the code believes to be routed, and everything else to the function that says so", () => {
    const routes = Object.keys(service.functions).flatMap(routesOf);
    expect(routes.toSorted()).toEqual(["*", ...ROUTES].toSorted());
    expect(routesOf("unrouted")).toEqual(["*"]);
    expect(routesOf("receive-lex")).toEqual([]);
  });

  it("gives each handler file a function of its name", async () => {
    const files = await readdir(new URL("../handlers/", import.meta.url));
    const names = files.map((file) => file.replace(/\.ts$/, ""));
    expect(names.toSorted()).toEqual([
      "agent-sessions",
      "deliver-callbacks",
      "describe-connection",
      "diagnose",
      "dispatch-keepers",
      "gateway-events",
      "health",
      "keep-session",
      "read-transfer",
      "receive-lex",
      "receive-transfer",
      "sign-out-agents",
      "sweep-records",
      "unrouted",
    ]);
    expect(Object.entries(service.functions).map(([name, { handler }]) => [name, handler])).toEqual(
      expect.arrayContaining(names.map((name) => [name, `handlers/${name}.handler`])),
    );
    expect(Object.keys(service.functions)).toHaveLength(names.length);
  });

  it("lets the longest deadline end before the function does, and the function before API Gateway", () => {
    for (const [name, { timeout }] of Object.entries(service.functions)) {
      if (["keep-session", "sign-out-agents", "sweep-records"].includes(name)) continue;
      expect(timeout * 1_000).toBeGreaterThan(DEADLINE_MAX_MS);
      expect(timeout * 1_000).toBeLessThan(API_GATEWAY_TIMEOUT_MS);
    }
    for (const { deadlineMs } of SOURCES) expect(deadlineMs).toBeLessThanOrEqual(DEADLINE_MAX_MS);
  });

  it("has agents looked after every minute, by runs that no failure repeats and that outlive a tick which is lost", () => {
    expect(service.functions["dispatch-keepers"]).toMatchObject({ events: [{ schedule: "rate(1 minute)" }], maximumRetryAttempts: 0 });
    expect(service.functions["keep-session"]).toMatchObject({ events: [], maximumRetryAttempts: 0, maximumEventAge: TICK_SECONDS });
    expect(service.functions["keep-session"]?.timeout).toBeGreaterThan(2 * TICK_SECONDS);
  });

  it("has the records swept every minute, by one run at a time that no failure repeats", () => {
    expect(service.functions["sweep-records"]).toMatchObject({ events: [{ schedule: "rate(1 minute)" }], maximumRetryAttempts: 0 });
    expect(service.functions["sweep-records"]?.timeout).toBeLessThan(TICK_SECONDS);
  });

  it("signs agents out only when it is invoked, and has the time to wait for two runs that let go, one after the other", () => {
    expect(service.functions["sign-out-agents"]).toMatchObject({ events: [], timeout: 300 });
  });

  it("lets no function outlive the claim that it holds", async () => {
    let nowMs = INSTANT;
    const records = createTestRecords({ wallMs: () => nowMs });
    const delivery = { explicit: true, key: "delivery", fingerprint: "request", call: "call" };
    const { transferId } = await claimed(records, delivery);
    nowMs += service.provider.timeout * 1_000;
    expect(await records.read(delivery, toDeadline(0))).toMatchObject({ kind: "in-progress", transferId });
  });

  it("runs the local stack on loopback, without a stage in its URLs, in one instance and with the bundle that is deployed", () => {
    expect(service.custom).toEqual({
      esbuild: { config: "./scripts/bundle-options.cjs" },
      "serverless-offline": { host: "127.0.0.1", noPrependStageInUrl: true, useInProcess: true },
    });
  });
});
