/** The simulator around the transfer: what it records, counts and logs, what it answers elsewhere, its reset and its ports. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { CALL, dial, errorOf, PAGE_REQUEST, retcodeOf, send, startForTest, toHead, transferPath } from "./gateway-simulator-client.ts";

const FIXED_GUID = "11111111-1111-4111-8111-111111111111.AgentGateway0";
const FULL = { callid: CALL, caller: "88880021", devicetype: 2, mode: 2, address: "205", calldata: "help" };

describe("the simulator", () => {
  it("keeps what it received as it was received", async () => {
    const simulator = await startForTest();
    const body = '{"callid":"?","calldata":"Größe 😀"}';
    await send(simulator, { body, path: `${transferPath("101")}?a=1` });
    const [transfer] = simulator.transfers();
    expect(transfer).toMatchObject({ agentId: "101", method: "POST", path: `${transferPath("101")}?a=1`, body, retcode: "000-002" });
    expect(transfer?.headers).toMatchObject({ guid: FIXED_GUID, "content-type": "application/json; charset=UTF-8" });
    expect(transfer?.rawHeaders).toContain("Guid");
    expect(new Date(transfer?.at ?? "").toISOString()).toBe(transfer?.at);
  });

  it("tells its transfers as they are at that time", async () => {
    const simulator = await startForTest();
    simulator.addFault({ kind: "delay", ms: 50 });
    const answer = send(simulator);
    await expect.poll(() => simulator.transfers().length).toBe(1);
    const before = simulator.transfers();
    await answer;
    await send(simulator);
    expect(before).toMatchObject([{ acted: false, retcode: undefined }]);
    expect(simulator.transfers()).toMatchObject([{ acted: true, retcode: "0" }, { retcode: "200-012" }]);
  });

  it.each([
    [404, "POST", "/agentgateway/resource/mediacall/101/other"],
    [404, "POST", "/agentgateway/resource/voicecall/101/transfer"],
    [404, "POST", "/agentgateway/resource/mediacall/1/2/transfer"],
    [405, "GET", "/agentgateway/resource/mediacall/101/transfer"],
    [405, "PUT", "/agentgateway/resource/mediacall/101/transfer"],
  ])("answers %i to %s %s and records nothing", async (status, method, path) => {
    const simulator = await startForTest();
    const answer = await send(simulator, { method, path });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=UTF-8");
    expect(answer.headers.allow).toBe(status === 405 ? "POST" : undefined);
    expect(simulator.transfers()).toEqual([]);
  });

  it.each([
    [200, 1_048_576],
    [413, 1_048_577],
  ])("answers %i to a body of %i bytes", async (status, bytes) => {
    const answer = await send(await startForTest(), { body: PAGE_REQUEST.padEnd(bytes) });
    expect(answer.status).toBe(status);
  });

  it("does not act on a request whose body did not arrive whole", async () => {
    const lines: string[] = [];
    const simulator = await startForTest({ log: (line) => lines.push(line) });
    const { socket, ended } = dial(simulator);
    socket.write(`${toHead(simulator)}{"cal`, () => socket.destroy());
    await ended;
    await expect.poll(() => lines).toMatchObject([expect.stringContaining("client left")]);
    expect(simulator.transfers()).toEqual([]);
  });

  it("counts the connections it accepted", async () => {
    const simulator = await startForTest();
    expect(simulator.connections.opened).toBe(0);
    const first = dial(simulator);
    await once(first.socket, "secureConnect");
    await once(dial(simulator).socket, "secureConnect");
    expect(simulator.connections.opened).toBe(2);
  });

  it("logs a line a request, without Guid, caller or call data", async () => {
    const lines: string[] = [];
    const simulator = await startForTest({ log: (line) => lines.push(line) });
    await send(simulator);
    await send(simulator, { agentId: "104", body: JSON.stringify({ ...FULL, callid: "1456401416-3", address: "7777" }) });
    await send(simulator, { body: JSON.stringify({ ...FULL, callid: "no call\nof ours" }) });
    await send(simulator, { path: "/other?guid=secret" });
    expect(lines.map((line) => line.replace(/\(\d+ ms\)/, "(N ms)"))).toEqual([
      "gateway  POST transfer agent 101 call 1552524689-16797284 → 0 (N ms)",
      "gateway  POST transfer agent 104 call 1456401416-3 → 0, target unknown here, call is held by agent 101 (N ms)",
      "gateway  POST transfer agent 101 call ? → 200-012 (N ms)",
      "gateway  POST /other → HTTP 404",
    ]);
  });

  it.each([
    ["a skill queue", { devicetype: 1, address: "32" }, true],
    ["an agent as a skill queue", { devicetype: 1, address: "205" }, false],
    ["an access code", { devicetype: 4, address: "88880" }, true],
    ["an agent's skill", { devicetype: 2, address: "205", skillId: 3 }, true],
    ["another skill", { devicetype: 2, address: "205", skillId: 4 }, false],
  ])("knows its targets: %s", async (_, target, known) => {
    const lines: string[] = [];
    const simulator = await startForTest({ log: (line) => lines.push(line) });
    await send(simulator, { body: JSON.stringify({ ...FULL, ...target }) });
    expect(lines[0]?.includes("target unknown")).toBe(!known);
  });

  it("is as at the start after a reset", async () => {
    const simulator = await startForTest();
    await send(simulator);
    simulator.renewGuid("101");
    simulator.signOut("104");
    simulator.renewGuid("150");
    simulator.addCall({ callid: "1-1", agentId: "101" });
    await simulator.reset();
    expect(simulator.transfers()).toEqual([]);
    expect(simulator.guidOf("101")).toBe(FIXED_GUID);
    expect(simulator.guidOf("104")).toMatch(/^4/);
    expect(() => simulator.guidOf("150")).toThrow();
    expect(await retcodeOf(simulator, { body: JSON.stringify({ ...FULL, callid: "1-1" }) })).toBe("200-012");
    expect(await retcodeOf(simulator)).toBe("0");
  });

  it.each(["::1", "127.0.0.2"])("does not listen on %s", async (host) => {
    const simulator = await startForTest({ controlPort: 0 });
    for (const port of [simulator.port, Number(new URL(simulator.controlUrl ?? "").port)]) {
      const socket = connect({ port, host, timeout: 1_000 });
      onTestFinished(() => void socket.destroy());
      socket.once("timeout", () => socket.destroy(new Error("no way there")));
      await expect(once(socket, "connect")).rejects.toThrow();
    }
  });

  it.each(["port", "controlPort"] as const)("rejects when its %s is taken, and holds no other", async (taken) => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const spare = await startGatewaySimulator({ port: 0 });
    await spare.stop();
    const options = taken === "port" ? { port: address.port } : { port: spare.port, controlPort: address.port };
    expect(await errorOf(startGatewaySimulator(options))).toBe("EADDRINUSE");
    await startForTest({ port: spare.port });
  });
});
