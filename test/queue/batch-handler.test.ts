/** What becomes of the messages of a batch: in a real queue, told by what the test says. */
import type { SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import type { Delivery } from "../../lib/callbacks/delivery.ts";
import type { OutcomeNotice } from "../../lib/callbacks/notice.ts";
import { TransferError } from "../../lib/errors.ts";
import { RECEIVES_MAX } from "../../lib/queue/back-off.ts";
import { createBatchHandler } from "../../lib/queue/batch-handler.ts";
import { createOutcomeQueue } from "../../lib/queue/outcome-queue.ts";
import { createSqsQueue } from "../../lib/queue/sqs.ts";
import { NOTICE, toNotice } from "../callbacks/callback-notice.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { countMessages, receive, startSqs, stubAws, toRecord } from "../support/sqs.ts";

const RETRY: Delivery = { kind: "retry", why: "status 503", status: 503 };
const DELIVERED: Delivery = { kind: "delivered", status: 204 };

let sqs: LocalSqs;
beforeEach(async () => {
  sqs = await startSqs();
  stubAws({ SQS: sqs.url });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await sqs.stop();
});

type Tell = (notice: OutcomeNotice) => Promise<Delivery> | Delivery;

function startHandler(tell: Tell, tellBus: Tell = tell) {
  const log = createKeptLog();
  const queue = createSqsQueue(sqs.queueUrl);
  const told: string[] = [];
  const handle = createBatchHandler({
    tell: {
      callback: async (notice) => {
        told.push(`callback ${notice.transferId}`);
        return tell(notice);
      },
      "event-bus": async (notice) => {
        told.push(`event-bus ${notice.transferId}`);
        return tellBus(notice);
      },
      conversation: async ({ connection }) => {
        told.push(`conversation of ${connection}`);
        return { kind: "delivered", status: 200 };
      },
    },
    queue,
    log,
    random: () => 0,
    now: () => 0,
  });
  return { log, told, handle: (event: SQSEvent) => handle(event, toContext()) };
}

async function send(...transferIds: readonly string[]): Promise<void> {
  const queue = createOutcomeQueue({ queue: createSqsQueue(sqs.queueUrl), sinks: ["callback"] });
  await queue.send(transferIds.map((transferId) => toNotice({ transferId })));
}

async function receiveBatch(): Promise<SQSEvent> {
  return { Records: (await receive(sqs, sqs.queueUrl)).map(toRecord) };
}

/** Of the records, by what they tell of. */
function idsOf({ Records }: SQSEvent, transferIds: readonly string[]): string[] {
  return Records.filter(({ body }) => transferIds.includes(JSON.parse(body).notice.transferId)).map(({ messageId }) => messageId);
}

describe("a batch", () => {
  it("keeps those that were not told, and no other", async () => {
    await send("one", "two", "three", "four");
    const outcomes: Readonly<Record<string, Delivery>> = {
      one: DELIVERED,
      two: RETRY,
      three: { kind: "gone", status: 410 },
      four: { kind: "nobody", why: "the connection has no callback" },
    };
    const { handle, log } = startHandler(({ transferId }) => outcomes[transferId] ?? RETRY);
    const batch = await receiveBatch();
    const { batchItemFailures } = await handle(batch);
    expect(batchItemFailures).toEqual(idsOf(batch, ["two"]).map((itemIdentifier) => ({ itemIdentifier })));
    expect(log.counts.map(({ dimensions }) => dimensions.result).toSorted()).toEqual(["delivered", "gone", "nobody", "retry"]);
  });

  it("asks each of those who are told for itself", async () => {
    const queue = createOutcomeQueue({ queue: createSqsQueue(sqs.queueUrl), sinks: ["callback", "event-bus"] });
    await queue.send([toNotice({ transferId: "one" })]);
    const { handle, told, log } = startHandler(
      () => RETRY,
      () => DELIVERED,
    );
    expect((await handle(await receiveBatch())).batchItemFailures).toHaveLength(1);
    expect(told.toSorted()).toEqual(["callback one", "event-bus one"]);
    expect(log.counts.map(({ dimensions }) => dimensions)).toEqual(
      expect.arrayContaining([
        { to: "callback", result: "retry" },
        { to: "event-bus", result: "delivered" },
      ]),
    );
  });

  it("is told at the same time: one that takes long holds up no other", async () => {
    await send("one", "two");
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { handle } = startHandler(async ({ transferId }) => {
      if (transferId === "one") await held;
      else release();
      return DELIVERED;
    });
    expect(await handle(await receiveBatch())).toEqual({ batchItemFailures: [] });
  });

  it("tells a conversation beside the others, and logs what its transfer is found by", async () => {
    const conversation = { serviceUrl: "https://a.example/", conversationId: "c", botId: "b", userId: "canary-user" };
    const status = { state: "completed", ccgw_transfer_id: "one", ccgw_reference: "ticket", ccgw_code: "internal" } as const;
    const queue = createOutcomeQueue({ queue: createSqsQueue(sqs.queueUrl), sinks: ["callback"] });
    const notice = { schemaVersion: 1, connection: "bot", conversation, status, at: NOTICE.at } as const;
    await queue.send([toNotice({ transferId: "one" })], { conversations: [notice] });
    const { handle, told, log } = startHandler(() => DELIVERED);
    expect(await handle(await receiveBatch())).toEqual({ batchItemFailures: [] });
    expect(told.toSorted()).toEqual(["callback one", "conversation of bot"]);
    const { connection, transferId, reference, state, code } = log.runs.find(({ to }) => to === "conversation") ?? {};
    expect({ connection, transferId, reference, state, code }).toEqual({
      connection: "bot",
      transferId: "one",
      reference: "ticket",
      state: "completed",
      code: "internal",
    });
    expect(JSON.stringify(log)).not.toContain("canary-user");
  });

  it("may be empty", async () => {
    expect(await startHandler(() => RETRY).handle({ Records: [] })).toEqual({ batchItemFailures: [] });
  });
});

describe("a notice that could not be told", () => {
  it("is put off, and logged with how long", async () => {
    await send("one");
    const { handle, log } = startHandler(() => RETRY);
    await handle(await receiveBatch());
    expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 1]);
    expect(log.runs).toEqual([
      {
        lambdaRequestId: "lambda-request",
        to: "callback",
        connection: "crm",
        transferId: "one",
        reference: NOTICE.reference,
        callId: NOTICE.callId,
        agentId: "101",
        state: "accepted",
        outcome: "completed",
        attempts: 1,
        durationMs: 0,
        ended: "retry",
        status: 503,
        reason: "status 503",
        retrySeconds: 10,
      },
    ]);
    expect(log.problems).toEqual([]);
  });

  it("is put off for as long as its number of attempts says, or the receiver", async () => {
    await send("one");
    const batch = await receiveBatch();
    const { handle, log } = startHandler(() => ({ ...RETRY, retryAfterSeconds: 300 }));
    for (const attempts of ["1", "5"]) {
      const records = batch.Records.map((record) => ({
        ...record,
        attributes: { ...record.attributes, ApproximateReceiveCount: attempts },
      }));
      await handle({ Records: records });
    }
    expect(log.runs.map(({ retrySeconds }) => retrySeconds)).toEqual([300, 810]);
  });

  it("goes to the dead letters after its last attempt, at once, and is said to", async () => {
    await send("one");
    const { handle, log } = startHandler(() => RETRY);
    for (let attempt = 1; attempt <= RECEIVES_MAX; attempt += 1) {
      const batch = await receiveBatch();
      expect(batch.Records).toHaveLength(1);
      await handle(batch);
      const [record] = batch.Records;
      if (attempt < RECEIVES_MAX) await createSqsQueue(sqs.queueUrl).hide(record?.receiptHandle ?? "", 0);
    }
    expect(await receive(sqs, sqs.queueUrl)).toEqual([]);
    expect(await receive(sqs, sqs.deadLettersUrl)).toHaveLength(1);
    expect(log.runs).toHaveLength(RECEIVES_MAX - 1);
    expect(log.problems).toMatchObject([
      { what: "outcome given up", fields: { transferId: "one", attempts: RECEIVES_MAX, reason: "status 503" } },
    ]);
    expect(log.counts.map(({ dimensions: { result } }) => result)).toEqual([
      ...Array.from({ length: RECEIVES_MAX - 1 }, () => "retry"),
      "given-up",
    ]);
    expect(log.flushes()).toBe(RECEIVES_MAX);
  });

  it.each<[string, unknown, object]>([
    [
      "its connection is wrong",
      new TransferError("misconfigured", { reason: "connections/crm: callback.url must be an https URL" }),
      { code: "misconfigured", reason: "connections/crm: callback.url must be an https URL" },
    ],
    ["a bug threw", new RangeError("planted"), { code: "internal", reason: "unexpected RangeError", errorName: "RangeError" }],
  ])("because %s is put off, and the log says why", async (_what, thrown, fields) => {
    await send("one");
    const { handle, log } = startHandler(() => Promise.reject(thrown));
    expect((await handle(await receiveBatch())).batchItemFailures).toHaveLength(1);
    expect(log.problems).toMatchObject([{ what: "outcome could not be told", fields: { transferId: "one", ...fields } }]);
    expect(log.runs).toMatchObject([{ ended: "retry", retrySeconds: 10 }]);
    expect(JSON.stringify([log.problems, log.runs])).not.toContain("planted");
  });

  it("and cannot be put off stays in the queue all the same", async () => {
    await send("one");
    const batch = await receiveBatch();
    const { handle, log } = startHandler(() => RETRY);
    const Records = batch.Records.map((record) => ({ ...record, receiptHandle: "another" }));
    expect((await handle({ Records })).batchItemFailures).toHaveLength(1);
    expect(log.problems).toMatchObject([{ what: "outcome not put off", fields: { transferId: "one", code: "store-unavailable" } }]);
  });
});

