/** Nothing that a client does or a fault holds keeps the simulator from stopping. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Fault } from "../../dev/gateway-simulator/simulator.ts";
import { type Dialled, dial, errorOf, keepAliveAgent, send, startForTest, toHead, transferPath } from "./gateway-simulator-client.ts";

describe("stop", () => {
  const faults: Fault[] = [
    { kind: "hang" },
    { kind: "delay", ms: 60_000 },
    { kind: "drip", ms: 10_000 },
    { kind: "huge-json", bytes: 100_000_000 },
  ];

  it.each(faults)("returns while a client meets %j", async (fault) => {
    const simulator = await startForTest();
    simulator.addFault(fault);
    const { socket, ended } = dial(simulator);
    socket.pause();
    socket.write(`${toHead(simulator)}0123456789`);
    await expect.poll(() => simulator.transfers().length).toBe(1);
    await simulator.stop();
    socket.resume();
    await ended;
  });

  it("returns while connections are stalled, idle, silent, or half through a request", async () => {
    const simulator = await startForTest({ controlPort: 0 });
    simulator.addFault({ kind: "stall-handshake" });
    const open: Dialled[] = [dial(simulator)];
    await expect.poll(() => simulator.connections.opened).toBe(1);
    open.push(dial(simulator), dial(simulator));
    await Promise.all(open.slice(1).map(({ socket }) => once(socket, "secureConnect")));
    open[1]?.socket.write(toHead(simulator));
    await send(simulator, { agent: keepAliveAgent() });
    const control = httpRequest(`${simulator.controlUrl}/faults`, { method: "POST", headers: { "content-length": 10 } });
    control.once("error", () => {}).flushHeaders();
    await once(control, "socket");
    const silent = connect(simulator.port, "127.0.0.1");
    onTestFinished(() => void silent.destroy());
    await once(silent, "connect");

    await simulator.stop();
    await Promise.all(open.map(({ ended }) => ended));
    expect(await errorOf(once(connect(simulator.port, "127.0.0.1"), "connect"))).toBe("ECONNREFUSED");
  });

  it("leaves nothing that keeps the process", async () => {
    const module = new URL("../../dev/gateway-simulator/simulator.ts", import.meta.url).href;
    const script = `
      import { request } from "node:https";
      import { connect } from "node:tls";
      import { startGatewaySimulator } from ${JSON.stringify(module)};
      const simulator = await startGatewaySimulator({ port: 0, controlPort: 0 });
      simulator.addFault({ kind: "delay", ms: 60_000 });
      const socket = connect({ port: simulator.port, host: "127.0.0.1", ca: simulator.caPem });
      socket.on("error", () => {}).write(${JSON.stringify(`POST ${transferPath("101")} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`)});
      simulator.configure({ signInMs: 60_000 });
      const ask = (method, path, body) => request(simulator.url + "/agentgateway/resource/" + path, { method, ca: simulator.caPem, agent: false,
        headers: { Guid: simulator.guidOf("101") } }).on("error", () => {}).end(body);
      ask("GET", "agentevent/101");
      ask("PUT", "onlineagent/102", JSON.stringify({ password: "local-demo-password-102", phonenum: "88880102" }));
      while (simulator.requests().length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      await simulator.stop();
      console.log("stopped");`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { timeout: 4_000 });
    expect(stdout).toBe("stopped\n");
  });

  it("may be called twice", async () => {
    const simulator = await startForTest({ controlPort: 0 });
    await simulator.stop();
    await simulator.stop();
    expect(await errorOf(send(simulator))).toBe("ECONNREFUSED");
  });
});
