/** The stop button and the rate limit, through the real functions and the table that they read. */
import { describe, expect, it } from "vitest";
import { pause, resume } from "../support/pausing.ts";
import { KEY } from "../support/stack.ts";
import { useStack } from "../support/use-stack.ts";

/** Later than what an instance has read is kept. */
const LATER_MS = 5_001;
const [ONE, TWO, THREE] = ["1552524689-16797284", "1552524689-16797285", "1552524689-16797286"];

const stack = useStack();

const send = (connection: string, callId: string | undefined, over: object = {}) =>
  stack.transfer(connection, { callId, target: { type: "agent", address: "205" }, ...over });
const arrived = () => stack.gateway.transfers().length;

describe("a gateway that an operator pauses", () => {
  it("gets nothing within 30 s, answers for what was sent, and gets what is repeated once it is resumed", async () => {
    const { connection, gateway } = stack.connect();
    const other = stack.connect();
    const first = await send(connection, ONE);
    expect(first.body).toMatchObject({ state: "accepted" });
    await pause(`gateway/${gateway}`, { minutes: 1 });

    await stack.later(LATER_MS, async () => {
      const refused = await send(connection, TWO);
      expect(refused).toMatchObject({ status: 503, body: { code: "paused", retryable: true, effect: "none" } });
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(50);
      expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(56);
      expect(refused.text).not.toContain(gateway);
      const reason = expect.stringMatching(new RegExp(`^gateway/${gateway} since \\S+Z until \\S+Z$`));
      const log = stack.takeLog().map((line) => JSON.parse(line));
      expect(log).toContainEqual(expect.objectContaining({ message: "pause", level: "ERROR", reason }));
      expect(log).toContainEqual(expect.objectContaining({ message: "request", code: "paused", gateway, agentId: "101", reason }));
      expect(await send(connection, ONE)).toMatchObject({ status: 200, body: { state: "accepted", replayed: true } });
      expect(await stack.status(connection, String(first.body.transferId))).toMatchObject({ status: 200, body: { state: "accepted" } });
      expect(await send(connection, TWO, { dryRun: true })).toMatchObject({ status: 200, body: { dryRun: true } });
      expect(arrived()).toBe(1);
      expect((await send(other.connection, THREE)).body).toMatchObject({ state: "accepted" });
      await resume(`gateway/${gateway}`);
    });
    await stack.later(2 * LATER_MS, async () => {
      expect(await send(connection, TWO)).toMatchObject({ status: 200, body: { state: "accepted", replayed: false } });
    });
  });

  it.each([
    ["always-200", { source: "api", reply: "always-200" }, 200],
    ["a source of its own answers", { source: "freshdesk", verification: { secrets: [{ id: "one", value: KEY }], in: ["bearer"] } }, 503],
  ])("is told to a connection with %s in its way", async (_which, document, status) => {
    const { connection } = stack.connect({ connection: document });
    await pause(`connection/${connection}`);
    const body = document.source === "api" ? {} : { ccgw_call_id: ONE, ccgw_target: "agent:205", callId: undefined, target: undefined };
    const answer = await send(connection, ONE, body);
    expect(answer).toMatchObject({ status, body: { code: "paused", effect: "none" } });
    expect(arrived()).toBe(0);
  });
});

describe("a connection that runs away", () => {
  it("is held back by its limit, and nobody else is", async () => {
    const runaway = stack.connect({ connection: { rateLimit: { requests: 2, perSeconds: 600 } } });
    const other = stack.connect();
    // Of what cannot be sent, none counts.
    expect(await send(runaway.connection, ONE, { mode: "none" })).toMatchObject({ status: 422 });
    const answers = await Promise.all([ONE, TWO, THREE].map((callId) => send(runaway.connection, callId)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 429]);
    expect(arrived()).toBe(2);
    const refused = answers.findIndex(({ status }) => status === 429);
    expect(answers[refused]?.body).toMatchObject({ code: "rate-limited", retryable: true, effect: "none" });
    const retryAfter = Number(answers[refused]?.headers["retry-after"]);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(600);
    // Replays are none of its requests.
    const sent = [ONE, TWO, THREE].filter((_callId, at) => at !== refused);
    for (const callId of sent) expect((await send(runaway.connection, callId)).body).toMatchObject({ replayed: true });
    expect((await send(other.connection, "1552524689-16797287")).status).toBe(200);
    await stack.later(retryAfter * 1_000, async () => {
      expect((await send(runaway.connection, [ONE, TWO, THREE][refused])).body).toMatchObject({ state: "accepted", replayed: false });
    });
  });
});
