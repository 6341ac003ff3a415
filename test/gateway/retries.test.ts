import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
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

const outcomes = () => harness.events.map((event) => (event.kind === "attempt" ? event.outcome : event.kind));
const DROPPED = { kind: "drop", when: "before-handshake" } as const;

describe("what was provably not sent", () => {
  it.each([1, 3])("is sent again and succeeds after %i failures", async (times) => {
    simulator.addFault({ ...DROPPED, times });
    expect(await (await harness.prepare()).send()).toMatchObject({ state: "accepted" });
    expect(outcomes()).toEqual([...Array.from({ length: times }, () => "not-sent"), "answered"]);
    expect(simulator.transfers()).toHaveLength(1);
  });

  it("is given up after four tries", async () => {
    simulator.addFault({ ...DROPPED, reset: true, times: "always" });
    const before = simulator.connections.opened;
    await expect((await harness.prepare()).send()).rejects.toMatchObject({
      code: "gateway-unreachable",
      effect: "none",
      message: "ECONNRESET",
    });
    expect(outcomes()).toEqual(["not-sent", "not-sent", "not-sent", "not-sent"]);
    expect(simulator.connections.opened - before).toBe(4);
    expect(simulator.transfers()).toHaveLength(0);
  });

  it.each([
    ["unknown-ca", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["expired", "CERT_HAS_EXPIRED"],
    ["wrong-host", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ] as const)("is not tried again for a certificate that is %s", async (problem, cause) => {
    simulator.addFault({ kind: "certificate", problem });
    await expect((await harness.prepare()).send()).rejects.toMatchObject({ code: "gateway-unreachable", effect: "none", message: cause });
    expect(outcomes()).toEqual(["not-sent"]);
    expect(simulator.transfers()).toHaveLength(0);
  });

  it.each([
    [500, ["not-sent"]],
    [699, ["not-sent"]],
    [700, ["not-sent", "not-sent"]],
  ])("is tried again with %i ms left only where a pause and an answer fit in: %j", async (leftMs, expected) => {
    harness = startTransferGateway(simulator, leftMs);
    simulator.addFault({ ...DROPPED, times: "always" });
    await expect((await harness.prepare()).send()).rejects.toMatchObject({ code: "gateway-unreachable" });
    expect(outcomes()).toEqual(expected);
  });

  it("is not tried again once the invocation is over", async () => {
    simulator.addFault({ ...DROPPED, times: 1 });
    const prepared = await harness.prepare({}, (event) => {
      if (event.kind === "attempt") harness.deadline.abort();
    });
    await expect(prepared.send()).rejects.toMatchObject({ code: "deadline-exceeded", effect: "none" });
    expect(simulator.transfers()).toHaveLength(0);
  });

  it("is sent to another connection, with the answer of that alone", async () => {
    simulator.addFault({ ...DROPPED, times: 1 });
    simulator.addFault({ kind: "drop", when: "after-request", acts: true });
    expect(await (await harness.prepare()).send()).toEqual({ state: "unknown", code: "gateway-invalid-response" });
    expect(outcomes()).toEqual(["not-sent", "sent-without-answer"]);
    expect(simulator.transfers()).toHaveLength(1);
  });

  it("has a cause and a duration that are told", async () => {
    simulator.addFault({ ...DROPPED, times: 1 });
    await (await harness.prepare()).send();
    expect(harness.events).toEqual([
      { kind: "attempt", outcome: "not-sent", cause: "ECONNRESET", durationMs: expect.any(Number) },
      { kind: "attempt", outcome: "answered", cause: undefined, durationMs: expect.any(Number) },
    ]);
  });
});
