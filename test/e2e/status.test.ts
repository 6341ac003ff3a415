/** What becomes of transfers, asked through the functions, with their secrets and records over the wire: by key, by address, and while somebody waits. */
import { beforeEach, describe, expect, it } from "vitest";
import { composeRecords } from "../../lib/composition/records.ts";
import { parseConfig } from "../../lib/config.ts";
import { createSecrets } from "../../lib/secrets/secrets-manager.ts";
import { AGENT_ID, CALL, OBSERVED, putObservedAgent } from "../support/observed-agent.ts";
import { signAsZendesk } from "../support/sign/vendor-signatures.ts";
import { type Answer, exampleRequest, KEY, PUBLIC_BASE_URL } from "../support/stack.ts";
import { useStack } from "../support/use-stack.ts";

const ASYNC = { authorization: `Bearer ${KEY}`, "content-type": "application/json", prefer: "respond-async, wait=5" };

const stack = useStack();
beforeEach(() => putObservedAgent(stack.gateway));

/** What a caller has that knows nothing but an address. */
function follow(url: unknown, query = ""): Promise<Answer> {
  const { pathname, search } = new URL(String(url));
  const [, connection = "", transferId = ""] = /^\/ccgw\/v1\/transfers\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  return stack.status(connection, transferId, { headers: {}, query: `${search.slice(1)}${query}` });
}

/** The gateway's event that the transfer of a call has succeeded. */
async function succeed(gateway: string): Promise<void> {
  const { signal } = new AbortController();
  const records = await composeRecords(parseConfig(process.env), createSecrets("ccgw/test"))(signal);
  await records.events.take({ kind: "transfer-result", gateway, agentId: AGENT_ID, callId: CALL, succeeded: true }, signal);
}

describe("an accepted transfer", () => {
  it("is told by key and by the address in its answer, which is new with each", async () => {
    const { connection } = stack.connect();
    const { body } = await stack.transfer(connection, exampleRequest("1552524689-16797284"));
    const { statusUrl, ...told } = body;
    expect(told).toMatchObject({ state: "accepted", outcome: "not-observed" });
    expect(statusUrl).toMatch(new RegExp(`^${PUBLIC_BASE_URL}/v1/transfers/${connection}/${told.transferId}[?]token=1[.]\\d{10}[.]`));
    const byKey = await stack.status(connection, String(told.transferId));
    const byAddress = await follow(statusUrl);
    expect([byKey, byAddress]).toMatchObject([
      { status: 200, body: told },
      { status: 200, body: { ...told, statusUrl } },
    ]);
    const replayed = await stack.transfer(connection, exampleRequest("1552524689-16797284"));
    expect(replayed.body).toMatchObject({ replayed: true, statusUrl: expect.stringContaining("?token=") });
    expect((await follow(replayed.body.statusUrl)).status).toBe(200);
  });

  it("after respond-async is polled at its address until it has ended", async () => {
    const { connection, gateway } = stack.connect(OBSERVED);
    const asked = await stack.transfer(connection, exampleRequest(CALL), { headers: ASYNC });
    expect(asked).toMatchObject({
      status: 202,
      headers: { "retry-after": "5", "preference-applied": "respond-async" },
      body: { state: "accepted", outcome: "pending" },
    });
    // The gateway was asked at once.
    expect(stack.gateway.transfers()).toMatchObject([{ acted: true }]);
    const { location } = asked.headers;
    expect(location).toBe(asked.body.statusUrl);
    expect(await follow(location)).toMatchObject({ status: 202, headers: { location, "retry-after": "5" }, body: { outcome: "pending" } });

    const waiting = follow(location, "&wait=20");
    await succeed(gateway);
    expect(await waiting).toMatchObject({ status: 200, body: { state: "accepted", outcome: "completed", outcomeReason: "transferred" } });
    const replayed = await stack.transfer(connection, exampleRequest(CALL), { headers: ASYNC });
    expect(replayed).toMatchObject({ status: 200, body: { replayed: true, outcome: "completed" } });
    expect(replayed.headers).not.toHaveProperty("preference-applied");
  });

  it("without it is answered with 200 while it is pending, then and later", async () => {
    const { connection } = stack.connect(OBSERVED);
    const { status, headers, body } = await stack.transfer(connection, exampleRequest(CALL));
    expect({ status, body }).toMatchObject({ status: 200, body: { outcome: "pending" } });
    expect(headers).not.toHaveProperty("location");
    expect(await follow(body.statusUrl)).toMatchObject({ status: 200, body: { outcome: "pending" } });
  });

  it("is a 200 to whoever reads 2xx answers alone, and where nobody will tell how it ends", async () => {
    const always = stack.connect({ ...OBSERVED, connection: { reply: "always-200" } });
    const pending = await stack.transfer(always.connection, exampleRequest(CALL), { headers: ASYNC });
    expect(pending).toMatchObject({ status: 200, headers: { location: pending.body.statusUrl }, body: { ok: true, outcome: "pending" } });
    expect(pending.headers).not.toHaveProperty("preference-applied");
    const { connection } = stack.connect();
    const unobserved = await stack.transfer(connection, exampleRequest("1552524689-16797284"), { headers: ASYNC });
    expect(unobserved).toMatchObject({ status: 200, body: { outcome: "not-observed" } });
  });

  it("of a caller that signs bodies is told by the address, whatever that caller prefers", async () => {
    const secret = "signing-secret-of-the-webhook";
    const verification = { scheme: "zendesk", secrets: [{ id: "current", value: secret }] };
    const { connection } = stack.connect({ ...OBSERVED, connection: { source: "zendesk", verification } });
    const body = JSON.stringify({ ccgw_call_id: CALL, ccgw_target: "agent:205" });
    const timestamp = new Date().toISOString();
    const headers = {
      ...{ "content-type": "application/json", prefer: "respond-async" },
      "x-zendesk-webhook-signature": signAsZendesk(secret, timestamp, Buffer.from(body)),
      "x-zendesk-webhook-signature-timestamp": timestamp,
    };
    const answer = await stack.transfer(connection, body, { headers });
    expect(answer).toMatchObject({ status: 200, body: { state: "accepted", outcome: "pending" } });
    expect(await follow(answer.body.statusUrl)).toMatchObject({ status: 200, body: { outcome: "pending" } });
  });
});

