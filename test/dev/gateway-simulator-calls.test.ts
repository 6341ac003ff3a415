/** Where the simulated gateway says that calls are, before and after they were transferred. */
import { beforeEach, describe, expect, it } from "vitest";
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { AGENT, arrived, ask, CALL_OF_102, signedIn, startOnManualClock, transfer } from "./gateway-simulator-agent.ts";
import { CALL } from "./gateway-simulator-client.ts";

const TAKER = "205";
const QUEUE = { devicetype: 1, address: "31" };
const NO_SUCH_CALL = '{"message":"Unknown ERROR._160007","result":"","retcode":"000-000"}';

let simulator: GatewaySimulator;
let guid: string;
beforeEach(async () => {
  ({ simulator } = await startOnManualClock());
  guid = await signedIn(simulator);
});

const listCalls = (workNo: string, given: object = {}) =>
  ask(simulator, { method: "GET", path: `/calldata/${AGENT}/allcallinfoEx/${workNo}`, guid, ...given });
const callInfo = (callid: string, given: object = {}) =>
  ask(simulator, { method: "GET", path: `/calldata/${AGENT}/callinfobycallid/${callid}`, guid, ...given });
const has = async (workNo: string, callid = CALL_OF_102) => (await listCalls(workNo)).json.result.includes(callid);

describe("the calls of an agent", () => {
  it("are the list of their ids, as on the page", async () => {
    simulator.addCall({ callid: "1456297722-1253", agentId: "104" });
    simulator.addCall({ callid: "1456297463-1249", agentId: "104" });
    expect((await listCalls("104")).text).toBe('{"message":"","retcode":"0","result":["1456297722-1253","1456297463-1249"]}');
    expect(simulator.requests().at(-1)).toMatchObject({ endpoint: "agent-calls", agentId: AGENT, acted: true });
  });

  it.each([
    ["that agent has none", "205", "0"],
    ["that agent is not signed in", "150", "100-006"],
    ["there is no such agent", "103", "100-006"],
    ["nobody can be called so", "100", "100-011"],
    ["that is no number", "10x", "100-011"],
  ])("where %s (%s) answer %s", async (_, workNo, retcode) => {
    expect((await listCalls(workNo)).retcode).toBe(retcode);
  });
});

describe("what is known of a call", () => {
  it("are the fields of the page's table, which tell neither who has it nor its state", async () => {
    const { json } = await callInfo(CALL);
    expect(json).toMatchObject({ message: "", retcode: "0", result: { callid: CALL } });
    expect(Object.keys(json.result).join(" ")).toBe(
      "callfeature callid caller called callskill callskillid orgicallednum calldata begintime endtime userPriority trunkNo logontimes mediaType mediaAbility",
    );
  });

  it.each(["1-1", "%E0%A4%A"])("is nothing of %s", async (callid) => {
    expect((await callInfo(callid)).text).toBe(NO_SUCH_CALL);
  });

  it("finds an id that had to be escaped", async () => {
    simulator.addCall({ callid: "a/b? é", agentId: "104" });
    expect((await callInfo(encodeURIComponent("a/b? é"))).json.result.callid).toBe("a/b? é");
  });
});

describe.each([
  ["agent-calls", () => listCalls, AGENT],
  ["call-info", () => callInfo, CALL],
] as const)("%s", (endpoint, get, subject) => {
  const question = (given?: object) => get()(subject, given);

  it("is told to who is signed in alone, by GET", async () => {
    expect((await question({ guid: "none" })).retcode).toBe("100-006");
    expect((await question({ method: "POST" })).status).toBe(405);
    simulator.signOut(AGENT);
    expect((await question()).retcode).toBe("100-006");
  });

  it("has faults of its own", async () => {
    simulator.addFault({ kind: "retcode", retcode: "900-002", endpoint });
    expect((await question()).retcode).toBe("900-002");
    expect((await question()).retcode).toBe("0");
  });

  it("moves no call", async () => {
    await question();
    expect(simulator.transfers()).toEqual([]);
    expect((await transfer(simulator, guid)).retcode).toBe("0");
  });
});

describe("a call", () => {
  it.each([
    ["to an agent", "success", 2, {}, { [AGENT]: false, [TAKER]: true }],
    ["to an agent, blindly", "success", 0, {}, { [AGENT]: false, [TAKER]: true }],
    ["to an agent, with no events", "none", 2, {}, { [AGENT]: false, [TAKER]: true }],
    ["to an agent, in vain", "failure", 2, {}, { [AGENT]: true, [TAKER]: false }],
    ["to an agent, blindly and in vain", "failure", 0, {}, { [AGENT]: false, [TAKER]: false }],
    ["to a queue", "success", 2, QUEUE, { [AGENT]: false, [TAKER]: false }],
    ["to an agent who is unknown", "success", 2, { address: "31313" }, { [AGENT]: false, [TAKER]: false }],
  ] as const)(
    "that was transferred %s (%s, mode %i, %j) is with %j, and known all the while",
    async (_, outcomes, mode, target, expected) => {
      simulator.putAccount({ agentId: AGENT, outcomes });
      await transfer(simulator, guid, { mode, ...target });
      expect({ [AGENT]: await has(AGENT), [TAKER]: await has(TAKER) }).toEqual(expected);
      expect((await callInfo(CALL_OF_102)).retcode).toBe("0");
    },
  );

  it.each([true, false])("is where the gateway took it, whether or not its answer was lost: %s", async (acts) => {
    simulator.addFault({ kind: "drop", when: "after-request", acts });
    await expect(transfer(simulator, guid)).rejects.toThrow();
    await expect.poll(() => has(TAKER)).toBe(acts);
    expect(await has(AGENT)).toBe(!acts);
  });

  it("that has ended is with nobody, and not known", async () => {
    simulator.endCall(CALL_OF_102);
    expect(await has(AGENT)).toBe(false);
    expect((await callInfo(CALL_OF_102)).text).toBe(NO_SUCH_CALL);
    expect((await transfer(simulator, guid)).retcode).toBe("200-012");
  });

  it.each(["success", "failure"] as const)("that ends while it is transferred stays ended: %s", async (outcomes) => {
    simulator.putAccount({ agentId: AGENT, outcomes });
    simulator.addFault({ kind: "drip", ms: 2 });
    const answer = transfer(simulator, guid);
    await arrived(simulator, "transfer");
    simulator.endCall(CALL_OF_102);
    expect((await answer).retcode).toBe("0");
    expect([await has(AGENT), await has(TAKER)]).toEqual([false, false]);
  });

  it("is where it was at the start after a reset", async () => {
    await transfer(simulator, guid);
    simulator.endCall(CALL);
    simulator.reset();
    guid = await signedIn(simulator);
    expect([await has(AGENT), await has(TAKER), await has("101", CALL)]).toEqual([true, false, true]);
  });
});
