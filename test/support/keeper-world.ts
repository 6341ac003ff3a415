/**
 * A managed agent, kept at a simulated gateway over TLS by the real keeper, and transfers for it by the real service, all on one stepped clock. Its secret is in
 * the emulated Secrets Manager; its record in memory or in a DynamoDB.
 */
import { randomUUID } from "node:crypto";
import { vi } from "vitest";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { AgentAccess } from "../../lib/gateway/agent-access.ts";
import { createAgentConnector } from "../../lib/gateway/agent-connection.ts";
import { createGatewayClient, type SendToGateway } from "../../lib/gateway/client.ts";
import type { AgentEvent } from "../../lib/gateway/events.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";
import { createTransferGateway } from "../../lib/gateway/transfer-gateway.ts";
import { parseSecret } from "../../lib/secrets/secret-document.ts";
import { createSecretLookup } from "../../lib/secrets/secret-lookup.ts";
import { createSecrets } from "../../lib/secrets/secrets-manager.ts";
import type { HandedOverSessions, SessionRecords } from "../../lib/sessions/agent-record.ts";
import { createKeeper, type KeeperEnding } from "../../lib/sessions/keeper.ts";
import type { KeeperClock } from "../../lib/sessions/keeper-clock.ts";
import type { KeeperEvent } from "../../lib/sessions/kept-session.ts";
import { createManagedAgents } from "../../lib/sessions/managed-agents.ts";
import { createMemorySessions } from "../../lib/sessions/memory-sessions.ts";
import { createSessionSource } from "../../lib/sessions/session-source.ts";
import { createSignOut, type SignOutEnding } from "../../lib/sessions/sign-out.ts";
import { Connection } from "../../lib/transfer/connection.ts";
import type { Deadline } from "../../lib/transfer/invocation.ts";
import { createTransferService, type TransferReply } from "../../lib/transfer/service.ts";
import { HOLDING_NOTHING_BACK } from "./holding-nothing-back.ts";
import { createTestRecords } from "./memory-records.ts";
import { createSteppedClock, type SteppedClock } from "./stepped-clock.ts";

export const AGENT = { gateway: "main", agentId: "102" } as const;
const KEY = `${AGENT.gateway}/${AGENT.agentId}`;
const PREFIX = "ccgw/test";
const SECRET = `${PREFIX}/agents/${KEY}`;
export const PASSWORD = "local-demo-password-102";
/** As serverless.yml has it for the function. */
const KEEPER_TIMEOUT_MS = 150_000;
const SIGN_OUT_TIMEOUT_MS = 300_000;
const TRANSFER_TIMEOUT_MS = 25_000;
const TICK_MS = 60_000;

export interface KeeperWorld {
  readonly clock: SteppedClock;
  readonly gateway: GatewaySimulator;
  readonly secrets: SecretsManagerEmulator;
  readonly records: SessionRecords & HandedOverSessions;
  /** What Secrets Manager was asked for. */
  readonly secretCalls: readonly string[];
  readonly events: readonly AgentEvent[];
  readonly observed: readonly KeeperEvent[];
  readonly endings: readonly (KeeperEnding | "failed" | "killed")[];
  /** A whole document in its place. */
  putSecretOf(document: object): void;
  /** Over the usual secret. */
  putSecret(signIn?: object, others?: object): void;
  /** One run of the keeper. */
  run(options?: RunOptions): Promise<KeeperEnding | "failed" | "killed">;
  /** A run each minute from now on, this many times; those of `lost` do not happen. */
  tick(times: number, lost?: readonly number[]): void;
  transfer(callid: string): Promise<TransferReply>;
  /** The function has been at it for so long. */
  signOut(options: { readonly keepOut: boolean; readonly sinceMs?: number }): Promise<SignOutEnding>;
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly clock?: KeeperClock;
  /** Wraps what the run awaits of others. */
  readonly records?: (records: SessionRecords) => SessionRecords;
  readonly send?: (send: SendToGateway) => SendToGateway;
  /** Rejects when the runtime kills the run. */
  readonly killed?: Promise<never>;
}

interface WorldOptions {
  /** Where pushed events go. */
  readonly callBackUri?: string;
  readonly settings?: Parameters<typeof startGatewaySimulator>[0]["settings"];
}

