import { describe, expect, it, vi } from "vitest";
import { exampleRequest } from "../support/stack.ts";
import { useStack } from "../support/use-stack.ts";

const CALL = "1552524689-16797284";
/** The address of its status is good for longer then. */
const ANSWERED_AGAIN = { replayed: true, statusUrl: expect.stringMatching(/^https:/) };
const OTHER_CALL = "1552524689-16797285";

const stack = useStack();

const arrived = () => stack.gateway.transfers().length;
const untilArrived = (count: number) => vi.waitUntil(() => arrived() === count, { timeout: 10_000, interval: 5 });
const request = (others: object = {}) => ({ ...exampleRequest(CALL), ...others });

describe("the same delivery again", () => {
  const WAYS: readonly [string, object, object][] = [
    ["with an id of its own", { deliveryId: "run-1" }, {}],
    ["without an id", {}, {}],
    ["with an id, its members in another order and other call data", { deliveryId: "run-1" }, { callData: "other", caller: "1" }],
    ["with an id and another reference", { deliveryId: "run-1", reference: "a" }, { reference: "b" }],
  ];

  it.each(WAYS)("%s is answered from the record", async (_name, first, change) => {
    const { connection } = stack.connect();
    const answer = await stack.transfer(connection, request(first));
    const repeated = Object.fromEntries(Object.entries({ ...request(first), ...change }).reverse());
    const again = await stack.transfer(connection, repeated);
    expect(again.status).toBe(200);
    expect(again.body).toEqual({ ...answer.body, ...ANSWERED_AGAIN });
    expect(arrived()).toBe(1);
  });

  it("is the same by its header as by its body, quoted or not", async () => {
    const { connection } = stack.connect();
    const headers = { authorization: "Bearer test-key-of-a-connection", "content-type": "application/json" };
    const first = await stack.transfer(connection, request({ deliveryId: "run-1" }));
    for (const key of ["run-1", '"run-1"']) {
      const again = await stack.transfer(connection, request(), { headers: { ...headers, "idempotency-key": key } });
      expect(again.body).toMatchObject({ transferId: first.body.transferId, replayed: true });
    }
    expect(arrived()).toBe(1);
  });

  it("of one that is unknown tells that it is, and is not sent", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "drop", when: "after-request", acts: true });
    const first = await stack.transfer(connection, request());
    const again = await stack.transfer(connection, request());
    expect(again.status).toBe(202);
    // Nobody hears of this agent's transfers: this is all that will ever be known.
    expect([first.body.retryable, again.body.retryable]).toEqual([true, false]);
    expect(again.body).toEqual({ ...first.body, ...ANSWERED_AGAIN, retryable: false });
    expect(again.body).toMatchObject({ state: "unknown", code: "gateway-invalid-response", effect: "unknown" });
    expect(arrived()).toBe(1);
  });

  it("is answered from the record when neither agent nor gateway is there any more, nor the permission", async () => {
    const { connection, secrets } = stack.connect();
    const first = await stack.transfer(connection, request());
    stack.secrets.deleteSecret(secrets.agent);
    stack.secrets.deleteSecret(secrets.gateway);
    stack.gateway.signOut("101");
    expect((await stack.transfer(connection, request())).body).toEqual({ ...first.body, ...ANSWERED_AGAIN });
  });

  const OTHERS: readonly [string, object][] = [
    ["a deliberate further attempt", { attempt: "2" }],
    ["another delivery id", { deliveryId: "run-2" }],
    ["another target", { target: { type: "agent", address: "206" } }],
    ["another mode", { mode: "blind" }],
  ];

  it.each(OTHERS)("is not what %s is, which waits until the first has ended, or for a minute", async (_name, change) => {
    const { connection } = stack.connect();
    const first = await stack.transfer(connection, request());
    const other = await stack.transfer(connection, request(change));
    expect(other).toMatchObject({ status: 409, body: { code: "call-busy", effect: "none", retryable: false } });
    expect(other.body).not.toHaveProperty("transferId");
    expect(arrived()).toBe(1);
    stack.gateway.addCall({ callid: CALL, agentId: "101" });
    const later = await stack.later(61_000, () => stack.transfer(connection, request(change)));
    expect(later.body).toMatchObject({ state: "accepted", replayed: false });
    expect(later.body.transferId).not.toBe(first.body.transferId);
    expect(arrived()).toBe(2);
  });

  it("is not what one for another call is", async () => {
    const { connection } = stack.connect();
    const answers = [await stack.transfer(connection, request()), await stack.transfer(connection, request({ callId: OTHER_CALL }))];
    expect(answers.map(({ body }) => [body.state, body.replayed])).toEqual([
      ["accepted", false],
      ["accepted", false],
    ]);
    expect(new Set(answers.map(({ body }) => body.transferId)).size).toBe(2);
  });

  it("after it was claimed anew has another transfer id of the same delivery", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "retcode", retcode: "000-004" });
    const ids = [await stack.transfer(connection, request()), await stack.transfer(connection, request())].map(({ body }) =>
      String(body.transferId),
    );
    const [delivery = ""] = ids[0]?.split(/-1$/) ?? [];
    expect(delivery).toMatch(/^[\w-]{24}$/);
    expect(ids).toEqual([`${delivery}-1`, `${delivery}-2`]);
  });

  it("is not what another connection sends under the same id", async () => {
    const connected = [stack.connect(), stack.connect(), stack.connect()];
    const calls = [CALL, OTHER_CALL, "1552524689-16797286"];
    const answers = await Promise.all(
      connected.map(({ connection }, index) => stack.transfer(connection, request({ callId: calls[index], deliveryId: "run-1" }))),
    );
    expect(answers.map(({ body }) => [body.state, body.replayed])).toEqual(calls.map(() => ["accepted", false]));
    expect(new Set(answers.map(({ body }) => body.transferId)).size).toBe(3);
    expect(arrived()).toBe(3);
  });
});

