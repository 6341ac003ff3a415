import { describe, expect, it } from "vitest";
import { CALL, PAGE_ANSWER, PAGE_REQUEST, retcodeOf, send, startForTest } from "./gateway-simulator-client.ts";

const FIXED_GUID = "11111111-1111-4111-8111-111111111111.AgentGateway0";
const FULL = { callid: CALL, caller: "88880021", devicetype: 2, mode: 2, address: "205", calldata: "help" };
const without = (name: keyof typeof FULL) => ({ ...FULL, [name]: undefined });

describe("a transfer", () => {
  it("answers the page's example as the page does, byte for byte", async () => {
    const simulator = await startForTest();
    const answer = await send(simulator);
    expect(answer).toMatchObject({ status: 200, text: PAGE_ANSWER, broken: undefined });
    expect(answer.headers["content-type"]).toBe("application/json; charset=UTF-8");
    expect(answer.headers["content-length"]).toBe(String(PAGE_ANSWER.length));
  });

  it.each<[string, string, object]>([
    ["0", "only what is required", { callid: CALL, devicetype: 2, mode: 2, address: "205" }],
    ["0", "a skill queue", { ...FULL, devicetype: 1, address: "31" }],
    ["0", "an access code", { ...FULL, devicetype: 4, address: "88880" }],
    ["0", "mode 0", { ...FULL, mode: 0 }],
    ["000-002", "mode 1", { ...FULL, mode: 1 }],
    ["000-002", "mode 3", { ...FULL, mode: 3 }],
    ["000-002", "mode as text", { ...FULL, mode: "2" }],
    ["000-002", "no mode", without("mode")],
    ["106-004", "devicetype 0", { ...FULL, devicetype: 0 }],
    ["106-004", "devicetype 3", { ...FULL, devicetype: 3 }],
    ["106-004", "devicetype 5", { ...FULL, devicetype: 5 }],
    ["106-004", "devicetype as text", { ...FULL, devicetype: "2" }],
    ["106-004", "no devicetype", without("devicetype")],
    ["000-002", "devicetype and mode wrong", { ...FULL, devicetype: 3, mode: 1 }],
    ["000-002", "no callid", without("callid")],
    ["000-002", "an empty callid", { ...FULL, callid: "" }],
    ["000-002", "callid as a number", { ...FULL, callid: 1552524689 }],
    ["200-012", "an unknown callid", { ...FULL, callid: "1552524689-1" }],
    ["000-002", "caller as a number", { ...FULL, caller: 88880021 }],
    ["000-002", "caller null", { ...FULL, caller: null }],
    ["000-002", "no address", without("address")],
    ["000-002", "an empty address", { ...FULL, address: "" }],
    ["000-002", "address as a number", { ...FULL, address: 205 }],
    ["0", "address of 24 characters", { ...FULL, address: "1".repeat(24) }],
    ["000-002", "address of 25 characters", { ...FULL, address: "1".repeat(25) }],
    ["0", "address of 24 UTF-16 units", { ...FULL, address: "😀".repeat(12) }],
    ["000-002", "address of 13 characters that are 26 UTF-16 units", { ...FULL, address: "😀".repeat(13) }],
    ["0", "calldata of 2048 bytes", { ...FULL, calldata: "x".repeat(2048) }],
    ["000-002", "calldata of 2049 bytes", { ...FULL, calldata: "x".repeat(2049) }],
    ["0", "calldata of 2048 bytes in 1024 characters", { ...FULL, calldata: "é".repeat(1024) }],
    ["000-002", "calldata of 2049 bytes in 1025 characters", { ...FULL, calldata: `${"é".repeat(1024)}x` }],
    ["000-002", "calldata as an object", { ...FULL, calldata: {} }],
    ["0", "skillId with an agent", { ...FULL, skillId: 3 }],
    ["000-002", "skillId with a skill queue", { ...FULL, devicetype: 1, address: "31", skillId: 3 }],
    ["000-002", "skillId with an access code", { ...FULL, devicetype: 4, address: "88880", skillId: 3 }],
    ["000-002", "skillId that is no integer", { ...FULL, skillId: 1.5 }],
    ["000-002", "skillId as text", { ...FULL, skillId: "3" }],
    ["0", "an unknown target", { ...FULL, address: "31313" }],
    ["0", "an unknown field", { ...FULL, further: true }],
  ])("answers %s to %s", async (retcode, _, body) => {
    const simulator = await startForTest();
    expect(await retcodeOf(simulator, { body: JSON.stringify(body) })).toBe(retcode);
    expect(simulator.transfers()).toMatchObject([{ retcode, acted: retcode === "0" }]);
  });

  it.each(["", "help", "[]", "null", '"text"', "7", `${PAGE_REQUEST}x`])("answers 000-006 to the body %j", async (body) => {
    expect(await retcodeOf(await startForTest(), { body })).toBe("000-006");
  });

  it.each([
    ["100", "000-002"],
    ["101", "0"],
    ["999999", "0"],
    ["1000000", "000-002"],
    ["0101", "000-002"],
    ["10x", "000-002"],
    ["150", "100-006"],
    ["103", "100-006"],
  ])("for agent %s answers %s", async (agentId, retcode) => {
    const simulator = await startForTest();
    const guid = agentId === "999999" ? simulator.guidOf(agentId) : FIXED_GUID;
    expect(await retcodeOf(simulator, { agentId, guid })).toBe(retcode);
  });

  it("of one call happens once, whoever asks", async () => {
    const simulator = await startForTest();
    expect(await retcodeOf(simulator, { agentId: "104" })).toBe("0");
    expect(await retcodeOf(simulator)).toBe("200-012");
    simulator.addCall({ callid: CALL, agentId: "101" });
    expect(await retcodeOf(simulator)).toBe("0");
    expect(simulator.transfers().map(({ acted }) => acted)).toEqual([true, false, true]);
  });

  it.each(["1552524689-16797284", "1552524689-16797285", "1456401416-3"])("finds the call %s", async (callid) => {
    expect(await retcodeOf(await startForTest(), { body: JSON.stringify({ ...FULL, callid }) })).toBe("0");
  });
});

