/** One webhook through the whole handler, with the real clients: as its caller sees it, and as it is between the function and what it talks to. */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { FAILURES, TransferError } from "../../lib/errors.ts";
import { createGatewayClient, type SendToGateway } from "../../lib/gateway/client.ts";
import { type AgentSessions, createTransferGateway } from "../../lib/gateway/transfer-gateway.ts";
import { createAuthenticator } from "../../lib/http/authenticate.ts";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { createReceiveTransfer } from "../../lib/http/receive-transfer.ts";
import type { DueRecords, RecordStore } from "../../lib/records/record-store.ts";
import type { TransferRecords } from "../../lib/records/records.ts";
import type { TransferResult } from "../../lib/transfer/result.ts";
import { createTransferService } from "../../lib/transfer/service.ts";
import { HOLDING_NOTHING_BACK } from "../support/holding-nothing-back.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { PUBLIC_BASE_URL, toResult } from "../support/stack.ts";
import { STATUS_URLS } from "../support/status-urls.ts";
import type { Dice } from "./faults.ts";
import type { Sender } from "./ledger-gateway.ts";
import type { Party } from "./party.ts";
import type { ShiftedClock } from "./shifted-clock.ts";
import type { Ground } from "./socket-world.ts";
import type { Answer } from "./world.ts";

/** What a caller waits beyond the time that we promise: a machine that plays so many has other things to do. */
const PATIENCE_MS = 4_000;
const SECRETS_FAULTS = ["unavailable", "slow", "nobody-listens"] as const;
const SECRETS_SLOW_MS = 300;

export interface PostedWebhook {
  readonly connection: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Posted extends PostedWebhook {
  /** Names the delivery, whatever ids it comes under. */
  readonly tag: string;
  /** Unique within the schedule: its dice. */
  readonly name: string;
}

interface Invoking {
  readonly ground: Ground;
  readonly clock: ShiftedClock;
  readonly party: Party;
  readonly dice: Dice;
  readonly guid: string;
  readonly recordsOf: (store: RecordStore & DueRecords) => TransferRecords;
  readonly carryOut: Sender["carryOut"];
  /** Until the gateway has carried it out, or never will. */
  readonly onPosting: (flight: Promise<void>) => void;
  readonly onBug: (bug: string) => void;
}

/** `ended`: once nothing of it goes on any more, also of one that is dead. */
export function post(
  posted: Posted,
  invoking: Invoking,
): { readonly answered: Promise<Answer | undefined>; readonly ended: Promise<unknown> } {
  const { ground, party } = invoking;
  const budgetMs = ground.connections.get(posted.connection)?.settings.deadlineMs ?? 0;
  const ended = ground.dynamoDb.lend(party, (store) => invoke(posted, invoking, store));
  const gaveUp = Promise.race([party.died, sleep(budgetMs + PATIENCE_MS, undefined, { ref: false })]).then(() => undefined);
  return { answered: Promise.race([ended, gaveUp]), ended };
}

const sendToGateway = createGatewayClient();

async function invoke(posted: Posted, invoking: Invoking, store: RecordStore & DueRecords): Promise<Answer> {
  const { ground, clock, party, recordsOf, onBug } = invoking;
  const { connections, gateway } = ground;
  const { wallMs, monotonicMs: now } = clock;
  const log = createKeptLog();
  const known = { get: async (name: string) => connections.get(name), peek: (name: string) => connections.get(name) };
  const transfers = createTransferService({
    ...HOLDING_NOTHING_BACK,
    records: recordsOf(store),
    gateway: createTransferGateway({
      clock,
      sites: {
        async get() {
          const drawn = party.draw("secrets", SECRETS_FAULTS);
          if (drawn?.fault === "unavailable") throw new TransferError("secrets-unavailable", { reason: "proof" });
          if (drawn?.fault === "slow") await sleep(drawn.dice() * SECRETS_SLOW_MS);
          return drawn?.fault === "nobody-listens" ? gateway.closedSite : gateway.site;
        },
      },
      sessions: createSessions(invoking),
      post: createPost(invoking),
    }),
  });
  const authenticate = createAuthenticator({ connections: { ...known, reread: known.get }, log, now });
  const route = createReceiveTransfer({
    authenticate,
    transfers,
    statusUrls: STATUS_URLS,
    tellConversation: async () => {},
    capture: async () => {},
    log,
  });
  const handler = createHttpHandler(route, { log, edge: { wallMs, monotonicMs: now, publicBaseUrl: PUBLIC_BASE_URL } });
  const { connection, headers, body } = posted;
  const event = toEvent({
    ...{ method: "POST", path: `/v1/transfers/${connection}`, route: "POST /v1/transfers/{connection}" },
    ...{ connection, headers: { "content-type": "application/json", ...headers }, body, timeEpoch: wallMs() },
  });
  const answer = toAnswer(toResult(await handler(event, toContext())).text);
  for (const { what } of log.problems) {
    if (what === "result not kept") party.troubled.add("keep");
    else onBug(`${what} in ${posted.name}`);
  }
  // The table may be slow without being told to: nobody knows then what was written.
  if ("error" in answer && answer.error.code === "store-unavailable") party.troubled.add("claim");
  return answer;
}

/** A Guid for each invocation, by which the gateway knows whose request it is. */
function createSessions({ guid, dice }: Invoking): AgentSessions {
  return {
    find: async () => ({ guid, events: "push" }),
    renew: async () => (dice() < 0.5 ? { guid: `${guid}-renewed` } : { why: "nobody" }),
  };
}

/** The real client's, and how long each request is under way. */
function createPost({ ground, party, carryOut, onPosting }: Invoking): SendToGateway {
  return async (request) => {
    let landed = () => {};
    onPosting(
      new Promise((resolve) => {
        landed = resolve;
      }),
    );
    ground.gateway.expect(String(request.headers.Guid), { party, carryOut, landed });
    const outcome = await sendToGateway(request);
    if (outcome.kind === "not-sent" || outcome.kind === "too-late") landed();
    return outcome;
  };
}

const Told = z.looseObject({
  state: z.enum(["accepted", "unknown", "refused"]).optional(),
  code: z.enum(Object.keys(FAILURES) as [keyof typeof FAILURES]).optional(),
  effect: z.enum(["none", "unknown"]).optional(),
  retryable: z.boolean().optional(),
  transferId: z.string().optional(),
});

/** As the caller reads it: what it is told of the effect is what counts. */
function toAnswer(text: string): Answer {
  const body = Told.parse(JSON.parse(text));
  if (body.state === "accepted" || body.state === "unknown") return { result: body as unknown as TransferResult };
  const { code = "internal", effect = "none", retryable, transferId } = body;
  return { error: new TransferError(code, { reason: "told", effect, retryable, transferId }) };
}
