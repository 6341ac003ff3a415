/** A bot that reads no answers is told what became of its transfer: through the functions, records, a queue and a service of Bot Framework. All that they print is searched. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import { createAccessTokens } from "../../lib/connector/access-tokens.ts";
import { createTellConversation } from "../../lib/connector/tell-conversation.ts";
import { createLog } from "../../lib/log.ts";
import { createBatchHandler } from "../../lib/queue/batch-handler.ts";
import { createSqsQueue } from "../../lib/queue/sqs.ts";
import { BOT, CONVERSATION, startBotConnector } from "../support/bot-connector.ts";
import { CANARIES, findCanaries } from "../support/canaries.ts";
import { JSON_HEADERS } from "../support/fixture.ts";
import { toContext } from "../support/http-event.ts";
import { AGENT_ID, CALL, OBSERVED, putObservedAgent } from "../support/observed-agent.ts";
import { receiveAll, startSqs, toRecord } from "../support/sqs.ts";
import { type Connected, EVENTS_KEY, type Stack, startStack } from "../support/stack.ts";
import { startTestIssuer, type TestIssuer } from "../support/token-issuer.ts";

/** What of a conversation and its bot nobody may read in a log, whole or in part. */
const CONFIDENTIAL = { password: BOT.appPassword, token: "canary-token", ...CONVERSATION };

let sqs: LocalSqs;
let issuer: TestIssuer;
let stack: Stack;
beforeAll(async () => {
  sqs = await startSqs();
  issuer = await startTestIssuer();
  stack = await startStack({ queue: sqs });
});
afterAll(async () => {
  await stack.stop();
  await issuer.stop();
  await sqs.stop();
});
beforeEach(async () => {
  stack.gateway.reset();
  putObservedAgent(stack.gateway);
  await receiveAll(sqs, sqs.queueUrl);
  stack.takeLog();
});

/** A bot with its conversation, whose agent somebody listens to. */
async function startBot(over: Readonly<Record<string, unknown>> = {}) {
  const bots = await startBotConnector();
  const connector = { ...bots.connector };
  const verification = { scheme: "bot-framework-token", issuer: issuer.url, metadataUrl: issuer.metadataUrl, channels: ["directline"] };
  const connected: Connected = stack.connect({
    ...OBSERVED,
    connection: {
      source: "bot-framework",
      verification: { ...verification, accepted: [{ id: "bot", value: BOT.appId }] },
      connector,
      ...over,
    },
  });
  const wallMs = () => Date.now();
  const handle = createBatchHandler({
    tell: {
      callback: async () => ({ kind: "nobody", why: "the connection has no callback" }),
      "event-bus": async () => ({ kind: "nobody", why: "there is no event bus" }),
      conversation: createTellConversation({
        connectors: { get: async () => ({ connector }) },
        tokens: createAccessTokens({ post: bots.post, wallMs }),
        post: bots.post,
        wallMs,
      }),
    },
    ...{ queue: createSqsQueue(sqs.queueUrl), log: createLog(), random: () => 0, now: () => 0 },
  });
  return {
    ...bots,
    ...connected,
    async ask(value: Readonly<Record<string, unknown>>, activity: Readonly<Record<string, unknown>> = {}) {
      const { conversationId, activityId, botId, userId } = CONVERSATION;
      const asked = {
        ...{ type: "event", name: "handoff.initiate", id: activityId, channelId: "directline", serviceUrl: bots.serviceUrl },
        ...{ from: { id: userId, name: CANARIES.caller }, recipient: { id: botId }, conversation: { id: conversationId } },
        value: { ccgw_call_id: CALL, ccgw_target: "skill-queue:31", ccgw_reference: "r-1", ccgw_caller: CANARIES.caller, ...value },
        ...activity,
      };
      const now = Math.floor(Date.now() / 1_000);
      const token = await issuer.sign({ aud: BOT.appId, serviceurl: bots.serviceUrl, nbf: now - 10, exp: now + 600 });
      return stack.transfer(connected.connection, asked, { headers: { ...JSON_HEADERS, authorization: `Bearer ${token}` } });
    },
    /** What the queue has for it, posted. Since the last time that it was asked: the values. */
    async hear() {
      const before = bots.activities().length;
      await handle({ Records: (await receiveAll(sqs, sqs.queueUrl)).map(toRecord) }, toContext());
      return bots
        .activities()
        .slice(before)
        .map(({ body }) => JSON.parse(body).value);
    },
    async endCall(result: number) {
      const token = createHmac("sha256", EVENTS_KEY)
        .update(JSON.stringify([connected.gateway, AGENT_ID]))
        .digest("hex")
        .slice(0, 48);
      const event = { eventType: "AgentEvent_SuccTransResult", workNo: AGENT_ID, content: { callId: CALL, result } };
      const body = JSON.stringify({ workNo: AGENT_ID, eventList: [event] });
      const agent = { route: "POST /v1/gateway-events", gateway: connected.gateway, agentId: AGENT_ID } as const;
      expect(await stack.callFor(agent, { headers: { service_token: token }, body })).toMatchObject({ status: 200 });
    },
  };
}

