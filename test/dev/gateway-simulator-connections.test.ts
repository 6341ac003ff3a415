/** Faults below HTTP, seen from raw TLS and TCP clients, and what becomes of the connections that are there. */
import { once } from "node:events";
import { Agent } from "node:https";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Fault } from "../../dev/gateway-simulator/simulator.ts";
import { dial, errorOf, keepAliveAgent, PAGE_ANSWER, retcodeOf, send, startForTest, toHead } from "./gateway-simulator-client.ts";

const idleSockets = (agent: Agent) => Object.values(agent.freeSockets).flat().length;

describe("a dropped connection", () => {
  it.each([
    ["before-handshake", true, false, /^ECONNRESET (read|connect)$/],
    ["before-request", false, true, /^closed$/],
    ["before-request", true, true, /^ECONNRESET read$/],
  ] as const)("%s with reset %s: TLS came up %s, then the client sees %s", async (when, reset, secured, outcome) => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drop", when, reset });
    const dialled = dial(simulator);
    expect(await dialled.ended).toMatch(outcome);
    expect(dialled.secured()).toBe(secured);
    expect(simulator.connections.opened).toBe(1);
    expect(await retcodeOf(simulator)).toBe("0");
    expect(simulator.transfers().length).toBe(1);
  });

  it("before-handshake without reset is closed in good order", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drop", when: "before-handshake" });
    const socket = connect(simulator.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.resume();
    const [hadError] = await once(socket, "close");
    expect(hadError).toBe(false);
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it("is one for each time, whoever connects", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drop", when: "before-request", times: 2 });
    expect(await errorOf(send(simulator))).toBe("ECONNRESET");
    expect(await errorOf(send(simulator))).toBe("ECONNRESET");
    expect(await retcodeOf(simulator)).toBe("0");
    expect(simulator.transfers().length).toBe(1);
  });
});

describe("a stalled handshake", () => {
  it("stays open and silent while others are served, until the reset", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "stall-handshake" });
    const stalled = dial(simulator);
    await expect.poll(() => simulator.connections.opened).toBe(1);
    expect(await retcodeOf(simulator)).toBe("0");
    simulator.addFault({ kind: "certificate", problem: "expired" });
    expect(await errorOf(send(simulator))).toBe("CERT_HAS_EXPIRED");
    expect(stalled.secured()).toBe(false);
    expect(stalled.socket.destroyed).toBe(false);
    await simulator.reset();
    await stalled.ended;
    expect(stalled.secured()).toBe(false);
  });

  it("ends when its client leaves", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "stall-handshake" });
    const socket = connect({ port: simulator.port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    socket.end().resume();
    await once(socket, "close");
  });
});

describe("a client that misbehaves", () => {
  it.each<[string, string, Fault | undefined]>([
    ["within its handshake", "\x16\x03\x01\x02", undefined],
    ["after speaking plain HTTP", "GET / HTTP/1.1\r\n\r\n", undefined],
    ["while it is stalled", "\x16", { kind: "stall-handshake" }],
  ])("by a reset %s harms no other", async (_, bytes, fault) => {
    const simulator = await startForTest();
    if (fault !== undefined) simulator.addFault(fault);
    const socket = connect(simulator.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    socket.on("error", () => {}).write(bytes, "latin1");
    await expect.poll(() => simulator.connections.opened).toBe(1);
    socket.resetAndDestroy();
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it("by speaking plain HTTP is sent away", async () => {
    const simulator = await startForTest();
    const socket = connect(simulator.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {}).write("GET / HTTP/1.1\r\n\r\n");
    socket.resume();
    await once(socket, "close");
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it("by leaving within a dripping answer harms no other", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drip", ms: 5 });
    const { socket, ended } = dial(simulator);
    socket.write(`${toHead(simulator)}0123456789`);
    await once(socket, "data");
    socket.destroy();
    await ended;
    expect(await retcodeOf(simulator)).toBe("0");
  });
});

describe("a certificate", () => {
  it.each([
    ["unknown-ca", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["expired", "CERT_HAS_EXPIRED"],
    ["wrong-host", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ] as const)("with the problem %s fails with %s, also for a client that could resume", async (problem, code) => {
    const simulator = await startForTest();
    const agent = new Agent({ keepAlive: false });
    expect((await send(simulator, { agent })).text).toBe(PAGE_ANSWER);
    simulator.addFault({ kind: "certificate", problem, times: 2 });
    expect(await errorOf(send(simulator, { agent }))).toBe(code);
    expect(await errorOf(send(simulator, { agent }))).toBe(code);
    expect(await retcodeOf(simulator, { agent })).toBe("200-012");
    expect(simulator.transfers().length).toBe(2);
  });

  it("is right for the address too", async () => {
    const { socket } = dial(await startForTest());
    await once(socket, "secureConnect");
    expect(socket.authorized).toBe(true);
  });

  it("is the right one again after a reset", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "certificate", problem: "expired", times: "always" });
    expect(await errorOf(send(simulator))).toBe("CERT_HAS_EXPIRED");
    await simulator.reset();
    expect(await retcodeOf(simulator)).toBe("0");
  });
});

describe("connections that are there already", () => {
  it.each<Fault>([
    { kind: "certificate", problem: "expired" },
    { kind: "stall-handshake" },
    { kind: "drop", when: "before-handshake" },
    { kind: "drop", when: "before-request" },
  ])("are closed when idle, for %j to take effect", async (fault) => {
    const simulator = await startForTest();
    const agent = keepAliveAgent();
    await send(simulator, { agent });
    expect(idleSockets(agent)).toBe(1);
    simulator.addFault(fault);
    await expect.poll(() => idleSockets(agent)).toBe(0);
  });

  it("stay for a fault of requests, and for a reset", async () => {
    const simulator = await startForTest();
    const agent = keepAliveAgent();
    await send(simulator, { agent });
    simulator.addFault({ kind: "retcode", retcode: "1" });
    expect(await retcodeOf(simulator, { agent })).toBe("1");
    await simulator.reset();
    expect(await retcodeOf(simulator, { agent })).toBe("0");
    expect(simulator.connections.opened).toBe(1);
  });

  it("get their answer when busy, and are closed after it", async () => {
    const simulator = await startForTest();
    const agent = keepAliveAgent();
    simulator.addFault({ kind: "delay", ms: 100 });
    const delayed = send(simulator, { agent });
    await expect.poll(() => simulator.transfers().length).toBe(1);
    simulator.addFault({ kind: "certificate", problem: "expired" });
    expect(await delayed).toMatchObject({ text: PAGE_ANSWER, headers: { connection: "close" } });
    expect(await errorOf(send(simulator, { agent }))).toBe("CERT_HAS_EXPIRED");
  });

  it("are closed even when their answer had promised to keep them", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "drip", ms: 5 });
    const { socket, ended } = dial(simulator);
    socket.write(`${toHead(simulator)}0123456789`);
    await once(socket, "data");
    simulator.addFault({ kind: "certificate", problem: "expired" });
    expect(await ended).toBe("closed");
  });
});
