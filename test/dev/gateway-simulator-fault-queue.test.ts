import { describe, expect, it } from "vitest";
import type { Fault } from "../../dev/gateway-simulator/simulator.ts";
import { dial, errorOf, keepAliveAgent, retcodeOf, send, startForTest, toHead } from "./gateway-simulator-client.ts";

const NOT_MOVED = { acted: false };

describe("a request that gets no answer", () => {
  it.each(["during-request", "after-request"] as const)("is dropped %s", async (when) => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drop", when });
    expect(await errorOf(send(simulator))).toBe("ECONNRESET");
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it("is dropped during-request before its body is there", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drop", when: "during-request" });
    const { socket, ended } = dial(simulator);
    socket.write(toHead(simulator));
    await ended;
    expect(simulator.transfers()).toMatchObject([{ body: "", retcode: undefined, acted: false }]);
  });

  it.each([
    [false, "closed"],
    [true, "ECONNRESET read"],
  ])("is dropped after-request with reset %s: the client sees %s", async (reset, outcome) => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drop", when: "after-request", reset });
    const { socket, ended } = dial(simulator);
    socket.write(`${toHead(simulator)}0123456789`);
    expect(await ended).toBe(outcome);
    expect(simulator.transfers()).toMatchObject([{ body: "0123456789" }]);
  });

  it.each([false, true])("hangs while others are served, and acts: %s", async (acts) => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "hang", acts });
    const leave = new AbortController();
    const hanging = send(simulator, { signal: leave.signal });
    await expect.poll(() => simulator.transfers()).toMatchObject([{ acted: acts, retcode: undefined }]);
    expect(await retcodeOf(simulator)).toBe(acts ? "200-012" : "0");
    leave.abort();
    expect(await errorOf(hanging)).toBe("ABORT_ERR");
  });
});

describe("a delayed request", () => {
  it("is judged after the delay, so that a later one is first", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "delay", ms: 200 });
    const delayed = retcodeOf(simulator);
    await expect.poll(() => simulator.transfers().length).toBe(1);
    expect(await retcodeOf(simulator)).toBe("0");
    expect(await delayed).toBe("200-012");
  });

  it("acts though its client has left", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "delay", ms: 100 });
    const leave = new AbortController();
    const delayed = errorOf(send(simulator, { signal: leave.signal }));
    await expect.poll(() => simulator.transfers()).toMatchObject([NOT_MOVED]);
    leave.abort();
    await delayed;
    await expect.poll(() => simulator.transfers()).toMatchObject([{ acted: true }]);
  });

  it("does not act after a reset", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "delay", ms: 50 });
    const delayed = errorOf(send(simulator));
    await expect.poll(() => simulator.transfers().length).toBe(1);
    simulator.reset();
    expect(await delayed).toBe("ECONNRESET");
    simulator.addFault({ kind: "delay", ms: 100 });
    expect(await retcodeOf(simulator)).toBe("0");
    expect(simulator.transfers().length).toBe(1);
  });
});

describe("the queue of faults", () => {
  it("takes the first that fits, as often as it says, for the agent it says", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "retcode", retcode: "1", agentId: "104" });
    simulator.addFault({ kind: "retcode", retcode: "2", times: 2 });
    simulator.addFault({ kind: "retcode", retcode: "3" });
    const answers: unknown[] = [];
    for (const agentId of ["101", "104", "104", "101", "101"]) answers.push(await retcodeOf(simulator, { agentId }));
    expect(answers).toEqual(["2", "1", "2", "3", "0"]);
  });

  it("keeps what is there always until the reset", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "retcode", retcode: "1", times: "always" });
    for (const _ of [1, 2, 3]) expect(await retcodeOf(simulator)).toBe("1");
    await simulator.reset();
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it.each([
    { kind: "other" },
    { kind: "hang", times: 0 },
    { kind: "hang", ms: 1 },
    { kind: "delay" },
    { kind: "delay", ms: 60_001 },
    { kind: "drip", ms: -1 },
    { kind: "drop" },
    { kind: "drop", when: "later" },
    { kind: "drop", when: "before-request", agentId: "101" },
    { kind: "drop", when: "during-request", acts: true },
    { kind: "certificate", problem: "odd" },
    { kind: "certificate", problem: "expired", acts: true },
    { kind: "status", status: 199 },
    { kind: "status", status: 600 },
    { kind: "content-type", contentType: "a\nb" },
    { kind: "huge-json", bytes: 63 },
    { kind: "huge-json", bytes: 1_073_741_825 },
  ])("refuses %j", async (fault) => {
    const simulator = await startForTest();
    expect(() => simulator.addFault(fault as Fault)).toThrow(expect.objectContaining({ name: "ZodError" }));
  });
});

describe("keep-alive", () => {
  it("holds the connection from one request to the next", async () => {
    const simulator = await startForTest();
    const agent = keepAliveAgent();
    await send(simulator, { agent });
    await send(simulator, { agent });
    expect(simulator.connections.opened).toBe(1);
  });

  it("is promised and then broken by keep-alive-close", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "keep-alive-close" });
    const agent = keepAliveAgent();
    expect((await send(simulator, { agent })).headers.connection).toBe("keep-alive");
    await expect.poll(() => Object.keys(agent.freeSockets).length).toBe(0);
    await send(simulator, { agent });
    expect(simulator.connections.opened).toBe(2);
  });
});
