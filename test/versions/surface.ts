/** This version's parts behind `Version`. `scripts/freeze-version.ts` bundles it: what it imports then is what a later version is tested beside. */
import { ReceiverOf } from "../../lib/callbacks/tell-receiver.ts";
import { composeTellOutcome } from "../../lib/composition/tell-outcome.ts";
import { ConnectorOf } from "../../lib/connector/tell-conversation.ts";
import { toTransferError } from "../../lib/errors.ts";
import { AgentAccess } from "../../lib/gateway/agent-access.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";
import type { Log } from "../../lib/log.ts";
import { createBatchHandler } from "../../lib/queue/batch-handler.ts";
import { createOutcomeQueue } from "../../lib/queue/outcome-queue.ts";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { createHashes } from "../../lib/records/hashes.ts";
import { createPauseBook } from "../../lib/records/pause-book.ts";
import { createPauses } from "../../lib/records/pauses.ts";
import { createRateLimits } from "../../lib/records/rate-limits.ts";
import { createRecords } from "../../lib/records/records.ts";
import { createSweepHandler } from "../../lib/records/sweep-handler.ts";
import { EventsKey } from "../../lib/secrets/events-key.ts";
import { RecordsKey } from "../../lib/secrets/records-key.ts";
import { parseSecret } from "../../lib/secrets/secret-document.ts";
import { StatusKey } from "../../lib/secrets/status-key.ts";
import type { AgentRecord } from "../../lib/sessions/agent-record.ts";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { Connection } from "../../lib/transfer/connection.ts";
import type { GatewayAnswer } from "../../lib/transfer/result.ts";
import { createTransferService } from "../../lib/transfer/service.ts";
import type { Answer, OpenVersion, QueueAnswer, Repeatable, SecretKind, Sessions, Swept, World } from "./version.ts";

const RETENTION_SECONDS = 30 * 24 * 60 * 60;
/** Of a run, and of a wait for one that is in progress: nobody waits here. */
const REMAINING_MS = 500;
const CONTEXT = { awsRequestId: "lambda-request", getRemainingTimeInMillis: () => 30_000 };
const LOG: Log = { access() {}, entry() {}, run() {}, event() {}, problem() {}, count() {}, measure() {}, flush() {} };
const AGENT = { gateway: "main", agentId: "101" } as const;
const OPERATOR = { by: "ann", reason: "the site is being moved" } as const;
const TARGET = { type: "agent", address: "205" } as const;

const SCHEMAS = {
  connection: ConfiguredConnection,
  receiver: ReceiverOf,
  connector: ConnectorOf,
  gateway: GatewaySite,
  agent: AgentAccess,
  "keys/records": RecordsKey,
  "keys/status": StatusKey,
  "keys/events": EventsKey,
} as const satisfies Readonly<Record<SecretKind, unknown>>;

