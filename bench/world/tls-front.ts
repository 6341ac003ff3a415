/** TLS before a server that has none, as AWS's are reached: what a client pays for it is part of what is measured. */
import { once } from "node:events";
import { connect, type Server } from "node:net";
import { pipeline } from "node:stream";
import { createServer } from "node:tls";

interface Front {
  readonly url: string;
  readonly server: Server;
}

/** `url` is that of the server behind it, on this machine. */
export async function startTlsFront(
  url: string,
  { keyPem, certPem }: { readonly keyPem: string; readonly certPem: string },
): Promise<Front> {
  const { hostname, port } = new URL(url);
  const server = createServer({ key: keyPem, cert: certPem }, (socket) => {
    const behind = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.setNoDelay(true);
    // Who ends or fails ends both.
    pipeline(socket, behind, socket, () => {});
  });
  // A client that goes away in the handshake.
  server.on("tlsClientError", () => {});
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the front listens on no port");
  return { url: `https://localhost:${address.port}`, server };
}
