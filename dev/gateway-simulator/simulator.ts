/**
 * A CC-Gateway for local development and tests, over real TLS: agents sign in, keep their sessions alive, get their events and transfer calls, with faults on
 * request and every request on record. Some agents of its seed are kept by somebody else and always signed in; 102 has an account.
 * After a fault of connections was added, idle connections are closed: a client that has not noticed yet meets a stale socket first.
 */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { Server } from "node:net";
import { createCertificates } from "./certificates.ts";
import { type SimulatorClock, systemClock } from "./clock.ts";
import { createConnections } from "./connections.ts";
import { createControlServer } from "./control.ts";
import { createFaultQueue, type Fault, nameOf } from "./faults.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { createRequestListener, type RecordedRequest } from "./requests.ts";
import type { SettingsChange } from "./settings.ts";

const LOOPBACK = "127.0.0.1";
const HOSTS = ["localhost", LOOPBACK];

export { createManualClock, type ManualClock } from "./clock.ts";
export type { GatewayEvent } from "./events.ts";
export type { Fault } from "./faults.ts";
export type { RecordedPush } from "./push-delivery.ts";
export type { RecordedRequest } from "./requests.ts";
export type { Violation } from "./violations.ts";

export interface GatewaySimulator extends Omit<Gateway, "endpoints" | "endSessions"> {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  readonly controlUrl: string | undefined;
  /** TCP connections accepted so far; a reset does not turn it back. */
  readonly connections: { readonly opened: number };
  /** Of all endpoints, oldest first. */
  requests(): readonly RecordedRequest[];
  /** Those of them that ask for a transfer. */
  transfers(): readonly RecordedRequest[];
  addFault(fault: Fault): void;
  clearFaults(): void;
  /** Of the gateway: every session is gone and every connection is cut; accounts, calls, faults and records stay. */
  restart(): void;
  /** Seed state, first settings, no faults, no records, the right certificate; requests that are being served are cut. */
  reset(): void;
  stop(): Promise<void>;
}

export interface GatewaySimulatorOptions {
  readonly port: number;
  readonly controlPort?: number;
  /** The machine's own unless given. */
  readonly clock?: SimulatorClock;
  readonly settings?: SettingsChange;
  readonly log?: (line: string) => void;
}

export async function startGatewaySimulator(options: GatewaySimulatorOptions): Promise<GatewaySimulator> {
  const { clock = systemClock, settings = {}, log = () => {} } = options;
  const certificates = await createCertificates(HOSTS);
  const faults = createFaultQueue();
  const requests: RecordedRequest[] = [];
  let running = new AbortController();
  const signal = () => running.signal;
  const { endpoints, endSessions, ...gateway } = createGateway({ clock, settings, log, signal });

  const connections = createConnections({
    certificates,
    takeFault() {
      const fault = faults.takeForConnection();
      if (fault !== undefined) log(`gateway  connection, fault ${nameOf(fault)}`);
      return fault;
    },
    onSecure: (socket) => http.emit("connection", socket),
  });
  const http = createHttpServer(createRequestListener({ endpoints, clock, faults, connections, signal, record, log }));

  function record(request: RecordedRequest) {
    const kept = { ...request };
    requests.push(kept);
    return (changes: Partial<RecordedRequest>) => void Object.assign(kept, changes);
  }

  function interrupt() {
    running.abort();
    running = new AbortController();
  }

  const simulator = {
    ...gateway,
    requests: () => requests.map((request) => ({ ...request })),
    transfers: () => requests.filter(({ endpoint }) => endpoint === "transfer").map((request) => ({ ...request })),
    addFault(fault: Fault) {
      if (faults.add(fault) === "connection") connections.retire();
    },
    clearFaults: faults.clear,
    restart() {
      interrupt();
      endSessions();
      connections.cutAll();
    },
    reset() {
      interrupt();
      faults.clear();
      gateway.reset();
      requests.length = 0;
      connections.cutUnusual();
    },
  };
  const control = createControlServer(simulator);

  async function stop() {
    running.abort();
    const closed = [connections.server, control].map(close);
    connections.cutAll();
    control.closeAllConnections();
    await Promise.all(closed);
  }

  const port = await listen(connections.server, options.port);
  let controlUrl: string | undefined;
  if (options.controlPort !== undefined) {
    try {
      controlUrl = `http://${LOOPBACK}:${await listen(control, options.controlPort)}`;
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return {
    ...simulator,
    url: `https://localhost:${port}`,
    port,
    caPem: certificates.caPem,
    controlUrl,
    connections: connections.counter,
    stop,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await once(server.listen(port, LOOPBACK), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return address.port;
}

/** Also when it never listened, or was closed before. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