export const openVersion: OpenVersion = (world) => {
  const { wallMs, newId, enqueue } = world;
  const signal = new AbortController().signal;
  const deadline = { remainingMs: () => REMAINING_MS, signal };
  const store = createDynamoDbStore(world.tables.records, { wallMs });
  const records = createRecords({
    store,
    hashesOf: createHashes(world.keys),
    clock: { wallMs, sleep: async () => {} },
    newId,
    retentionSeconds: RETENTION_SECONDS,
  });
  const book = createPauseBook({ store, wallMs, newId, retentionSeconds: RETENTION_SECONDS });
  const queue = createOutcomeQueue({ queue: { send: async (bodies) => bodies.forEach(enqueue) }, sinks: ["callback"] });

  async function transfer(
    callId: string,
    { id, signature, connection: connectionName = "crm", limit }: Repeatable,
    send: () => Promise<GatewayAnswer>,
  ): Promise<Answer> {
    const preview = { method: "POST", url: "https://127.0.0.1:1/transfer", headers: {}, body: {} } as const;
    const gateway = { prepare: async () => ({ preview, observed: true, send }) };
    const rateLimits = createRateLimits({ store, wallMs });
    const service = createTransferService({ gateway, records, pauses: createPauses({ store, wallMs, tell() {} }), rateLimits });
    const connection = Connection.parse({ schemaVersion: 1, source: "api", ...AGENT, allow: { targets: "any" }, rateLimit: limit });
    const draft = {
      fields: { callId, target: TARGET, reference: "ticket" },
      ...(id && { deliveryId: id }),
      ...(signature && { signature }),
    };
    const command = { connectionName, connection, draft, receivedAt: new Date(wallMs()).toISOString(), deadline, observe() {} };
    try {
      const reply = await service.transfer(command);
      return reply.kind === "result" ? reply.result : {};
    } catch (thrown) {
      const { code, effect, transferId } = toTransferError(thrown, "unknown");
      return { code, effect, ...(transferId !== undefined && { transferId }) };
    }
  }

  return {
    // What a gateway answers is the test's to say.
    transfer: (callId, delivery = {}) => transfer(callId, delivery, async () => (await world.send(callId)) as GatewayAnswer),
    async die(callId, delivery = {}) {
      await new Promise<void>((resolve) => {
        const send = () => {
          resolve();
          return new Promise<never>(() => {});
        };
        void transfer(callId, delivery, send);
      });
    },
    async find(transferId) {
      try {
        const found = await records.find("crm", transferId, signal);
        return found?.kind === "ended" ? found.result : found && { transferId: found.transferId };
      } catch (thrown) {
        const { code, effect } = toTransferError(thrown, "unknown");
        return { code, effect };
      }
    },
    async hear(event) {
      const changed = await records.events.take({ ...AGENT, ...event }, signal);
      if (changed !== undefined) await records.outbox(composeTellOutcome(queue, LOG)).tell(changed, signal);
    },
    async pause(scope, minutes) {
      await book.pause({ scope, ...OPERATOR, minutes }, signal);
    },
    async resume(scope) {
      return (await book.resume({ scope, ...OPERATOR }, signal)).kind === "resumed";
    },
    async sweep() {
      const swept: Swept[] = [];
      const problems: string[] = [];
      const log = toLog({
        run: (_what, { told, leasesEnded, failed }) =>
          void swept.push({ told: Number(told), leasesEnded: Number(leasesEnded), failed: Number(failed), problems }),
        problem: (what, { reason }) => void problems.push(`${what}: ${reason}`),
      });
      const sweep = records.sweep({ tell: composeTellOutcome(queue, LOG), inquire: async () => undefined, tellUnknown() {} });
      await createSweepHandler({ open: async () => sweep, watchPauses: async () => 0, log })({}, toContext());
      const [only] = swept;
      if (only === undefined) throw new Error("the sweep told nothing");
      return only;
    },
    take: (body) => takeMessage(body),
    sessions: openSessions(world),
    async whatIsWrong(kind, text) {
      try {
        await parseSecret<unknown>(text, kind, SCHEMAS[kind]);
        return undefined;
      } catch (thrown) {
        const { code, message } = toTransferError(thrown, "none");
        return { code, reason: message };
      }
    },
  };
};

async function takeMessage(body: string): Promise<QueueAnswer> {
  const told: string[] = [];
  let hiddenSeconds: number | undefined;
  const tell = async ({ transferId }: { readonly transferId: string }) => {
    told.push(transferId);
    return { kind: "delivered" } as const;
  };
  const conversation = async ({ status }: { readonly status: Readonly<Record<string, unknown>> }) => {
    told.push(String(status.ccgw_transfer_id));
    return { kind: "delivered" } as const;
  };
  const handle = createBatchHandler({
    tell: { callback: tell, "event-bus": tell, conversation },
    queue: {
      async hide(_handle, seconds) {
        hiddenSeconds = seconds;
      },
    },
    log: LOG,
    random: () => 0,
    now: () => 0,
  });
  const attributes = { ApproximateReceiveCount: "1", SentTimestamp: "0", SenderId: "", ApproximateFirstReceiveTimestamp: "0" };
  const record = { messageId: "m", receiptHandle: "r", body, attributes, messageAttributes: {}, md5OfBody: "" };
  const origin = { eventSource: "aws:sqs", eventSourceARN: "", awsRegion: "" };
  const { batchItemFailures } = await handle({ Records: [{ ...record, ...origin }] }, toContext());
  return { told, isKept: batchItemFailures.length > 0, hiddenSeconds };
}

function openSessions({ tables, wallMs }: World): Sessions {
  const records = createDynamoDbSessions(tables.sessions, { wallMs });
  let held: AgentRecord | undefined;
  return {
    read: (agent) => records.read(agent),
    async take(agent, owner) {
      held = await records.takeLease(agent, { owner, until: wallMs() + 30_000 }, await records.read(agent));
      return held !== undefined;
    },
    async write(agent, session) {
      const { lease, fence = 0 } = held ?? {};
      if (lease === undefined) return false;
      const written = await records.write(agent, { owner: lease.owner, beat: lease.beat, fence }, { session, until: wallMs() + 30_000 });
      held = written ?? held;
      return written !== undefined;
    },
    handOver: (agent, session) => records.handOver(agent, session),
    end: (agent) => records.end(agent),
    count: (agent) => records.count(agent, wallMs()),
  };
}

function toContext() {
  return CONTEXT as Parameters<ReturnType<typeof createSweepHandler>>[1];
}

function toLog(heard: Partial<Log>): Log {
  return { ...LOG, ...heard };
}
