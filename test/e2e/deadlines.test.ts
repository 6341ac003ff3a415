import { describe, expect, it } from "vitest";
import { startHandshakeProxy } from "../support/handshake-proxy.ts";
import { exampleRequest, type Stack } from "../support/stack.ts";
import { useStack } from "../support/use-stack.ts";

const CALL = "1552524689-16797284";
const SHORT = { connection: { deadlineMs: 1_000 } };

const stack = useStack();

/** Its secrets are read, so that the deadline is the gateway's alone. */
async function connectWarm(documents: Parameters<Stack["connect"]>[0]): Promise<string> {
  const { connection } = stack.connect(documents);
  expect((await stack.transfer(connection, { ...exampleRequest(CALL), dryRun: true })).status).toBe(200);
  return connection;
}

describe("a connection's deadline", () => {
  it.each([true, false])("of a second passes while the gateway hangs (acting: %s), and the answer is that nobody knows", async (acts) => {
    const connection = await connectWarm(SHORT);
    stack.gateway.addFault({ kind: "hang", acts });
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status: 202, body: { state: "unknown", code: "gateway-timeout", effect: "unknown" } });
    expect(stack.gateway.transfers()).toHaveLength(1);
  });

  it("of a second passes while the handshake is held back, and nothing is sent", async () => {
    const proxy = await startHandshakeProxy(stack.gateway.url);
    const connection = await connectWarm({ ...SHORT, gateway: { url: proxy.url } });
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status: 503, body: { code: "deadline-exceeded", effect: "none" } });
    proxy.release();
    await proxy.closed(1);
    expect(stack.gateway.transfers()).toHaveLength(0);
  });

  it("was spent before the function began", async () => {
    const connection = await connectWarm(SHORT);
    const answer = await stack.transfer(connection, exampleRequest(CALL), { timeEpoch: Date.now() - 5_000 });
    expect(answer).toMatchObject({ status: 503, body: { code: "deadline-exceeded", effect: "none", retryable: true } });
    expect(stack.gateway.transfers()).toHaveLength(0);
  });

  it("was spent by a cold start, before a secret was read", async () => {
    const { connection } = stack.connect(SHORT);
    const answer = await stack.transfer(connection, exampleRequest(CALL), { timeEpoch: Date.now() - 5_000 });
    expect(answer).toMatchObject({ status: 503, body: { code: "deadline-exceeded", effect: "none", retryable: true } });
    expect(stack.gateway.transfers()).toHaveLength(0);
  });

  it("is cut to what the runtime leaves", async () => {
    const connection = await connectWarm({});
    const answer = await stack.transfer(connection, exampleRequest(CALL), { remainingMs: 900 });
    expect(answer).toMatchObject({ status: 503, body: { code: "deadline-exceeded", effect: "none" } });
    expect(stack.gateway.transfers()).toHaveLength(0);
  });

  it("that passed without a POST leaves the delivery open for the next try", async () => {
    const connection = await connectWarm(SHORT);
    await stack.transfer(connection, exampleRequest(CALL), { timeEpoch: Date.now() - 5_000 });
    expect((await stack.transfer(connection, exampleRequest(CALL))).body).toMatchObject({ state: "accepted", replayed: false });
  });

  it("that passed after a POST does not", async () => {
    const connection = await connectWarm(SHORT);
    stack.gateway.addFault({ kind: "hang" });
    const first = await stack.transfer(connection, exampleRequest(CALL));
    const again = await stack.transfer(connection, exampleRequest(CALL));
    expect(again.body).toEqual({ ...first.body, replayed: true, retryable: false, statusUrl: expect.any(String) });
    expect(stack.gateway.transfers()).toHaveLength(1);
  });
});