describe("another request under the same id", () => {
  const CHANGES: readonly [string, object][] = [
    ["call", { callId: OTHER_CALL }],
    ["agent", { agentId: "102" }],
    ["target", { target: { type: "agent", address: "206" } }],
    ["mode", { mode: "blind" }],
    ["attempt", { attempt: "2" }],
  ];

  it.each(CHANGES)("with another %s is refused, with the effect of the first", async (_name, change) => {
    const { connection } = stack.connect();
    await stack.transfer(connection, request({ deliveryId: "run-1" }));
    const other = await stack.transfer(connection, request({ deliveryId: "run-1", ...change }));
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency-mismatch", effect: "unknown", retryable: false } });
    expect(arrived()).toBe(1);
  });

  it("is refused after one without effect, too, which changes nothing", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "retcode", retcode: "000-004" });
    await stack.transfer(connection, request({ deliveryId: "run-1" }));
    const other = await stack.transfer(connection, request({ deliveryId: "run-1", callId: OTHER_CALL }));
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency-mismatch", effect: "none" } });
    expect((await stack.transfer(connection, request({ deliveryId: "run-1" }))).body).toMatchObject({ state: "accepted", replayed: false });
  });
});

describe("the same delivery while the first is in flight", () => {
  it("waits and is answered with what became of it", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "delay", ms: 400 });
    const first = stack.transfer(connection, request());
    await untilArrived(1);
    const repeats = await Promise.all([1, 2, 3].map(() => stack.transfer(connection, request())));
    const { body } = await first;
    for (const repeat of repeats) expect(repeat.body).toEqual({ ...body, ...ANSWERED_AGAIN });
    expect(body.state).toBe("accepted");
    expect(arrived()).toBe(1);
  });

  it("is told that it is in progress where its own time runs out first", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "delay", ms: 1_500 });
    const first = stack.transfer(connection, request());
    await untilArrived(1);
    const again = await stack.transfer(connection, request(), { remainingMs: 1_000 });
    expect(again).toMatchObject({ status: 409, body: { code: "duplicate-in-progress", effect: "unknown", retryable: true } });
    expect(again.body.transferId).toBe((await first).body.transferId);
    expect(arrived()).toBe(1);
  });

  it("is sent in its turn where the first had no effect", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "drop", when: "before-handshake", times: 4 });
    const answers = await Promise.all([stack.transfer(connection, request()), stack.transfer(connection, request())]);
    expect(answers.map(({ body }) => body.code ?? body.state).sort()).toEqual(["accepted", "gateway-unreachable"]);
    expect(arrived()).toBe(1);
  });

  it("is one transfer, however many arrive at once", async () => {
    const { connection } = stack.connect();
    const answers = await Promise.all(Array.from({ length: 20 }, () => stack.transfer(connection, request({ deliveryId: "run-1" }))));
    expect(answers.filter(({ body }) => body.replayed === false)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.transferId)).size).toBe(1);
    expect(arrived()).toBe(1);
  });
});

describe("the same delivery after one without effect", () => {
  const REFUSED = ["000-004", "100-006", "200-012", "106-004"];

  it.each(REFUSED)("refused with %s is sent again", async (retcode) => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "retcode", retcode });
    const first = await stack.transfer(connection, request({ deliveryId: "run-1" }));
    expect(first.body.effect).toBe("none");
    const again = await stack.transfer(connection, request({ deliveryId: "run-1" }));
    expect(again.body).toMatchObject({ state: "accepted", replayed: false });
    expect(arrived()).toBe(2);
  });

  it("that could not be sent is sent", async () => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "certificate", problem: "expired" });
    expect((await stack.transfer(connection, request())).body.code).toBe("gateway-unreachable");
    expect((await stack.transfer(connection, request())).body).toMatchObject({ state: "accepted", replayed: false });
    expect(arrived()).toBe(1);
  });
});