function printed(): string[] {
  const log = stack.takeLog().join("\n");
  return [...findCanaries(log), ...Object.entries(CONFIDENTIAL).flatMap(([name, value]) => (log.includes(value) ? [name] : []))];
}

describe("a bot that reads no answers", () => {
  it.each([
    [0, "completed", { ccgw_outcome: "completed", ccgw_outcome_reason: "transferred" }],
    [1, "failed", { ccgw_outcome: "failed", ccgw_outcome_reason: "not-transferred" }],
  ])("is told in its conversation that its transfer is accepted, and how it ended: result %i, %s", async (result, state, value) => {
    const bot = await startBot();
    const answer = await bot.ask({});
    expect(answer).toMatchObject({ status: 200, body: { state: "accepted", outcome: "pending" } });
    const { transferId } = answer.body;
    const told = { ccgw_state: "accepted", ccgw_transfer_id: transferId, ccgw_reference: "r-1" };
    expect(await bot.hear()).toMatchObject([{ ...told, state: "accepted", ccgw_outcome: "pending" }]);
    await bot.endCall(result);
    expect(await bot.hear()).toMatchObject([{ ccgw_transfer_id: transferId, ccgw_reference: "r-1", state, ...value }]);
    await bot.endCall(result);
    expect(await bot.hear()).toEqual([]);
    expect(answer.text).not.toContain(CONVERSATION.userId);
    expect(printed()).toEqual([]);
  });

  it("is told once of an activity that comes twice", async () => {
    const bot = await startBot();
    expect(await bot.ask({})).toMatchObject({ body: { replayed: false } });
    expect(await bot.ask({})).toMatchObject({ body: { replayed: true } });
    expect(await bot.hear()).toMatchObject([{ state: "accepted" }]);
  });

  it("is told that it has failed where the gateway refuses, and nothing of what is worth a repeat", async () => {
    const bot = await startBot();
    stack.gateway.addFault({ kind: "retcode", retcode: "000-004" });
    expect((await bot.ask({})).status).toBe(503);
    expect(await bot.hear()).toEqual([]);
    stack.gateway.addFault({ kind: "retcode", retcode: "106-004" });
    expect((await bot.ask({})).status).toBe(422);
    expect(await bot.hear()).toMatchObject([{ state: "failed", ccgw_code: "gateway-refused", ccgw_effect: "none", ccgw_reference: "r-1" }]);
    expect(printed()).toEqual([]);
  });

  it("is told that its request is none", async () => {
    const bot = await startBot();
    expect((await bot.ask({ ccgw_call_id: "" })).status).toBe(422);
    expect(await bot.hear()).toMatchObject([{ state: "failed", ccgw_code: "invalid-request" }]);
  });

  it("is told nothing while it is not known whether there was a transfer, and no lie after that", async () => {
    const bot = await startBot();
    stack.gateway.addFault({ kind: "retcode", retcode: "100-007" });
    expect(await bot.ask({})).toMatchObject({ status: 202, body: { state: "unknown" } });
    expect(await bot.hear()).toEqual([]);
    await bot.endCall(0);
    expect(await bot.hear()).toMatchObject([{ state: "completed", ccgw_state: "accepted" }]);
  });

  it.each([
    ["its answer is read", {}, { deliveryMode: "expectReplies" }],
    ["it is a dry run", {}, { value: { ccgw_call_id: CALL, ccgw_target: "skill-queue:31", ccgw_dry_run: true } }],
    ["it is not listed", { connector: { ...BOT, tokenUrl: "https://a.example/", serviceUrls: ["https://a.example/"] } }, {}],
    ["nobody has its credentials", { connector: undefined }, {}],
  ])("is told nothing where %s", async (_what, connection, activity) => {
    const bot = await startBot(connection);
    expect((await bot.ask({}, activity)).status).toBe(200);
    expect(await bot.hear()).toEqual([]);
  });
});
