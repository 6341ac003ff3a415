import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type LocalDynamoDb, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import type { AgentKey, Holder } from "../../lib/sessions/agent-record.ts";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";
import { type LossyDynamoDb, startLossyDynamoDb } from "./lossy-dynamodb.ts";
import { newAgent, SESSION, type Sessions, taken, UNTIL, writeAs } from "./sessions-under-test.ts";

const NEWER = { guid: "newer", renewedAt: INSTANT + 1 };
const NEWEST = { guid: "newest", renewedAt: INSTANT + 2 };

let dynamoDb: LocalDynamoDb;
let lossy: LossyDynamoDb;
let sessions: Sessions;
beforeAll(async () => {
  dynamoDb = await startLocalDynamoDb({ port: 0, tables: { sessions: SESSIONS_TABLE } });
});
afterAll(() => dynamoDb.stop());
beforeEach(async () => {
  lossy = await startLossyDynamoDb(dynamoDb.url);
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", lossy.url);
  sessions = createDynamoDbSessions("sessions", createManualClock());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** An agent with a session, whose lease this holder has. */
async function held(): Promise<{ readonly agent: AgentKey; readonly holder: Holder }> {
  const agent = newAgent();
  await sessions.handOver(agent, SESSION);
  const { holder } = await taken(sessions, agent, "one");
  return { agent, holder };
}

function updates(): LossyDynamoDb["requests"] {
  return lossy.requests.filter(({ operation }) => operation === "UpdateItem");
}

describe("what was written in DynamoDB, and the SDK has written again as the answer was lost", () => {
  it("is a lease that is ours, where nothing was known", async () => {
    const agent = newAgent();
    lossy.loseNextUpdate();
    const record = await sessions.takeLease(agent, { owner: "one", until: UNTIL }, undefined);
    expect(record).toEqual({ lease: { owner: "one", until: UNTIL, beat: 1 }, fence: 1 });
    expect(updates()).toHaveLength(2);
    expect(await sessions.read(agent)).toEqual(record);
  });

  it("is a lease that is ours, after another's", async () => {
    const { agent } = await held();
    lossy.loseNextUpdate();
    expect(await taken(sessions, agent, "two")).toMatchObject({
      lease: { owner: "two", until: UNTIL, beat: 1 },
      fence: 2,
      session: SESSION,
    });
  });

  it("is a session, where nothing was known and where an older one was", async () => {
    const agent = newAgent();
    lossy.loseNextUpdate();
    expect(await sessions.handOver(agent, SESSION)).toBe(true);
    lossy.loseNextUpdate();
    expect(await sessions.handOver(agent, NEWER)).toBe(true);
    expect(await sessions.read(agent)).toEqual({ session: NEWER, fence: 0 });
  });

  it("is what the owner wrote, who is told that somebody wrote since, and finds that it was itself", async () => {
    const { agent, holder } = await held();
    lossy.loseNextUpdate();
    expect(await writeAs(sessions, agent, holder, { session: NEWER, until: UNTIL + 1 })).toBeUndefined();
    const record = { session: NEWER, lease: { owner: "one", until: UNTIL + 1, beat: 2 }, fence: 1 };
    expect(await sessions.read(agent)).toEqual(record);
  });

  it("is that somebody waits", async () => {
    const { agent, holder } = await held();
    lossy.loseNextUpdate();
    expect(await sessions.announce(agent, "two", holder)).toBe(true);
    expect((await sessions.read(agent))?.lease?.successor).toBe("two");
  });

  it("is that the lease was let go, and that the session has ended", async () => {
    const { agent, holder } = await held();
    lossy.loseNextUpdate();
    await sessions.release(agent, holder);
    lossy.loseNextUpdate();
    await sessions.end(agent);
    expect(await sessions.read(agent)).toEqual({ fence: 1 });
  });

  it("is one more that was counted than there was", async () => {
    lossy.loseNextUpdate();
    expect(await sessions.count(newAgent(), INSTANT)).toBe(2);
  });
});

describe("what arrives in DynamoDB once more, late", () => {
  it.each<[string, (agent: AgentKey, holder: Holder) => Promise<unknown>]>([
    ["the lease", (agent) => taken(sessions, agent, "two")],
    ["that somebody waits", (agent, holder) => sessions.announce(agent, "two", holder)],
    ["that the lease was let go", (agent, holder) => sessions.release(agent, holder)],
    ["what the owner wrote", (agent, holder) => writeAs(sessions, agent, holder, { session: SESSION, until: UNTIL })],
    ["a session", (agent) => sessions.handOver(agent, NEWER)],
    ["that the session has ended", (agent) => sessions.end(agent)],
  ])("does not undo what came after it: %s", async (_what, act) => {
    const { agent, holder } = await held();
    await act(agent, holder);
    const late = updates().at(-1);
    const next = await taken(sessions, agent, "next");
    await sessions.handOver(agent, NEWEST);
    if (late !== undefined) await lossy.repeat(late);
    expect(await sessions.read(agent)).toEqual({ session: NEWEST, lease: next.lease, fence: next.fence });
  });
});

describe("what the same owner wrote", () => {
  it("does not undo what it wrote after it, however late it arrives once more", async () => {
    const { agent, holder } = await held();
    await writeAs(sessions, agent, holder, { session: null, until: UNTIL });
    const late = updates().at(-1);
    await writeAs(sessions, agent, holder, { session: NEWER, until: UNTIL });
    if (late !== undefined) await lossy.repeat(late);
    expect((await sessions.read(agent))?.session).toEqual(NEWER);
  });
});

describe("what is read in DynamoDB", () => {
  it("is read consistently", async () => {
    const { agent } = await held();
    await sessions.read(agent);
    const reads = lossy.requests.filter(({ operation }) => operation === "GetItem");
    expect(reads.length).toBeGreaterThan(1);
    for (const { body } of reads) expect(JSON.parse(body)).toMatchObject({ ConsistentRead: true });
  });
});
