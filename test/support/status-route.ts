/**
 * The route that tells what became of a transfer, over records in memory and a clock that goes on only while somebody waits. Three connections: `crm` and `other`
 * with a key each, `desk` with whatever a test says.
 */
import { composeStatusTokens } from "../../lib/composition/status-tokens.ts";
import { createAuthenticator } from "../../lib/http/authenticate.ts";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { createReadTransfer } from "../../lib/http/read-transfer.ts";
import { createProveByAddress, createStatusUrls } from "../../lib/http/status-url.ts";
import type { TransferRecords } from "../../lib/records/records.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { toCall } from "../../lib/transfer/delivery.ts";
import type { Claim, Pending } from "../../lib/transfer/records.ts";
import { claimed } from "./claims.ts";
import { type EventOptions, toContext, toEvent } from "./http-event.ts";
import { createKeptLog, type KeptLog } from "./kept-log.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { createTestRecords } from "./memory-records.ts";
import { type Answer, KEY, PUBLIC_BASE_URL, STATUS_KEY, toResult } from "./stack.ts";

export const OTHER_KEY = "test-key-of-another-connection";

type Document = Readonly<Record<string, unknown>>;
export type Ask = Partial<EventOptions> & { readonly remainingMs?: number };

export interface StatusRoute {
  readonly clock: ManualClock;
  readonly log: KeptLog;
  readonly records: TransferRecords;
  /** How often a record was looked for. */
  readonly looks: () => number;
  /** A transfer of `crm` that is being sent. */
  claim(pending?: Partial<Pending>): Promise<Claim>;
  /** The gateway's event that its transfer has succeeded. */
  succeed(): Promise<void>;
  /** While somebody waits, once so many ms have passed. */
  inMs(ms: number, happens: () => Promise<unknown>): void;
  /** With the key of `crm`, unless headers say otherwise. */
  ask(transferId: string, options?: Ask): Promise<Answer>;
  /** The token in a new address of a transfer. */
  tokenOf(transferId: string, connection?: string): Promise<string>;
}

interface RouteOptions {
  /** Over the document of `crm`. */
  readonly crm?: Document;
  /** Over the document of `desk`. */
  readonly desk?: Document;
  /** Of the status keys. */
  readonly keys?: Document | "none";
}

export async function startStatusRoute({ crm = {}, desk = {}, keys = {} }: RouteOptions = {}): Promise<StatusRoute> {
  const clock = createManualClock();
  const log = createKeptLog();
  const records = createTestRecords({ wallMs: clock.wallMs });
  const connections = new Map<string, ConfiguredConnection>(
    await Promise.all(
      [
        ["crm", { verification: toVerification(KEY), ...crm }] as const,
        ["other", { verification: toVerification(OTHER_KEY) }] as const,
        ["desk", { verification: toVerification(OTHER_KEY), ...desk }] as const,
      ].map(async ([name, over]) => [name, await parse(over)] as const),
    ),
  );
  const get = async (name: string) => connections.get(name);
  const read = async () => (keys === "none" ? undefined : JSON.stringify({ schemaVersion: 1, value: STATUS_KEY, ...keys }));
  const tokens = composeStatusTokens({ retentionDays: 30 }, { read }, { ...clock, sleep: async () => {} });
  const plans: { readonly atMs: number; readonly happens: () => Promise<unknown> }[] = [];
  let looks = 0;

  async function sleep(ms: number): Promise<void> {
    clock.pass(ms);
    for (const plan of plans.filter(({ atMs }) => atMs <= clock.monotonicMs())) {
      plans.splice(plans.indexOf(plan), 1);
      await plan.happens();
    }
  }

  const route = createReadTransfer({
    authenticate: createAuthenticator({
      connections: { get, reread: get, peek: (name) => connections.get(name) },
      log,
      now: clock.monotonicMs,
      proveByAddress: createProveByAddress(tokens),
    }),
    find(...asked) {
      looks += 1;
      return records.find(...asked);
    },
    statusUrls: createStatusUrls({ tokens, publicBaseUrl: PUBLIC_BASE_URL, log }),
    sleep,
  });
  const handler = createHttpHandler(route, { log, edge: { ...clock, publicBaseUrl: PUBLIC_BASE_URL } });

  return {
    clock,
    log,
    records,
    looks: () => looks,
    claim: (pending) => claimed(records, { explicit: true, key: "d-1", fingerprint: "f-1", call: toCall("main", "c-1") }, pending),
    async succeed() {
      const event = { kind: "transfer-result", gateway: "main", agentId: "101", callId: "c-1", succeeded: true } as const;
      await records.events.take(event, new AbortController().signal);
    },
    inMs: (ms, happens) => void plans.push({ atMs: clock.monotonicMs() + ms, happens }),
    async ask(transferId, { remainingMs, connection = "crm", ...options } = {}) {
      const event = toEvent({
        method: "GET",
        path: `/v1/transfers/${connection}/${transferId}`,
        route: "GET /v1/transfers/{connection}/{transferId}",
        connection,
        transferId,
        headers: { authorization: `Bearer ${KEY}` },
        timeEpoch: clock.wallMs(),
        ...options,
      });
      const until = clock.monotonicMs() + (remainingMs ?? 28_000);
      return toResult(await handler(event, { ...toContext(), getRemainingTimeInMillis: () => until - clock.monotonicMs() }));
    },
    async tokenOf(transferId, connection = "crm") {
      const sign = await tokens.signer(new AbortController().signal);
      return sign({ connection, transferId }, new Date(clock.wallMs()));
    },
  };
}

function toVerification(value: string): Document {
  return { secrets: [{ id: "current", value }] };
}

function parse(over: Document): Promise<ConfiguredConnection> {
  return ConfiguredConnection.parseAsync({ schemaVersion: 1, source: "api", gateway: "main", agentId: "101", ...over });
}
