/**
 * A CC-Gateway for local development and tests: the session transfer over real TLS, with faults on request and every transfer on record.
 * It has no sign-in, no events, no keep-alive of agents: who is signed in is settled by its seed and by the methods here.
 * After a fault of connections was added, idle connections are closed: a client that has not noticed yet meets a stale socket first.
 */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { Server } from "node:net";
import { createSecureContext } from "node:tls";
import { createCertificateAuthority } from "../certificate-authority.ts";
import { type CertificateKind, createConnections } from "./connections.ts";
import { createControlServer } from "./control.ts";
import { createFaultQueue, type Fault, nameOf } from "./faults.ts";
import { createGatewayState } from "./state.ts";
import { createRequestListener, type RecordedTransfer } from "./transfer-requests.ts";

const LOOPBACK = "127.0.0.1";
const HOSTS = ["localhost", LOOPBACK];
const DAY_MS = 86_400_000;

export type { Fault } from "./faults.ts";
export type { RecordedTransfer } from "./transfer-requests.ts";

export interface GatewaySimulator {
  readonly url: string;
  readonly port: number;
  readonly caPem: string;
  readonly controlUrl: string | undefined;
  /** TCP connections accepted so far; a reset does not turn it back. */
  readonly connections: { readonly opened: number };
  transfers(): readonly RecordedTransfer[];
  addFault(fault: Fault): void;
  addCall(call: { readonly callid: string; readonly agentId: string }): void;
  /** The old Guid is refused from then on; signs in an agent who was not. */
  renewGuid(agentId: string): string;
  guidOf(agentId: string): string;
  signOut(agentId: string): void;
  /** Seed state, no faults, no records, the right certificate; requests that are being served are cut. */
  reset(): void;
  stop(): Promise<void>;
}

export interface GatewaySimulatorOptions {
  readonly port: number;
  readonly controlPort?: number;
  readonly log?: (line: string) => void;
}

export async function startGatewaySimulator(options: GatewaySimulatorOptions): Promise<GatewaySimulator> {
  const { log = () => {} } = options;
  const { caPem, contexts } = await createSecureContexts();
  const state = createGatewayState();
  const faults = createFaultQueue();
  const transfers: RecordedTransfer[] = [];
  let running = new AbortController();

  const connections = createConnections({
    contexts,
    takeFault() {
      const fault = faults.takeForConnection();
      if (fault !== undefined) log(`gateway  connection, fault ${nameOf(fault)}`);
      return fault;
    },
    onSecure: (socket) => http.emit("connection", socket),
  });
  const http = createHttpServer(createRequestListener({ state, faults, connections, signal: () => running.signal, record, log }));

  function record(transfer: RecordedTransfer) {
    const kept = { ...transfer };
    transfers.push(kept);
    return (changes: Partial<RecordedTransfer>) => void Object.assign(kept, changes);
  }

  const simulator = {
    transfers: () => transfers.map((transfer) => ({ ...transfer })),
    addFault(fault: Fault) {
      if (faults.add(fault) === "connection") connections.retire();
    },
    addCall: state.addCall,
    hasAgent: state.hasAgent,
    renewGuid: state.renewGuid,
    guidOf: state.guidOf,
    signOut: state.signOut,
    reset() {
      running.abort();
      running = new AbortController();
      faults.clear();
      state.reset();
      transfers.length = 0;
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
  return { ...simulator, url: `https://localhost:${port}`, port, caPem, controlUrl, connections: connections.counter, stop };
}

async function createSecureContexts() {
  const ca = await createCertificateAuthority({ name: "CC-Gateway simulator CA" });
  const otherCa = await createCertificateAuthority({ name: "CC-Gateway simulator, another CA" });
  const yesterday = { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) };
  const issued = {
    right: await ca.issue({ hosts: HOSTS }),
    expired: await ca.issue({ hosts: HOSTS, ...yesterday }),
    "wrong-host": await ca.issue({ hosts: ["gateway.invalid"] }),
    "unknown-ca": await otherCa.issue({ hosts: HOSTS }),
  } satisfies Record<CertificateKind, unknown>;
  const toContext = ({ keyPem, certPem }: { keyPem: string; certPem: string }) => createSecureContext({ key: keyPem, cert: certPem });
  const contexts = {
    right: toContext(issued.right),
    expired: toContext(issued.expired),
    "wrong-host": toContext(issued["wrong-host"]),
    "unknown-ca": toContext(issued["unknown-ca"]),
  };
  return { caPem: ca.caPem, contexts };
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
