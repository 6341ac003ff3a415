/** Where transfers get agent 102's session: the real source over real secrets' lookup, a store in memory, and calls to a simulated gateway over TLS. */
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { TransferError } from "../../lib/errors.ts";
import { AgentAccess } from "../../lib/gateway/agent-access.ts";
import { createAgentConnector } from "../../lib/gateway/agent-connection.ts";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import type { AgentSessions, NotSignedIn, SessionCredentials } from "../../lib/gateway/transfer-gateway.ts";
import { parseSecret } from "../../lib/secrets/secret-document.ts";
import { createSecretLookup } from "../../lib/secrets/secret-lookup.ts";
import type { HandedOverSessions, RecordChange, SessionRecords } from "../../lib/sessions/agent-record.ts";
import { createManagedAgents } from "../../lib/sessions/managed-agents.ts";
import { createMemorySessions } from "../../lib/sessions/memory-sessions.ts";
import { createSessionSource } from "../../lib/sessions/session-source.ts";
import type { SignInEvent } from "../../lib/sessions/sign-in.ts";
import { toSite } from "../support/gateway-site.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

export const AGENT = "main/102";
const LEASE_MS = 30_000;
const SIGN_IN = { password: "local-demo-password-102", phonenum: "88880102" };

/** Of one process, with its caches. */
interface Process {
  find(agent?: string, leftMs?: number, maySignIn?: boolean): Promise<SessionCredentials | undefined>;
  renew(refusedGuid: string, leftMs?: number): Promise<SessionCredentials | NotSignedIn>;
}

export interface SourceUnderTest extends Process {
  readonly clock: ManualClock;
  readonly records: SessionRecords & HandedOverSessions;
  /** What it told of each attempt to sign in. */
  readonly signIns: readonly SignInEvent[];
  /** In order: `secret`, `record`, and `version` for a secret that is read for signing in. */
  readonly reads: readonly string[];
  /** Another one over the same secrets and the same store, or what this makes of it. */
  process(wrap?: (records: SessionRecords) => SessionRecords): Process;
  /** Replaces the agent's secret. */
  put(document: object): void;
  putManaged(others?: object, signIn?: object): void;
  remove(): void;
  /** What a keeper writes, which lets go after it, or lives on. */
  keep(change: RecordChange, options?: { readonly lives: boolean }): Promise<void>;
}

export function startSource(gateway: Pick<GatewaySimulator, "url" | "caPem"> = { url: "https://localhost:1", caPem: "" }): SourceUnderTest {
  const clock = createManualClock();
  const signIns: SignInEvent[] = [];
  const records = createMemorySessions(clock);
  const reads: string[] = [];
  let secret: { readonly text: string; readonly versionId: string } | undefined;
  let count = 0;

  const connect = createAgentConnector({
    sites: { get: async () => toSite({ url: gateway.url, ...(gateway.caPem !== "" && { ca: gateway.caPem }) }) },
    pushTarget: () => Promise.reject(new TransferError("misconfigured", { reason: "nothing is pushed here" })),
    send: createGatewayClient(),
    wallMs: clock.wallMs,
  });
  const open = createManagedAgents({
    async read(name) {
      reads.push("version");
      return secret && { access: await parseSecret(secret.text, name, AgentAccess), versionId: secret.versionId };
    },
    connect,
  });

  function process(wrap: (records: SessionRecords) => SessionRecords = (same) => same): Process {
    const store = wrap(records);
    const source: AgentSessions = createSessionSource({
      accesses: createSecretLookup({
        read: async () => {
          reads.push("secret");
          return secret?.text;
        },
        folder: "agents",
        schema: AgentAccess,
        ttlMs: 10_000,
        now: clock.monotonicMs,
      }),
      records: {
        ...store,
        read(agent) {
          reads.push("record");
          return store.read(agent);
        },
      },
      open,
      clock: { ...clock, sleep: () => Promise.reject(new Error("a transfer waits for nobody")) },
      newOwner,
      observe: (_agent, event) => void signIns.push(event),
    });
    return {
      find: (agent = AGENT, leftMs = 25_000, maySignIn = true) => source.find(agent, { deadline: createManualDeadline(leftMs), maySignIn }),
      renew: (guid, leftMs = 25_000) => source.renew(AGENT, { guid }, createManualDeadline(leftMs)),
    };
  }

  function newOwner(): string {
    count += 1;
    return `owner-${count}`;
  }

  function put(document: object): void {
    count += 1;
    secret = { text: JSON.stringify({ schemaVersion: 1, ...document }), versionId: `version-${count}` };
  }

  return {
    ...process(),
    process,
    clock,
    records,
    signIns,
    reads,
    put,
    putManaged: (others, signIn) => put({ session: "managed", signIn: { ...SIGN_IN, ...signIn }, ...others }),
    remove() {
      secret = undefined;
    },
    async keep(change, { lives } = { lives: false }) {
      const [owner, until] = [newOwner(), clock.wallMs() + LEASE_MS];
      const { fence = 0 } = (await records.takeLease(AGENT, { owner, until }, await records.read(AGENT))) ?? {};
      await records.write(AGENT, { owner, fence, beat: 1 }, { ...change, until });
      if (!lives) await records.release(AGENT, { owner, fence });
    },
  };
}