describe("a Guid", () => {
  it("that is not the agent's is refused as the gateway does it", async () => {
    const simulator = await startForTest();
    const answer = await send(simulator, { guid: simulator.guidOf("104") });
    expect(answer).toMatchObject({ status: 200, text: '{"message":"agent not login","result":"","retcode":"100-006"}' });
    expect(simulator.transfers()).toMatchObject([{ retcode: "100-006", acted: false }]);
  });

  it("is well known at the start and has the vendor's form", async () => {
    const simulator = await startForTest();
    expect(simulator.guidOf("101")).toBe(FIXED_GUID);
    for (const agentId of ["101", "104", "205", "999999"]) expect(simulator.guidOf(agentId)).toMatch(/^[\da-f-]{36}\.AgentGateway0$/);
    expect(() => simulator.guidOf("150")).toThrow("150");
  });

  it("is refused once it was renewed, and the new one serves", async () => {
    const simulator = await startForTest();
    const renewed = simulator.renewGuid("101");
    expect(renewed).toMatch(/^[\da-f-]{36}\.AgentGateway0$/);
    expect(await retcodeOf(simulator, { guid: FIXED_GUID })).toBe("100-006");
    expect(await retcodeOf(simulator, { guid: renewed })).toBe("0");
  });

  it("is refused after a sign-out, until the agent is signed in anew", async () => {
    const simulator = await startForTest();
    simulator.signOut("101");
    expect(await retcodeOf(simulator, { guid: FIXED_GUID })).toBe("100-006");
    expect(await retcodeOf(simulator, { guid: simulator.renewGuid("101") })).toBe("0");
  });

  it("is not made for an agent who does not exist", async () => {
    const simulator = await startForTest();
    expect(() => simulator.renewGuid("103")).toThrow("103");
    expect(() => simulator.signOut("103")).toThrow("103");
  });
});
