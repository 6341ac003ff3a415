/**
 * The simulator's TCP and TLS side: accepts, carries out the faults of connections, hands over what speaks TLS. It reads no request.
 * Each connection gets the certificate that is due when it is accepted; a resumed session cannot bring an older one back, since every
 * certificate has its own ticket keys.
 */
import { createServer, type Server, type Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { Certificates } from "./certificates.ts";
import type { ConnectionFault } from "./faults.ts";

export interface GatewayConnection {
  /** Counts the requests that are being served; both are called by who serves them. */
  begin(): void;
  end(): void;
  /** No further request is wanted: the answer says so and the connection goes after it. */
  readonly retiring: boolean;
  /** Closes in good order, once all that was written is out. */
  close(): void;
  cut(options: { readonly reset: boolean }): void;
}

export interface Connections {
  readonly server: Server;
  readonly counter: { readonly opened: number };
  of(socket: Socket): GatewayConnection;
  /** Makes clients connect anew: idle connections go at once, busy ones after their answer. */
  retire(): void;
  /** Cuts what is busy and what a fault has touched; an idle healthy connection may go on. */
  cutUnusual(): void;
  cutAll(): void;
}

interface Wiring {
  readonly certificates: Certificates;
  readonly takeFault: () => ConnectionFault | undefined;
  readonly onSecure: (socket: TLSSocket) => void;
}

export function createConnections({ certificates, takeFault, onSecure }: Wiring): Connections {
  const tracked = new Set<ReturnType<typeof track>>();
  const bySocket = new WeakMap<Socket, GatewayConnection>();
  let opened = 0;

  function accept(socket: Socket) {
    opened += 1;
    // A client may leave at any time, and a fault makes it: there is nothing to do about it here.
    socket.on("error", () => {});
    const fault = takeFault();
    const connection = track(socket, fault);
    tracked.add(connection);
    socket.once("close", () => tracked.delete(connection));

    if (fault?.kind === "drop" && fault.when === "before-handshake") return connection.cut(fault);
    if (fault?.kind === "stall-handshake") return void socket.once("end", () => socket.destroy()).resume();

    const secure = (secureContext: SecureContext) => {
      if (socket.destroyed) return;
      const tls = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ["http/1.1"] });
      tls.once("secure", () => {
        if (fault?.kind === "drop") return connection.cut(fault);
        connection.secured(tls);
        bySocket.set(tls, connection);
        onSecure(tls);
      });
    };
    if (fault?.kind === "certificate") return void certificates.of(fault.problem).then(secure);
    secure(certificates.right);
  }

  return {
    // HTTP and TLS end their half themselves.
    server: createServer({ allowHalfOpen: true, noDelay: true }, accept),
    counter: {
      get opened() {
        return opened;
      },
    },
    of(socket) {
      const connection = bySocket.get(socket);
      if (connection === undefined) throw new Error("a request without a connection");
      return connection;
    },
    retire() {
      for (const connection of tracked) connection.retire();
    },
    cutUnusual() {
      for (const connection of tracked) if (connection.unusual) connection.cut({ reset: false });
    },
    cutAll() {
      for (const connection of tracked) connection.cut({ reset: false });
    },
  };
}

function track(socket: Socket, fault: ConnectionFault | undefined) {
  let tls: TLSSocket | undefined;
  let inFlight = 0;
  let retiring = false;
  const cut = ({ reset }: { readonly reset: boolean }) => void (reset ? socket.resetAndDestroy() : socket.destroy());
  const close = () => void tls?.destroySoon();

  return {
    cut,
    close,
    get retiring() {
      return retiring;
    },
    get unusual() {
      return inFlight > 0 || fault !== undefined;
    },
    secured(socket: TLSSocket) {
      tls = socket;
    },
    begin() {
      inFlight += 1;
    },
    end() {
      inFlight -= 1;
      if (retiring && inFlight === 0) close();
    },
    retire() {
      // What is still in its handshake has met its fate already.
      if (tls === undefined) return;
      if (inFlight === 0) return cut({ reset: false });
      retiring = true;
    },
  };
}
