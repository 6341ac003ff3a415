import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fault, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { startTransferGateway, type TransferGatewayHarness } from "../support/transfer-gateway-harness.ts";

let simulator: GatewaySimulator;
let harness: TransferGatewayHarness;
beforeAll(async () => {
  simulator = await startGatewaySimulator({ port: 0 });
});
beforeEach(() => {
  simulator.reset();
  harness = startTransferGateway(simulator);
});
afterAll(() => simulator.stop());

const retcodes = () => simulator.transfers().map(({ retcode }) => retcode);

describe("what is prepared", () => {
  it("shows the POST without the Guid, and nothing is sent", async () => {
    const before = simulator.connections.opened;
    const { preview } = await harness.prepare();
    expect(preview).toEqual({
      method: "POST",
      url: `${simulator.url}/agentgateway/resource/mediacall/101/transfer`,
      headers: { "Content-Type": "application/json; charset=UTF-8" },
      body: { callid: "1552524689-16797284", caller: "88880021", devicetype: 2, mode: 2, address: "205", calldata: "help" },
    });
    expect(JSON.stringify(preview)).not.toContain(simulator.guidOf("101"));
    expect(simulator.connections.opened).toBe(before);
  });

  it("needs the gateway's document", async () => {
    harness.remove("gateways/site");
    await expect(harness.prepare()).rejects.toMatchObject({ code: "misconfigured", effect: "none" });
  });

  it("needs the document of the connection's agent", async () => {
    harness.remove("agents/site/101");
    await expect(harness.prepare()).rejects.toMatchObject({ code: "misconfigured", effect: "none" });
  });

  it("needs the document of an agent that the caller names, which is the caller's mistake", async () => {
    await expect(harness.prepare({ agentId: "102" })).rejects.toMatchObject({
      code: "invalid-request",
      effect: "none",
      errors: [{ pointer: "#/agentId" }],
    });
  });

  it("is that of the agent's session at this gateway", async () => {
    harness.put("agents/site/104", { schemaVersion: 1, session: "external", guid: simulator.guidOf("104") });
    expect(await (await harness.prepare({ agentId: "104" })).send()).toMatchObject({ state: "accepted" });
    expect(simulator.transfers()[0]).toMatchObject({ agentId: "104", headers: { guid: simulator.guidOf("104") } });
  });
});

describe("a transfer", () => {
  it("is sent once, with the Guid and the load balancer's cookies", async () => {
    harness.putAgent({ cookies: "NSLB=7; ROUTE=a" });
    expect(await (await harness.prepare()).send()).toEqual({ state: "accepted", gateway: { retcode: "0", message: "success" } });
    expect(simulator.transfers()).toHaveLength(1);
    expect(simulator.transfers()[0]?.headers).toMatchObject({ guid: simulator.guidOf("101"), cookie: "NSLB=7; ROUTE=a" });
    expect(harness.events).toMatchObject([{ kind: "attempt", outcome: "answered" }]);
  });

  it("has no Cookie header where there are no cookies", async () => {
    await (await harness.prepare()).send();
    expect(simulator.transfers()[0]?.headers).not.toHaveProperty("cookie");
  });

  it("is answered without the Guid, the cookies, the caller or the call data in the gateway's words", async () => {
    harness.putAgent({ cookies: "NSLB=cookie-value" });
    const prepared = await harness.prepare({ callData: "refund" });
    for (const message of [simulator.guidOf("101"), "NSLB=cookie-value", "88880021", "refund"])
      simulator.addFault({ kind: "retcode", retcode: "106-005", message });
    for (const _message of ["Guid", "cookies", "caller", "call data"])
      expect(await prepared.send()).toMatchObject({ state: "unknown", gateway: { message: "[withheld: it repeats the request]" } });
  });

  it("is not sent after the deadline", async () => {
    const prepared = await harness.prepare();
    harness.deadline.pass();
    await expect(prepared.send()).rejects.toMatchObject({ code: "deadline-exceeded", effect: "none" });
    expect(simulator.transfers()).toHaveLength(0);
  });
});

