import { describe, expect, it } from "vitest";
import { ANSWERS } from "../support/claims.ts";
import { startStatusRoute } from "../support/status-route.ts";

async function startPending() {
  const route = await startStatusRoute();
  const { transferId, settle } = await route.claim();
  await settle(ANSWERS.accepted);
  const begunAt = route.clock.monotonicMs();
  return { ...route, transferId, waitedMs: () => route.clock.monotonicMs() - begunAt };
}

describe("whoever asks with ?wait", () => {
  it("is answered as soon as the transfer has ended", async () => {
    const { ask, transferId, inMs, succeed, waitedMs } = await startPending();
    inMs(3_000, succeed);
    expect(await ask(transferId, { query: "wait=20" })).toMatchObject({ status: 200, body: { outcome: "completed" } });
    expect(waitedMs()).toBe(3_000);
  });

  it("is answered at once where it has", async () => {
    const { ask, transferId, succeed, waitedMs, looks } = await startPending();
    await succeed();
    expect((await ask(transferId, { query: "wait=20" })).body).toMatchObject({ outcome: "completed" });
    expect([waitedMs(), looks()]).toEqual([0, 1]);
  });

  it.each([
    ["wait=20", 20_000],
    ["wait=1", 1_000],
    ["wait=0", 0],
    ["wait=07", 7_000],
    ["", 0],
    ["waits=20", 0],
  ])("is told what is known when the time is up: %j", async (query, ms) => {
    const { ask, transferId, waitedMs, looks } = await startPending();
    expect(await ask(transferId, { query })).toMatchObject({ status: 200, body: { outcome: "pending" } });
    expect(waitedMs()).toBe(ms);
    expect(looks()).toBe(ms / 500 + 1);
  });

  it("counts from when the request reached us", async () => {
    const { ask, transferId, waitedMs, clock } = await startPending();
    await ask(transferId, { query: "wait=10", timeEpoch: clock.wallMs() - 4_200 });
    expect(waitedMs()).toBe(5_800);
  });

  it("hears it even if it comes with the last look", async () => {
    const { ask, transferId, inMs, succeed } = await startPending();
    inMs(1_000, succeed);
    expect((await ask(transferId, { query: "wait=1" })).body).toMatchObject({ outcome: "completed" });
  });

  it("waits for the answer of one that is being sent, too", async () => {
    const { claim, ask, inMs, succeed, clock } = await startStatusRoute();
    const { transferId, settle } = await claim();
    inMs(2_000, () => settle(ANSWERS.accepted));
    inMs(4_000, succeed);
    const begunAt = clock.monotonicMs();
    expect(await ask(transferId, { query: "wait=20" })).toMatchObject({ status: 200, body: { outcome: "completed" } });
    expect(clock.monotonicMs() - begunAt).toBe(4_000);
  });

  it("does not wait for an outcome that nobody will tell", async () => {
    const { claim, ask, looks } = await startStatusRoute();
    const { transferId, settle } = await claim({ observed: false });
    await settle(ANSWERS.unknown);
    expect(await ask(transferId, { query: "wait=20" })).toMatchObject({ status: 200, body: { outcome: "not-observed", retryable: false } });
    expect(looks()).toBe(1);
  });

  it("is answered while the function still can", async () => {
    const { ask, transferId, waitedMs } = await startPending();
    expect((await ask(transferId, { query: "wait=20", remainingMs: 6_000 })).status).toBe(200);
    // Half a second for the runtime, one for the last look.
    expect(waitedMs()).toBe(4_500);
  });

  it("does not wait for what is not there", async () => {
    const { ask, waitedMs } = await startPending();
    expect((await ask(`${"A".repeat(24)}-1`, { query: "wait=20" })).status).toBe(404);
    expect(waitedMs()).toBe(0);
  });

  it.each(["wait=21", "wait=100", "wait=-1", "wait=1.5", "wait=1e1", "wait=+5", "wait=ten", "wait", "wait=", "wait=%201", "wait=1&wait=2"])(
    "is told what it may be, instead of %j",
    async (query) => {
      const { ask, transferId, looks } = await startPending();
      const { status, body } = await ask(transferId, { query });
      expect({ status, body }).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: "#/wait", detail: "must be one whole number from 0 to 20, in seconds, in the query" }] },
      });
      expect(looks()).toBe(0);
      expect((await ask(transferId, { query, headers: {} })).status).toBe(401);
    },
  );
});