export async function createKeeperWorld(options: WorldOptions = {}): Promise<KeeperWorld> {
  const clock = createSteppedClock();
  const gateway = await startGatewaySimulator({ port: 0, clock, settings: options.settings ?? {} });
  const secretCalls: string[] = [];
  const secrets = await startSecretsManagerEmulator({ port: 0, log: (line) => secretCalls.push(line) });
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url);
  const reader = createSecrets(PREFIX);
  const records = createMemorySessions(clock);
  const transferRecords = createTestRecords(clock);
  const events: AgentEvent[] = [];
  const observed: KeeperEvent[] = [];
  const endings: (KeeperEnding | "failed" | "killed")[] = [];

  const sites = createSecretLookup({ read: reader.read, folder: "gateways", schema: GatewaySite, ttlMs: 60_000, now: clock.monotonicMs });

  function toOpen(send: SendToGateway, wallMs: () => number) {
    const pushTarget = async () => ({ callBackUri: options.callBackUri ?? "http://127.0.0.1:1/", serviceToken: "a1".repeat(24) });
    return createManagedAgents({
      async read(name) {
        const found = await reader.readVersion(`agents/${name}`);
        return found && { access: await parseSecret(found.text, name, AgentAccess), versionId: found.versionId };
      },
      connect: createAgentConnector({ sites, pushTarget, send, wallMs }),
    });
  }

  const client = createGatewayClient();
  const accesses = createSecretLookup({ read: reader.read, folder: "agents", schema: AgentAccess, ttlMs: 10_000, now: clock.monotonicMs });
  const sessions = createSessionSource({
    accesses,
    records,
    open: toOpen(client, clock.wallMs),
    clock,
    newOwner: randomUUID,
    observe: () => undefined,
  });
  const service = createTransferService({
    gateway: createTransferGateway({ sites, sessions, post: client, clock }),
    records: transferRecords,
    ...HOLDING_NOTHING_BACK,
  });
  const connection = Connection.parse({
    schemaVersion: 1,
    source: "api",
    verification: {},
    gateway: AGENT.gateway,
    agentId: AGENT.agentId,
    allow: { targets: "any" },
  });

  function toDeadline(ms: number): Deadline {
    const endsAt = clock.monotonicMs() + ms;
    return { remainingMs: () => endsAt - clock.monotonicMs(), signal: new AbortController().signal };
  }

  const world: KeeperWorld = {
    clock,
    gateway,
    secrets,
    records,
    secretCalls,
    events,
    observed,
    endings,
    putSecretOf: (document) => void secrets.putSecret(SECRET, { schemaVersion: 1, ...document }),
    putSecret(signIn = {}, others = {}) {
      secrets.putSecret(SECRET, {
        schemaVersion: 1,
        session: "managed",
        signIn: { password: PASSWORD, phonenum: "88880102", ...signIn },
        ...others,
      });
    },
    async run({ clock: own = clock, records: wrap = identity, send = identity, killed }: RunOptions = {}) {
      const keep = createKeeper<AgentEvent>({
        records: wrap(records),
        open: toOpen(send(client), own.wallMs),
        events: { take: async (_agent, told) => void events.push(...told) },
        clock: own,
        newOwner: randomUUID,
      });
      const kept = keep(AGENT, { deadline: toDeadline(KEEPER_TIMEOUT_MS), observe: (event) => void observed.push(event) });
      const run = kept.catch(() => "failed" as const);
      const ending = await clock.during(killed === undefined ? run : Promise.race([run, killed.catch(() => "killed" as const)]));
      endings.push(ending);
      return ending;
    },
    tick(times, lost = []) {
      for (let count = 0; count < times; count += 1) if (!lost.includes(count)) clock.at(count * TICK_MS, () => void world.run());
    },
    transfer: (callId) =>
      clock.during(
        service.transfer({
          connectionName: "crm",
          connection,
          draft: { fields: { callId, target: { type: "agent", address: "205" } } },
          receivedAt: new Date(clock.wallMs()).toISOString(),
          deadline: toDeadline(TRANSFER_TIMEOUT_MS),
          observe: () => undefined,
        }),
      ),
    signOut({ keepOut, sinceMs = 0 }) {
      const signOut = createSignOut({ records, open: toOpen(client, clock.wallMs), clock, newOwner: randomUUID });
      return clock.during(signOut(AGENT, { deadline: toDeadline(SIGN_OUT_TIMEOUT_MS - sinceMs), keepOut }));
    },
    async stop() {
      await gateway.stop();
      await secrets.stop();
    },
  };

  secrets.putSecret(`${PREFIX}/gateways/${AGENT.gateway}`, { schemaVersion: 1, url: gateway.url, ca: gateway.caPem });
  world.putSecret();
  return world;
}

function identity<Value>(value: Value): Value {
  return value;
}