describe("an agent whose Guid is refused", () => {
  it.each(["100-006", "000-003", "105-006"])("with %s is tried once more with a Guid that has changed", async (retcode) => {
    const prepared = await harness.prepare();
    harness.putAgent({ guid: simulator.renewGuid("101") });
    simulator.addFault({ kind: "retcode", retcode });
    const reads = harness.reads("agents/site/101");
    expect(await prepared.send()).toMatchObject({ state: "accepted" });
    expect(retcodes()).toEqual([retcode, "0"]);
    expect(harness.reads("agents/site/101") - reads).toBe(1);
    expect(harness.events.map(({ kind }) => kind)).toEqual(["attempt", "guid-renewed", "attempt"]);
  });

  it("is not tried again with the Guid that was refused", async () => {
    simulator.renewGuid("101");
    const prepared = await harness.prepare();
    const reads = harness.reads("agents/site/101");
    expect(await prepared.send()).toMatchObject({ state: "refused", code: "agent-not-signed-in" });
    expect(retcodes()).toEqual(["100-006"]);
    expect(harness.reads("agents/site/101") - reads).toBe(1);
  });

  it("is not tried a third time", async () => {
    const prepared = await harness.prepare();
    simulator.renewGuid("101");
    harness.onRead("agents/site/101", () => harness.putAgent({ guid: `guid-${harness.reads("agents/site/101")}` }));
    expect(await prepared.send()).toMatchObject({ state: "refused", code: "agent-not-signed-in" });
    expect(retcodes()).toEqual(["100-006", "100-006"]);
  });

  it.each(["000-004", "105-002", "200-012", "106-004", "100-007"])("is not what %s says", async (retcode) => {
    const prepared = await harness.prepare();
    harness.putAgent({ guid: simulator.renewGuid("101") });
    simulator.addFault({ kind: "retcode", retcode });
    expect(await prepared.send()).not.toMatchObject({ code: "agent-not-signed-in" });
    expect(retcodes()).toEqual([retcode]);
  });

  const UNREADABLE: readonly [string, () => void][] = [
    ["cannot be read", () => harness.failReads()],
    ["is gone", () => harness.remove("agents/site/101")],
    ["is broken", () => harness.put("agents/site/101", "no document")],
  ];

  it.each(UNREADABLE)("stays refused where its document %s", async (_name, change) => {
    simulator.renewGuid("101");
    const prepared = await harness.prepare();
    change();
    expect(await prepared.send()).toMatchObject({ state: "refused", code: "agent-not-signed-in" });
    expect(retcodes()).toEqual(["100-006"]);
  });

  it("stays refused where the second try is provably not sent", async () => {
    const prepared = await harness.prepare();
    harness.putAgent({ guid: simulator.renewGuid("101") });
    harness.onRead("agents/site/101", () => simulator.addFault({ kind: "certificate", problem: "unknown-ca" }));
    expect(await prepared.send()).toMatchObject({ state: "refused", code: "agent-not-signed-in" });
    expect(retcodes()).toEqual(["100-006"]);
  });

  it("stays refused where the deadline passes before the second try", async () => {
    const prepared = await harness.prepare();
    harness.putAgent({ guid: simulator.renewGuid("101") });
    harness.onRead("agents/site/101", () => harness.deadline.pass());
    expect(await prepared.send()).toMatchObject({ state: "refused", code: "agent-not-signed-in" });
    expect(retcodes()).toEqual(["100-006"]);
  });

  it("is unknown where the second try was sent without an answer", async () => {
    const prepared = await harness.prepare();
    harness.putAgent({ guid: simulator.renewGuid("101") });
    harness.onRead("agents/site/101", () => simulator.addFault({ kind: "drop", when: "after-request", acts: true }));
    expect(await prepared.send()).toEqual({ state: "unknown", code: "gateway-invalid-response" });
    expect(simulator.transfers()).toHaveLength(2);
  });
});

describe("what had left is not sent again", () => {
  const FAULTS: readonly [string, Fault, object][] = [
    ["dropped within the request", { kind: "drop", when: "during-request" }, { code: "gateway-invalid-response" }],
    ["reset within the request", { kind: "drop", when: "during-request", reset: true }, { code: "gateway-invalid-response" }],
    ["dropped after the request", { kind: "drop", when: "after-request" }, { code: "gateway-invalid-response" }],
    ["reset after the request", { kind: "drop", when: "after-request", reset: true }, { code: "gateway-invalid-response" }],
    ["dropped within the answer", { kind: "drop", when: "during-response" }, { code: "gateway-invalid-response" }],
    ["a status of 502", { kind: "status", status: 502 }, { code: "gateway-invalid-response" }],
    ["a status of 503", { kind: "status", status: 503 }, { code: "gateway-invalid-response" }],
    ["a redirect", { kind: "status", status: 307 }, { code: "gateway-invalid-response" }],
    ["HTML", { kind: "html" }, { code: "gateway-invalid-response" }],
    ["cut JSON", { kind: "truncated-json" }, { code: "gateway-invalid-response" }],
    ["an endless answer", { kind: "huge-json", bytes: 1_073_741_824 }, { code: "gateway-invalid-response" }],
    ["an unlisted retcode", { kind: "retcode", retcode: "106-012" }, { code: "gateway-error" }],
    ["an internal error", { kind: "retcode", retcode: "100-007" }, { code: "gateway-error" }],
  ];

  it.each(FAULTS)("after %s", async (_name, fault, expected) => {
    simulator.addFault(fault);
    const before = simulator.connections.opened;
    expect(await (await harness.prepare()).send()).toMatchObject({ state: "unknown", ...expected });
    expect(simulator.transfers()).toHaveLength(1);
    expect(simulator.connections.opened - before).toBe(1);
  });

  it("after no answer by the deadline", async () => {
    harness = startTransferGateway(simulator, 800);
    simulator.addFault({ kind: "hang", acts: true });
    expect(await (await harness.prepare()).send()).toEqual({ state: "unknown", code: "gateway-timeout" });
    expect(simulator.transfers()).toHaveLength(1);
  });
});