describe("a message that is no notice", () => {
  it.each([
    ["planted", "is not JSON"],
    ["[]", "is not valid in all"],
    ['{"to":"nobody"}', "is not valid in to"],
    [JSON.stringify({ to: "callback", notice: { ...NOTICE, callId: "" } }), "is not valid in notice.callId"],
    [JSON.stringify({ to: "conversation", notice: NOTICE }), "is not valid in notice.conversation, notice.status"],
  ])("is with the dead letters after its attempts, without any wait and with one line: %s", async (body, reason) => {
    await createSqsQueue(sqs.queueUrl).send([body]);
    const { handle, log, told } = startHandler(() => DELIVERED);
    for (let attempt = 1; attempt <= RECEIVES_MAX; attempt += 1) {
      const batch = await receiveBatch();
      expect(batch.Records).toHaveLength(1);
      expect((await handle(batch)).batchItemFailures).toHaveLength(1);
    }
    expect(await receive(sqs, sqs.queueUrl)).toEqual([]);
    expect(await receive(sqs, sqs.deadLettersUrl)).toMatchObject([{ Body: body }]);
    expect(log.problems).toEqual([
      { what: "outcome unreadable", fields: { lambdaRequestId: "lambda-request", attempts: RECEIVES_MAX, reason } },
    ]);
    expect(told).toEqual([]);
  });

  it.each([
    ["a higher schemaVersion", { to: "callback", notice: { ...NOTICE, schemaVersion: 2 } }, "notice.schemaVersion"],
    ["another shape, with a higher schemaVersion", { to: "callback", notice: { schemaVersion: 2 } }, "notice.schemaVersion"],
    ["another outcome", { to: "callback", notice: { ...NOTICE, outcome: "parked" } }, "notice.outcome"],
    ["another reason", { to: "callback", notice: { ...NOTICE, outcomeReason: "odd" } }, "notice.outcomeReason"],
    ["others who are told", { to: "archive", notice: NOTICE }, "to"],
  ])("but one of a newer version, is put off like one that could not be told: %s", async (_what, message, field) => {
    await createSqsQueue(sqs.queueUrl).send([JSON.stringify(message)]);
    const { handle, log, told } = startHandler(() => DELIVERED);
    expect((await handle(await receiveBatch())).batchItemFailures).toHaveLength(1);
    expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 1]);
    expect(log.runs).toEqual([
      { lambdaRequestId: "lambda-request", attempts: 1, ended: "retry", retrySeconds: 10, reason: expect.stringContaining(field) },
    ]);
    expect([log.problems, told]).toEqual([[], []]);
  });

  it("holds up no other", async () => {
    await createSqsQueue(sqs.queueUrl).send(["planted"]);
    await send("one");
    const { handle, told } = startHandler(() => DELIVERED);
    expect((await handle(await receiveBatch())).batchItemFailures).toHaveLength(1);
    expect(told).toEqual(["callback one"]);
  });
});
