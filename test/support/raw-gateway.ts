/** A server that speaks TLS and then whatever a test tells it to, for answers that no gateway gives. Keeps what it was sent; knows no HTTP. */
import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";

export interface RawGateway {
  readonly url: string;
  readonly caPem: string;
  /** The application data of each connection whose handshake was completed. */
  readonly received: readonly string[];
  /** Resolves once `count` connections were opened and all of them are closed. */
  closed(count: number): Promise<void>;
}

interface RawConnection {
  readonly socket: TLSSocket;
  /** Resolves once a whole head and as much of a body as it announces has arrived. */
  readonly request: Promise<void>;
}

/** `onSecure` is called for each connection that completes its handshake. */
export async function startRawGateway(onSecure: (connection: RawConnection) => void): Promise<RawGateway> {
  const authority = await createCertificateAuthority();
  const { keyPem, certPem } = await authority.issue({ hosts: ["localhost", "127.0.0.1"] });
  const received: string[] = [];
  const server = createServer({ key: keyPem, cert: certPem }, (socket) => {
    const index = received.push("") - 1;
    const request = new Promise<void>((resolve) => {
      socket.on("data", (chunk) => {
        received[index] += chunk.toString("latin1");
        if (isWhole(received[index] ?? "")) resolve();
      });
    });
    socket.on("error", () => {});
    onSecure({ socket, request });
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  onTestFinished(() => connections.stop());
  return { url: `https://127.0.0.1:${port}`, caPem: authority.caPem, received, closed: connections.closed };
}

/** The raw connections of a server: to wait for their end, and to end them with the server. */
export function trackConnections(server: Server): { closed(count: number): Promise<void>; stop(): Promise<void> } {
  const sockets = new Set<Socket>();
  let opened = 0;
  let closed = 0;
  let onChange = () => {};
  server.on("connection", (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => {
      closed += 1;
      sockets.delete(socket);
      onChange();
    });
  });
  return {
    closed: (count) =>
      new Promise((resolve) => {
        onChange = () => {
          if (opened === count && closed === count) resolve();
        };
        onChange();
      }),
    async stop() {
      const ended = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await ended;
    },
  };
}

export async function listenOnLoopback(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return address.port;
}

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
  return text.length >= end + 4 + length;
}
