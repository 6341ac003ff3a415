/** Transfers by an agent who was signed in, and the events that follow them. */
import { describe, expect, it } from "vitest";
import { AGENT, arrived, CALL_OF_102, poll, signedIn, startOnManualClock, transfer } from "./gateway-simulator-agent.ts";
import { CALL, send, startForTest } from "./gateway-simulator-client.ts";

const RELEASED = { eventType: "AgentEvent_Call_Release", workNo: AGENT, content: CALL_OF_102 };
const FAILED_TO_CONNECT = { eventType: "AgentEvent_Connect_Fail", workNo: AGENT, content: CALL_OF_102 };
const result = (code: number) => ({
  eventType: "AgentEvent_SuccTransResult",
  workNo: AGENT,
  content: { result: code, callId: CALL_OF_102 },
});

async function startSignedIn() {
  const { simulator, clock } = await startOnManualClock({ settings: { pollWaitMs: 0, eventGenTime: false } });
  const guid = await signedIn(simulator);
  async function events() {
    const seen: unknown[] = [];
    for (;;) {
      await clock.advance(200);
      const { event } = (await poll(simulator, guid)).json;
      if (event === undefined) return seen;
      seen.push(event);
    }
  }
  return { simulator, guid, events };
}

describe("a transfer by an agent who was signed in", () => {
  it("is accepted for a call of its own, and known as any other", async () => {
    const lines: string[] = [];
    const simulator = await startForTest({ log: (line) => lines.push(line) });
    const { text } = await transfer(simulator, await signedIn(simulator));
    expect(text).toBe('{"message":"success","retcode":"0"}');
    expect(simulator.transfers()).toMatchObject([{ agentId: AGENT, retcode: "0", acted: true }]);
    expect(lines.at(-1)).toMatch(/^gateway {2}POST transfer agent 102 call 1552524689-16797384 → 0 \(\d+ ms\)$/);
  });

  it.each([
    ["success", 2, [result(0), RELEASED], "200-012"],
    ["success", 0, [RELEASED], "200-012"],
    ["failure", 2, [result(1)], "0"],
    ["failure", 0, [FAILED_TO_CONNECT, RELEASED], "200-012"],
    ["none", 2, [], "200-012"],
    ["none", 0, [], "200-012"],
  ] as const)("with %s and mode %i is followed by %j, and the next of that call gets %s", async (outcomes, mode, expected, next) => {
    const { simulator, guid, events } = await startSignedIn();
    simulator.putAccount({ agentId: AGENT, outcomes });
    await transfer(simulator, guid, { mode });
    expect(await events()).toEqual(expected);
    expect((await transfer(simulator, guid, { mode })).retcode).toBe(next);
  });

  it("is followed by its events unless the account says otherwise", async () => {
    const { simulator, guid, events } = await startSignedIn();
    await transfer(simulator, guid);
    expect(await events()).toEqual([result(0), RELEASED]);
  });

  it.each([
    [true, 2],
    [false, 0],
  ])("whose answer was lost, acted on: %s, is followed by %i events", async (acts, count) => {
    const { simulator, guid, events } = await startSignedIn();
    simulator.addFault({ kind: "drop", when: "after-request", acts });
    await expect(transfer(simulator, guid)).rejects.toThrow();
    expect(await events()).toHaveLength(count);
  });

  it("that failed leaves the call with who had it", async () => {
    const lines: string[] = [];
    const simulator = await startForTest({ log: (line) => lines.push(line) });
    simulator.putAccount({ agentId: AGENT, outcomes: "failure" });
    const guid = await signedIn(simulator);
    for (const _ of [1, 2]) expect((await transfer(simulator, guid, { callid: CALL })).retcode).toBe("0");
    expect(lines.at(-1)).toContain("call is held by agent 101");
  });

  it("that was refused is followed by nothing", async () => {
    const { simulator, guid, events } = await startSignedIn();
    expect((await transfer(simulator, guid, { callid: "1-1" })).retcode).toBe("200-012");
    expect(await events()).toEqual([]);
  });

  it("wakes the poll that waits", async () => {
    const { simulator } = await startOnManualClock();
    const guid = await signedIn(simulator);
    const waiting = poll(simulator, guid);
    await arrived(simulator, "poll");
    await transfer(simulator, guid);
    expect((await waiting).json.event).toMatchObject(result(0));
  });
});

describe("a transfer by an agent whom somebody else keeps", () => {
  it("is followed by nothing, unless the agent is given an account", async () => {
    const simulator = await startForTest();
    const waiting = () => simulator.agents().find(({ agentId }) => agentId === "101")?.waitingEvents;
    await send(simulator);
    expect(waiting()).toBe(0);
    simulator.putAccount({ agentId: "101", password: "p", phones: ["1"] });
    simulator.addCall({ callid: CALL, agentId: "101" });
    await send(simulator);
    await expect.poll(waiting, { interval: 2 }).toBe(2);
  });
});
