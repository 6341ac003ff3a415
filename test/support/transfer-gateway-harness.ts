/** The core's gateway over the real client and the real lookup of documents; the documents themselves are in this process's memory. */
import { setTimeout } from "node:timers/promises";
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { TransferError } from "../../lib/errors.ts";
import { AgentAccess } from "../../lib/gateway/agent-access.ts";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";
import { createTransferGateway } from "../../lib/gateway/transfer-gateway.ts";
import { createSecretLookup } from "../../lib/secrets/secret-lookup.ts";
import { createMemorySessions } from "../../lib/sessions/memory-sessions.ts";
import { createSessionSource } from "../../lib/sessions/session-source.ts";
import { Connection } from "../../lib/transfer/connection.ts";
import type { PreparedTransfer } from "../../lib/transfer/gateway.ts";
import type { TransferEvent } from "../../lib/transfer/invocation.ts";
import type { TransferRequest } from "../../lib/transfer/request.ts";
import { createManualDeadline, type ManualDeadline } from "./manual-deadline.ts";

const CONNECTION = Connection.parse({ schemaVersion: 1, source: "api", verification: {}, gateway: "site", agentId: "101" });

const REQUEST: TransferRequest = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  caller: "88880021",
  callData: "help",
};

export interface TransferGatewayHarness {
  readonly deadline: ManualDeadline;
  readonly events: readonly TransferEvent[];
  prepare(request?: Partial<TransferRequest>, onEvent?: (event: TransferEvent) => void): Promise<PreparedTransfer>;
  /** Over the usual document of agent 101, with the Guid of now. */
  putAgent(session?: Readonly<Record<string, unknown>>): void;
  put(path: string, document: unknown): void;
  remove(path: string): void;
  /** How often a document was read. */
  reads(path: string): number;
  /** Called as it is read, before the document is taken. */
  onRead(path: string, call: () => void): void;
  failReads(): void;
}

/** Site `site` and agent 101, for calls of the simulator's seed. */
export function startTransferGateway(simulator: GatewaySimulator, leftMs?: number): TransferGatewayHarness {
  const documents = new Map<string, string>();
  const readPaths: string[] = [];
  const calls = new Map<string, () => void>();
  const events: TransferEvent[] = [];
  const deadline = createManualDeadline(leftMs);
  let failing = false;

  async function read(path: string): Promise<string | undefined> {
    readPaths.push(path);
    calls.get(path)?.();
    if (failing) throw new TransferError("secrets-unavailable", { reason: "told to fail" });
    return documents.get(path);
  }

  const now = () => performance.now();
  const gateway = createTransferGateway({
    sites: createSecretLookup({ read, folder: "gateways", schema: GatewaySite, ttlMs: 60_000, now }),
    sessions: createSessionSource({
      accesses: createSecretLookup({ read, folder: "agents", schema: AgentAccess, ttlMs: 60_000, now }),
      records: createMemorySessions({ wallMs: Date.now }),
      open: async () => undefined,
      clock: { wallMs: Date.now, monotonicMs: now, sleep: async () => {} },
      newOwner: () => "owner",
      observe: () => undefined,
    }),
    post: createGatewayClient(),
    clock: { monotonicMs: now, sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined) },
  });

  const harness: TransferGatewayHarness = {
    deadline,
    events,
    prepare: (request, onEvent) =>
      gateway.prepare({ ...REQUEST, ...request }, CONNECTION, {
        deadline,
        observe(event) {
          events.push(event);
          onEvent?.(event);
        },
      }),
    putAgent: (session) =>
      harness.put("agents/site/101", { schemaVersion: 1, session: "external", guid: simulator.guidOf("101"), ...session }),
    put: (path, document) => void documents.set(path, JSON.stringify(document)),
    remove: (path) => void documents.delete(path),
    reads: (path) => readPaths.filter((read) => read === path).length,
    onRead: (path, call) => void calls.set(path, call),
    failReads() {
      failing = true;
    },
  };
  harness.put("gateways/site", { schemaVersion: 1, url: simulator.url, ca: simulator.caPem });
  harness.putAgent();
  return harness;
}
