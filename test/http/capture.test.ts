/** The shape of webhooks is kept beside the transfer: neither its failure nor its time is the transfer's. */
import { describe, expect, it } from "vitest";
import { createCapture } from "../../lib/http/capture.ts";
import { toHttpRequest } from "../../lib/http/request.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import type { Shapes } from "../../lib/transfer/shape.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";

const POST = { method: "POST", path: "/v1/transfers/crm", route: "POST /v1/transfers/{connection}", connection: "crm" } as const;
const LATER = "9999-01-01T00:00:00Z";

const { signal } = new AbortController();
const endless: Shapes["add"] = (_name, _captured, until) =>
  new Promise((_resolve, reject) => {
    if (until.aborted) reject(until.reason);
    until.addEventListener("abort", () => reject(until.reason));
  });

/** The deadline stands still. */
async function captureBy(add: Shapes["add"], { captureUntil = LATER, body = '{"a":1}', remainingMs = 25_000 } = {}) {
  const log = createKeptLog();
  const connection = await ConfiguredConnection.parseAsync({
    ...{ schemaVersion: 1, source: "api", gateway: "main", captureUntil },
    verification: { secrets: [{ id: "current", value: "test-key-of-a-connection" }] },
  });
  const event = toEvent({ ...POST, headers: { "content-type": "application/json" }, body });
  const request = toHttpRequest(event, toContext(), { ...createManualClock(), publicBaseUrl: PUBLIC_BASE_URL });
  await createCapture({ shapes: { add }, log })(request, connection, { remainingMs: () => remainingMs, signal });
  request.stopwatch.end();
  return log;
}

describe("the capture of a webhook's shape", () => {
  it("fails alone, and the log says so without what failed", async () => {
    const { problems } = await captureBy(() => Promise.reject(new TypeError("it was {a:1}")));
    expect(problems).toMatchObject([{ what: "shape not kept", fields: { connection: "crm", errorName: "TypeError" } }]);
    expect(JSON.stringify(problems)).not.toContain("it was");
  });

  it.each([
    { remainingMs: 500, endsAfterMs: 200 },
    { remainingMs: 25_000, endsAfterMs: 1_000 },
  ])("leaves 300 ms for the answer, and takes a second at most: of $remainingMs ms $endsAfterMs", async ({ remainingMs, endsAfterMs }) => {
    const begunAt = performance.now();
    expect((await captureBy(endless, { remainingMs })).problems).toHaveLength(1);
    const tookMs = performance.now() - begunAt;
    expect(tookMs).toBeGreaterThan(endsAfterMs - 5);
    expect(tookMs).toBeLessThan(endsAfterMs + 200);
  });

  it("keeps nothing where only the time for the answer is left", async () => {
    const { problems } = await captureBy(() => expect.fail("there is no time"), { remainingMs: 300 });
    expect(problems).toEqual([]);
  });

  it("lets what was begun before it go first", async () => {
    const order: string[] = [];
    setImmediate(() => order.push("transfer"));
    await captureBy(async () => void order.push("capture"));
    expect(order).toEqual(["transfer", "capture"]);
  });

  it("keeps the names of the headers of a body that cannot be read", async () => {
    const kept: string[] = [];
    await captureBy(async (_name, { shape }) => void kept.push(...Object.keys(shape)), { body: "{" });
    expect(kept).toEqual(["headers", "headers.content-type", "query"]);
  });

  it("reads nothing once its time is over", async () => {
    await captureBy(() => expect.fail("its time is over"), { captureUntil: "2020-01-01T00:00:00Z" });
  });
});
