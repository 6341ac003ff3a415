/** What is left for those who are told, in a real queue. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import { toAsciiJson } from "../../lib/callbacks/notice.ts";
import { composeOutcomeQueue } from "../../lib/composition/outcome-queue.ts";
import { parseMessage } from "../../lib/queue/outcome-message.ts";
import { createOutcomeQueue } from "../../lib/queue/outcome-queue.ts";
import { createSqsQueue } from "../../lib/queue/sqs.ts";
import { NOTICE, toNotice } from "../callbacks/callback-notice.ts";
import { listenOnLoopback } from "../support/raw-gateway.ts";
import { countMessages, receive, receiveAll, startSqs, stubAws } from "../support/sqs.ts";

let sqs: LocalSqs;
beforeAll(async () => {
  sqs = await startSqs();
});
beforeEach(() => stubAws({ SQS: sqs.url }));
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => sqs.stop());

const createQueue = (queueUrl = sqs.queueUrl) => createOutcomeQueue({ queue: createSqsQueue(queueUrl), sinks: ["callback", "event-bus"] });

/** An SQS that answers this, whatever it is asked. */
async function startAnswering(answer: object): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(answer));
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  });
  return url;
}

describe("notices that are sent", () => {
  it("are a message each for everybody who is told, in ASCII", async () => {
    const notice = { ...NOTICE, reference: "客 😀" };
    await createQueue().send([toNotice(notice)]);
    const bodies = (await receiveAll(sqs, sqs.queueUrl)).map(({ Body = "" }) => Body);
    for (const body of bodies) expect(body).toMatch(/^[\x20-\x7e]+$/);
    expect(bodies.map(parseMessage).toSorted()).toEqual([
      { message: { to: "callback", notice } },
      { message: { to: "event-bus", notice } },
    ]);
  });

  it.each([
    { eventBus: undefined, to: ["callback"] },
    { eventBus: "default", to: ["callback", "event-bus"] },
  ])("are for $to where the stack's bus is $eventBus", async ({ eventBus, to }) => {
    await composeOutcomeQueue({ callbackQueue: sqs.queueUrl, eventBus }).send([toNotice()]);
    const told = (await receiveAll(sqs, sqs.queueUrl)).map(({ Body = "" }) => JSON.parse(Body).to);
    expect(told.toSorted()).toEqual(to);
  });

  it("may be none, or more than SQS takes at once", async () => {
    await createQueue().send([]);
    expect(await countMessages(sqs, sqs.queueUrl)).toMatchObject([0, expect.any(Number)]);
    const notices = Array.from({ length: 23 }, (_, index) => toNotice({ transferId: `transfer-${index}` }));
    await createOutcomeQueue({ queue: createSqsQueue(sqs.queueUrl), sinks: ["callback"] }).send(notices);
    const ids = (await receiveAll(sqs, sqs.queueUrl)).map(({ Body = "" }) => JSON.parse(Body).notice.transferId);
    expect(ids.toSorted()).toEqual(notices.map(({ transferId }) => transferId).toSorted());
  });

  it("are refused as a whole where SQS took some of them only", async () => {
    const notices = [toNotice(), toNotice({ outcome: "failed" })];
    const md5 = createHash("md5")
      .update(toAsciiJson({ to: "callback", notice: notices[0] }))
      .digest("hex");
    const Failed = [{ Id: "1", Code: "InternalError", SenderFault: false }];
    const url = await startAnswering({ Successful: [{ Id: "0", MessageId: "one", MD5OfMessageBody: md5 }], Failed });
    stubAws({ SQS: url });
    const queue = createOutcomeQueue({ queue: createSqsQueue(`${url}/000000000000/q`), sinks: ["callback"] });
    await expect(queue.send(notices)).rejects.toMatchObject({ code: "store-unavailable", message: "queue: InternalError" });
  });

  it.each([
    ["there is no such queue", () => sqs.url, /^queue: QueueDoesNotExist/],
    ["nobody answers", () => "http://127.0.0.1:1", /^queue: ECONNREFUSED$/],
  ])("reject where %s, with no more than a name", async (_what, url, message) => {
    stubAws({ SQS: url() });
    const sending = createQueue(`${url()}/000000000000/none`).send([toNotice()]);
    await expect(sending).rejects.toMatchObject({ code: "store-unavailable", message: expect.stringMatching(message) });
  });
});

describe("a message that is hidden", () => {
  it("is handed out again when its time has come", async () => {
    await createOutcomeQueue({ queue: createSqsQueue(sqs.queueUrl), sinks: ["callback"] }).send([toNotice()]);
    const [message] = await receive(sqs, sqs.queueUrl);
    const queue = createSqsQueue(sqs.queueUrl);
    await queue.hide(message?.ReceiptHandle ?? "", 30_000);
    expect(await receive(sqs, sqs.queueUrl)).toEqual([]);
    await queue.hide(message?.ReceiptHandle ?? "", 0);
    expect(await receive(sqs, sqs.queueUrl)).toMatchObject([{ Body: message?.Body, Attributes: { ApproximateReceiveCount: "2" } }]);
  });

  it("cannot be one that nobody received", async () => {
    await expect(createSqsQueue(sqs.queueUrl).hide("another", 10)).rejects.toMatchObject({ code: "store-unavailable" });
  });
});
