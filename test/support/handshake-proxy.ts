/** A TCP proxy before a gateway that holds back what the gateway sends, its half of the TLS handshake first, until the test lets go. Reads nothing of it. */
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { listenOnLoopback, trackConnections } from "./raw-gateway.ts";

export interface HandshakeProxy {
  readonly url: string;
  /** Resolves once the gateway has begun to answer a handshake that is held back. */
  readonly held: Promise<void>;
  /** What was and what will be held back goes on. */
  release(): void;
  /** Resolves once `count` connections were opened and all of them are closed. */
  closed(count: number): Promise<void>;
}

export async function startHandshakeProxy(gatewayUrl: string): Promise<HandshakeProxy> {
  const gatewayPort = Number(new URL(gatewayUrl).port);
  const waiting: (() => void)[] = [];
  const upstreams = new Set<Socket>();
  let released = false;
  let onHeld = () => {};
  const held = new Promise<void>((resolve) => {
    onHeld = resolve;
  });

  const server = createServer((client) => {
    const gateway = connect(gatewayPort, "127.0.0.1");
    upstreams.add(gateway);
    gateway.on("error", () => client.destroy());
    client.once("close", () => gateway.destroy());
    client.pipe(gateway);
    gateway.once("readable", () => {
      onHeld();
      const goOn = () => void gateway.pipe(client);
      if (released) goOn();
      else waiting.push(goOn);
    });
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  onTestFinished(async () => {
    for (const upstream of upstreams) upstream.destroy();
    await connections.stop();
  });
  return {
    url: `https://127.0.0.1:${port}`,
    held,
    release() {
      released = true;
      for (const goOn of waiting.splice(0)) goOn();
    },
    closed: connections.closed,
  };
}