describe("an unknown transfer", () => {
  it("is polled at the Location of its 202, and told as settled where nobody listens", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "drop", when: "after-request" });
    const { status, headers, body } = await stack.transfer(connection, exampleRequest("1552524689-16797284"));
    expect({ status, body }).toMatchObject({ status: 202, body: { state: "unknown", retryable: true } });
    expect(headers).toMatchObject({ location: body.statusUrl, "retry-after": "10" });
    expect(await follow(headers.location)).toMatchObject({ status: 200, body: { state: "unknown", retryable: false, effect: "unknown" } });
  });

  it("is told as accepted once the gateway's events have shown it", async () => {
    const { connection, gateway } = stack.connect(OBSERVED);
    stack.gateway.addFault({ kind: "drop", when: "after-request", acts: true });
    const { headers, body } = await stack.transfer(connection, exampleRequest(CALL));
    expect(body).toMatchObject({ state: "unknown", outcome: "pending" });
    expect(await follow(headers.location)).toMatchObject({ status: 202, body: { state: "unknown", retryable: true } });
    await succeed(gateway);
    expect(await follow(headers.location)).toMatchObject({ status: 200, body: { state: "accepted", outcome: "completed" } });
  });
});

describe("a transfer that is being sent", () => {
  it("is told as soon as it has its answer, to whoever waits", async () => {
    const { connection } = stack.connect({ gateway: { responseTimeoutMs: 1_500 } });
    stack.gateway.addFault({ kind: "hang" });
    const sending = stack.transfer(connection, exampleRequest("1552524689-16797284"));
    await expect.poll(() => stack.gateway.transfers().length, { timeout: 10_000 }).toBe(1);
    const early = await stack.transfer(connection, exampleRequest("1552524689-16797284"), { remainingMs: 700 });
    expect(early.body).toMatchObject({ code: "duplicate-in-progress" });
    const transferId = String(early.body.transferId);
    const inFlight = await stack.status(connection, transferId);
    expect(inFlight).toMatchObject({ status: 202, body: { code: "duplicate-in-progress", transferId } });
    const [told, { body }] = await Promise.all([stack.status(connection, transferId, { query: "wait=20" }), sending]);
    expect(told).toMatchObject({ status: 200, body: { state: "unknown", code: "gateway-timeout" } });
    expect(body).toMatchObject({ transferId });
    expect(await follow(inFlight.headers.location)).toMatchObject({ status: 200, body: { transferId } });
  });
});

describe("whoever may not read it", () => {
  it("is refused alike, with an address of another's as with none", async () => {
    const [mine, others] = [stack.connect(), stack.connect()];
    const { body } = await stack.transfer(mine.connection, exampleRequest("1552524689-16797284"));
    const query = new URL(String(body.statusUrl)).search.slice(1);
    const transferId = String(body.transferId);
    const { requestId, ...refused } = (await stack.status(mine.connection, transferId, { headers: {} })).body;
    for (const [connection, id, asked] of [
      [others.connection, transferId, query],
      [mine.connection, transferId.replace(/.$/, "2"), query],
      [mine.connection, transferId, `${query}A`],
      ["nobody", transferId, query],
    ] as const)
      expect(await stack.status(connection, id, { headers: {}, query: asked })).toMatchObject({ status: 401, body: refused });
    expect(await stack.status(others.connection, transferId)).toMatchObject({ status: 404, body: { code: "not-found" } });
  });
});
