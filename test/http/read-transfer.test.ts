import { describe, expect, it } from "vitest";
import { ANSWERS } from "../support/claims.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";
import { type Ask, startStatusRoute } from "../support/status-route.ts";

const URL_OF = (transferId: string) => `${PUBLIC_BASE_URL}/v1/transfers/crm/${transferId}`;
const ASYNC = { respondAsync: true } as const;
const AN_HOUR_MS = 60 * 60 * 1_000;

describe("a transfer that has its answer", () => {
  it("is told as it was answered, with an address that works without a key", async () => {
    const { claim, ask } = await startStatusRoute();
    const { transferId, settle } = await claim();
    const result = await settle(ANSWERS.accepted);
    const { status, headers, body } = await ask(transferId);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
    expect(headers).not.toHaveProperty("location");
    const { statusUrl, ...told } = body;
    expect(told).toEqual(result);
    const { origin, pathname, search } = new URL(String(statusUrl));
    expect(`${origin}${pathname}`).toBe(URL_OF(transferId));
    expect((await ask(transferId, { headers: {}, query: search.slice(1) })).status).toBe(200);
  });

  it("after respond-async is a 202 until it has ended", async () => {
    const { claim, ask, succeed } = await startStatusRoute();
    const { transferId, settle } = await claim(ASYNC);
    await settle(ANSWERS.accepted);
    const before = await ask(transferId);
    expect(before).toMatchObject({ status: 202, headers: { "retry-after": "5" }, body: { state: "accepted", outcome: "pending" } });
    expect(before.headers.location).toBe(before.body.statusUrl);
    await succeed();
    const after = await ask(transferId);
    expect(after).toMatchObject({ status: 200, body: { outcome: "completed", outcomeReason: "transferred" } });
    expect(after.headers).not.toHaveProperty("retry-after");
  });

  it("without respond-async is a 200, however it ends", async () => {
    const { claim, ask } = await startStatusRoute();
    const { transferId, settle } = await claim();
    await settle(ANSWERS.accepted);
    expect(await ask(transferId)).toMatchObject({ status: 200, body: { outcome: "pending" } });
  });

  it("is, where it is unknown, a 202 until it is settled or nobody waits for it any more", async () => {
    const { claim, ask, clock } = await startStatusRoute();
    const { transferId, settle } = await claim();
    await settle(ANSWERS.unknown);
    const before = await ask(transferId);
    expect(before).toMatchObject({ status: 202, body: { code: "gateway-error", retryable: true, effect: "unknown" } });
    expect(before.headers).toMatchObject({ location: before.body.statusUrl, "retry-after": "10" });
    clock.pass(AN_HOUR_MS);
    const { status, headers, body } = await ask(transferId);
    expect(body).toMatchObject({ state: "unknown", outcome: "unconfirmed", code: "gateway-error", retryable: false, effect: "unknown" });
    expect([status, headers.location, headers["retry-after"]]).toEqual([200, undefined, undefined]);
  });

  it("is accepted where the gateway's events have told so", async () => {
    const { claim, ask, succeed } = await startStatusRoute();
    const { transferId, settle } = await claim();
    await settle(ANSWERS.unknown);
    await succeed();
    const { status, body } = await ask(transferId);
    expect({ status, body }).toMatchObject({ status: 200, body: { state: "accepted", outcome: "completed" } });
    expect(body).not.toHaveProperty("code");
  });

  it("is told as refused where that was kept", async () => {
    const { claim, ask } = await startStatusRoute();
    const { transferId, settle } = await claim();
    await settle(ANSWERS.refused);
    expect(await ask(transferId)).toMatchObject({ status: 200, body: { state: "refused", code: "gateway-refused", effect: "none" } });
  });
});

describe("a transfer that is being sent", () => {
  it("has no state yet: whoever asks has to ask again", async () => {
    const { claim, ask } = await startStatusRoute();
    const { transferId } = await claim();
    const { status, headers, body } = await ask(transferId);
    expect(status).toBe(202);
    expect(headers).toMatchObject({ location: expect.stringContaining(`${URL_OF(transferId)}?token=`), "retry-after": "5" });
    expect(body).toMatchObject({ status: 202, code: "duplicate-in-progress", retryable: true, effect: "unknown", transferId });
    expect(body).not.toHaveProperty("state");
  });

  it("is unknown once whoever sent it is gone", async () => {
    const { claim, ask, clock } = await startStatusRoute();
    const { transferId } = await claim();
    clock.pass(60_000);
    expect(await ask(transferId)).toMatchObject({ status: 202, body: { state: "unknown", code: "gateway-timeout", outcome: "pending" } });
  });
});

describe("what is no transfer of the connection", () => {
  it.each<[string, (transferId: string) => string, Ask]>([
    ["another connection's", (id) => id, { connection: "other", headers: { authorization: "Bearer test-key-of-another-connection" } }],
    ["another claim of the same delivery", (id) => id.replace(/-1$/, "-2"), {}],
    ["an id that nobody has given", () => `${"A".repeat(24)}-1`, {}],
    ["no id", () => "canary", {}],
    ["an empty id", () => "", {}],
  ])("is not found: %s", async (_what, toId, options) => {
    const { claim, ask, log } = await startStatusRoute();
    const { transferId, settle } = await claim();
    await settle(ANSWERS.accepted);
    const { status, headers, body } = await ask(toId(transferId), options);
    expect(status).toBe(404);
    expect(headers["content-type"]).toBe("application/problem+json");
    // It may have been carried out all the same.
    expect(body).toMatchObject({ code: "not-found", retryable: false, effect: "unknown" });
    expect(JSON.stringify(log.lines)).not.toContain(toId(transferId) || "canary");
  });

  it("is not found: what was refused and may be asked for again", async () => {
    const { claim, ask } = await startStatusRoute();
    const { transferId, reopen } = await claim();
    await reopen(ANSWERS.refused);
    expect((await ask(transferId)).status).toBe(404);
  });
});

describe("a connection that reads 2xx answers alone", () => {
  it("is told by ok and code what others are told by the status", async () => {
    const { claim, ask } = await startStatusRoute({ crm: { reply: "always-200" } });
    const { transferId, settle } = await claim(ASYNC);
    expect(await ask(transferId)).toMatchObject({ status: 200, body: { ok: false, code: "duplicate-in-progress" } });
    await settle(ANSWERS.accepted);
    expect(await ask(transferId)).toMatchObject({ status: 200, body: { ok: true, outcome: "pending" } });
    expect(await ask("nothing")).toMatchObject({ status: 200, body: { ok: false, code: "not-found" } });
    expect(await ask(transferId, { query: "wait=x" })).toMatchObject({ status: 200, body: { ok: false, code: "invalid-request" } });
    expect(await ask(transferId, { headers: {} })).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });
});

describe("the log", () => {
  it("names the transfer and what was told of it", async () => {
    const { claim, ask, log } = await startStatusRoute();
    const { transferId, settle } = await claim();
    await settle(ANSWERS.unknown);
    await ask(transferId);
    expect(log.lines).toMatchObject([
      {
        ...{ route: "GET /v1/transfers/{connection}/{transferId}", connection: "crm", gateway: "main", secretId: "current" },
        ...{ transferId, state: "unknown", code: "gateway-error", effect: "unknown", status: 202, callId: "c-1", reference: "ticket" },
      },
    ]);
    expect(log.problems).toEqual([]);
  });
});
