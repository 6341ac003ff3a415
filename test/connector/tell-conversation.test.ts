/** What a bot's conversation is told, through the function of the queue: a real queue, a service with its token endpoint over real TLS. */
import type { SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import { createCallbackClient } from "../../lib/callbacks/callback-client.ts";
import { createAccessTokens } from "../../lib/connector/access-tokens.ts";
import type { ConversationNotice } from "../../lib/connector/conversation-notice.ts";
import { createTellConversation } from "../../lib/connector/tell-conversation.ts";
import { TransferError } from "../../lib/errors.ts";
import { createBatchHandler } from "../../lib/queue/batch-handler.ts";
import { createOutcomeQueue } from "../../lib/queue/outcome-queue.ts";
import { createSqsQueue } from "../../lib/queue/sqs.ts";
import type { Connector } from "../../lib/transfer/connector.ts";
import { BOT, CONVERSATION, startBotConnector, toConversationNotice, toToken } from "../support/bot-connector.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { receive, startSqs, stubAws, toRecord } from "../support/sqs.ts";

const AT_MS = Date.parse("2026-11-23T07:00:42.000Z");
const HOUR_MS = 3_600_000;
/** None of them may be in the log. */
const CONFIDENTIAL = [BOT.appPassword, "canary", "127.0.0.1"];

let sqs: LocalSqs;
beforeEach(async () => {
  sqs = await startSqs();
  stubAws({ SQS: sqs.url });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await sqs.stop();
});

interface Telling {
  readonly connection?: { readonly connector?: Connector | undefined } | undefined;
  readonly laterMs?: number;
  readonly post?: Parameters<typeof createAccessTokens>[0]["post"];
}

/** The function with a connection `bot`, and what it told when it was handed what is in the queue. */
function startTelling(bots: Awaited<ReturnType<typeof startBotConnector>>, telling: Telling = {}) {
  const { laterMs = 1_000, post = bots.post } = telling;
  const connection = "connection" in telling ? telling.connection : { connector: bots.connector };
  const log = createKeptLog();
  const queue = createSqsQueue(sqs.queueUrl);
  const wallMs = () => AT_MS + laterMs;
  const connectors = { get: async () => connection };
  const nobody = () => Promise.reject(new TransferError("internal", { reason: "told another" }));
  const handle = createBatchHandler({
    tell: {
      callback: nobody,
      "event-bus": nobody,
      conversation: createTellConversation({ connectors, tokens: createAccessTokens({ post, wallMs }), post, wallMs }),
    },
    queue,
    log,
    random: () => 0,
    now: () => 0,
  });
  return {
    log,
    /** How many were to stay in the queue. */
    async tell(...notices: readonly ConversationNotice[]): Promise<number> {
      await createOutcomeQueue({ queue, sinks: ["callback"] }).send([], { conversations: notices });
      const event: SQSEvent = { Records: (await receive(sqs, sqs.queueUrl)).map(toRecord) };
      expect(event.Records).toHaveLength(notices.length);
      return (await handle(event, toContext())).batchItemFailures.length;
    },
  };
}

/** One notice, and what the log says of it. */
async function tellOne(options: Parameters<typeof startBotConnector>[0], telling?: Telling, over: Partial<ConversationNotice> = {}) {
  const bots = await startBotConnector(options);
  const { tell, log } = startTelling(bots, telling);
  const kept = await tell(toConversationNotice(bots.serviceUrl, over));
  const said = JSON.stringify([log.runs, log.problems, log.counts]);
  expect(CONFIDENTIAL.filter((word) => said.includes(word))).toEqual([]);
  const [{ ended, status, reason, retrySeconds } = {}] = log.runs;
  return { bots, kept, line: { ended, status, reason, retrySeconds } };
}

describe("a conversation", () => {
  it("is told the status as a reply to the activity that asked, as the bot", async () => {
    const { bots, kept, line } = await tellOne({});
    expect([kept, line]).toEqual([0, { ended: "delivered", status: 200, reason: undefined, retrySeconds: undefined }]);
    const [{ method, path, headers, body } = { body: "" }] = bots.activities();
    const reply = ["conversations", CONVERSATION.conversationId, "activities", CONVERSATION.activityId].map(encodeURIComponent);
    expect([method, path]).toEqual(["POST", `/emea/v3/${reply.join("/")}`]);
    expect(headers).toMatchObject({ authorization: "Bearer canary-token-1", "content-type": "application/json" });
    expect(JSON.parse(body)).toEqual({
      type: "event",
      name: "handoff.status",
      conversation: { id: CONVERSATION.conversationId },
      from: { id: CONVERSATION.botId },
      recipient: { id: CONVERSATION.userId },
      replyToId: CONVERSATION.activityId,
      value: { state: "accepted", ccgw_state: "accepted", ccgw_transfer_id: "t-1", ccgw_reference: "ticket-客" },
    });
    expect(body).toMatch(/^[\x20-\x7e]+$/);
  });

  it("is told at its end where no activity is known, whether its service ends with a slash or not", async () => {
    const bots = await startBotConnector();
    const { tell } = startTelling(bots);
    const { activityId: _none, ...conversation } = CONVERSATION;
    const services = [bots.serviceUrl, bots.serviceUrl.replace(/\/$/, "")];
    await tell(...services.map((serviceUrl) => toConversationNotice("", { conversation: { ...conversation, serviceUrl } })));
    const path = `/emea/v3/conversations/${encodeURIComponent(CONVERSATION.conversationId)}/activities`;
    expect(bots.activities().map((activity) => activity.path)).toEqual([path, path]);
    expect(
      bots
        .activities()
        .map(({ body }) => body)
        .join(),
    ).not.toContain("replyToId");
  });

  it("shares a token with the others of its bot", async () => {
    const bots = await startBotConnector();
    const { tell } = startTelling(bots);
    expect(await tell(toConversationNotice(bots.serviceUrl), toConversationNotice(bots.serviceUrl))).toBe(0);
    expect(await tell(toConversationNotice(bots.serviceUrl))).toBe(0);
    expect([bots.activities().length, bots.tokenRequests().length]).toEqual([3, 1]);
  });

  it("is told once more, with a new token, where the token is refused", async () => {
    const { bots, kept, line } = await tellOne({
      activityAnswer: ({ headers }) => ({ status: headers.authorization === "Bearer canary-token-1" ? 401 : 201 }),
    });
    expect([kept, line.ended, line.status]).toEqual([0, "delivered", 201]);
    expect([bots.activities().length, bots.tokenRequests().length]).toEqual([2, 2]);
  });

  it("is told later where the new token is refused, too", async () => {
    const { bots, kept, line } = await tellOne({ activityAnswer: () => ({ status: 401 }) });
    expect([kept, line]).toEqual([1, { ended: "retry", status: 401, reason: "status 401", retrySeconds: 10 }]);
    expect([bots.activities().length, bots.tokenRequests().length]).toEqual([2, 2]);
  });

  it.each([
    [429, { "retry-after": "120" }, 120],
    [412, {}, 10],
    [500, {}, 10],
    [503, {}, 10],
  ])("is told later where the service answers %i %j", async (status, headers, retrySeconds) => {
    const { bots, kept, line } = await tellOne({ activityAnswer: () => ({ status, headers }) });
    expect([kept, line]).toEqual([1, { ended: "retry", status, reason: `status ${status}`, retrySeconds }]);
    expect(bots.activities()).toHaveLength(1);
  });

  it.each([400, 403, 404, 410, 413])("is told never where the service answers %i", async (status) => {
    const { kept, line } = await tellOne({ activityAnswer: () => ({ status }) });
    expect([kept, line.ended, line.status]).toEqual([0, "gone", status]);
  });

  it("is not told elsewhere: a redirect is not followed", async () => {
    const elsewhere = await startBotConnector();
    const { line } = await tellOne({ activityAnswer: () => ({ status: 307, headers: { location: elsewhere.serviceUrl } }) });
    expect(line).toMatchObject({ ended: "retry", reason: "redirect 307, which is not followed" });
    expect(elsewhere.activities()).toEqual([]);
  });

  it.each([
    ["the bot is refused", { status: 401 }, { ended: "retry", status: 401, reason: "token: status 401", retrySeconds: 10 }],
    [
      "there are too many requests",
      { status: 429, headers: { "retry-after": "60" } },
      { ended: "retry", status: 429, reason: "token: status 429", retrySeconds: 60 },
    ],
    ["the answer is no token", { status: 200, body: "{}" }, { ended: "retry", reason: "token: not what was asked for", retrySeconds: 10 }],
  ])("is told later where %s, and nothing is posted without a token", async (_what, answer, line) => {
    const told = await tellOne({ tokenAnswer: () => answer });
    expect(told).toMatchObject({ kept: 1, line });
    expect(told.bots.activities()).toEqual([]);
  });

  it("is not told at an address that is not public, whatever its connection lists", async () => {
    const { bots, line } = await tellOne({}, { post: createCallbackClient() });
    expect(line).toMatchObject({ ended: "retry", reason: "token: the address is not public" });
    await bots.closed(0);
    const guarded = createCallbackClient();
    const second = await startBotConnector();
    const post: typeof guarded = (request) => (request.url.endsWith("/token") ? second.post(request) : guarded(request));
    const { tell, log } = startTelling(second, { post });
    expect(await tell(toConversationNotice(second.serviceUrl))).toBe(1);
    expect(log.runs).toMatchObject([{ ended: "retry", reason: "the service's address is not public" }]);
    expect(second.activities()).toEqual([]);
  });

  it("is not told by a service whose certificate is not trusted", async () => {
    const bots = await startBotConnector();
    const guarded = createCallbackClient();
    const { tell, log } = startTelling(bots, { post: (request) => guarded({ ...request, allowAddresses: ["127.0.0.1"] }) });
    expect(await tell(toConversationNotice(bots.serviceUrl))).toBe(1);
    expect(log.runs).toMatchObject([{ ended: "retry", reason: "token: UNABLE_TO_VERIFY_LEAF_SIGNATURE" }]);
  });

  it.each<[string, Telling, string]>([
    ["its connection is gone", { connection: undefined }, "there is no such connection any more"],
    ["its connection has no credentials any more", { connection: {} }, "the connection has no connector"],
    ["an hour has passed", { laterMs: HOUR_MS + 1 }, "it is too late to tell a conversation"],
  ])("is told nothing where %s", async (_what, telling, reason) => {
    const { bots, kept, line } = await tellOne({}, telling);
    expect([kept, line]).toEqual([0, { ended: "nobody", reason, status: undefined, retrySeconds: undefined }]);
    expect(bots.tokenRequests()).toEqual([]);
  });

  it("is told nothing where the connection does not list its service any more: not even a token is asked for", async () => {
    const bots = await startBotConnector();
    const connector = { ...bots.connector, serviceUrls: [`https://127.0.0.1:${bots.port}/apac/`] };
    const { tell, log } = startTelling(bots, { connection: { connector } });
    expect(await tell(toConversationNotice(bots.serviceUrl))).toBe(0);
    expect(log.runs).toMatchObject([{ ended: "nobody", reason: "serviceUrls does not list the service" }]);
    await bots.closed(0);
  });

  it("is told up to an hour later", async () => {
    expect(await tellOne({}, { laterMs: HOUR_MS })).toMatchObject({ kept: 0, line: { ended: "delivered" } });
  });

  it("shows its token to nobody who redirects for it", async () => {
    const elsewhere = await startBotConnector();
    const { bots } = await tellOne({ tokenAnswer: () => ({ ...toToken(1), status: 302, headers: { location: elsewhere.serviceUrl } }) });
    expect([bots.activities(), elsewhere.activities()]).toEqual([[], []]);
  });
});
