import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { toDelivery } from "../../lib/transfer/delivery.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { FIELDS, toConnection } from "../support/transfer-request.ts";
import { ACCEPTED, REFUSED, startService, toDeadline, UNKNOWN } from "../support/transfer-service.ts";

const NAMED = { deliveryId: "d-1" };
const NOBODY = { explicit: false, key: "", fingerprint: "", call: "" };

function countOf(calls: readonly string[], call: string): number {
  return calls.filter((made) => made === call).length;
}

describe("a repeated delivery", () => {
  it.each([
    ["named, accepted", NAMED, ACCEPTED],
    ["named, unknown", NAMED, UNKNOWN],
    ["not named, accepted", {}, ACCEPTED],
    ["not named, unknown", {}, UNKNOWN],
  ])("(%s) gets the first answer and sends nothing", async (_which, fields, answer) => {
    const service = startService({ sends: [async () => answer] });
    const first = await service.transfer(fields);
    const second = await service.transfer(fields, { receivedAt: "2026-11-23T08:00:00.000Z" });
    expect(first).toMatchObject({ result: { replayed: false } });
    expect(second).toEqual({ kind: "result", result: { ...(first.kind === "result" && first.result), replayed: true } });
    expect(countOf(service.calls, "send")).toBe(1);
  });

  it("gets it whatever the connection may do now", async () => {
    const service = startService();
    await service.transfer(NAMED);
    expect(await service.transfer(NAMED, { connection: toConnection({ allow: {} }) })).toMatchObject({ result: { replayed: true } });
  });

  it("gets it although the connection's defaults have changed", async () => {
    const service = startService();
    const draft = { fields: { callId: FIELDS.callId, deliveryId: "d-1" } };
    await service.transfer({}, { draft, connection: toConnection({ defaults: { target: FIELDS.target } }) });
    const connection = toConnection({ defaults: { target: { type: "skill-queue", address: "30" }, mode: "blind" } });
    expect(await service.transfer({}, { draft, connection })).toMatchObject({ result: { replayed: true, target: FIELDS.target } });
  });

  it.each([
    ["named", NAMED],
    ["not named", {}],
  ])("(%s) is sent once more where the first was refused", async (_which, fields) => {
    const service = startService({ sends: [async () => REFUSED, async () => ACCEPTED] });
    const first = await service.transfer(fields);
    const second = await service.transfer(fields);
    expect([first, second]).toMatchObject([{ result: { state: "refused" } }, { result: { state: "accepted", replayed: false } }]);
    expect(countOf(service.calls, "send")).toBe(2);
  });

  it.each([
    ["stays refused where it was refused for good", REFUSED, 1, "refused"],
    ["is sent once more where it can go better", { ...REFUSED, code: "gateway-busy", reason: undefined } as const, 2, "accepted"],
  ])("that is repeated because of others %s", async (_what, first, sends, state) => {
    const service = startService({ sends: [async () => first, async () => ACCEPTED] });
    await service.transfer(NAMED, { repeatedWithOthers: true });
    expect(await service.transfer(NAMED, { repeatedWithOthers: true })).toMatchObject({ result: { state, replayed: sends === 1 } });
    expect(countOf(service.calls, "send")).toBe(sends);
  });

  it.each([
    [NAMED, "2026-11-24T07:00:00.000Z", 1],
    [{}, "2026-11-23T07:14:59.999Z", 1],
    [{}, "2026-11-23T07:15:00.000Z", 2],
  ])("that was refused for good (%j) and comes again at %s has been sent %i times", async (fields, receivedAt, sends) => {
    const service = startService({ sends: [async () => REFUSED, async () => ACCEPTED] });
    await service.transfer(fields, { repeatedWithOthers: true });
    await service.transfer(fields, { receivedAt });
    expect(countOf(service.calls, "send")).toBe(sends);
  });

  it("is none where its signature was seen with another request", async () => {
    const service = startService();
    await service.transfer({}, { draft: { fields: FIELDS, signature: "signed" } });
    const draft = { fields: { ...FIELDS, callId: "another" }, signature: "signed" };
    await expect(service.transfer({}, { draft })).rejects.toMatchObject({ code: "idempotency-mismatch" });
    expect(countOf(service.calls, "send")).toBe(1);
  });

  it("is the same one under another id where its signature was seen", async () => {
    const service = startService();
    const [one, two] = ["d-1", "d-2"].map((deliveryId) => ({ fields: FIELDS, deliveryId, signature: "signed" }));
    if (one === undefined || two === undefined) throw new Error("two drafts");
    await service.transfer({}, { draft: one });
    expect(await service.transfer({}, { draft: two, connectionName: "another" })).toMatchObject({
      result: { replayed: true },
      isOfAnother: true,
    });
    expect(await service.transfer({}, { draft: one })).not.toHaveProperty("isOfAnother");
    await expect(service.transfer({}, { draft: { ...two, signature: "another" } })).rejects.toMatchObject({ code: "call-busy" });
    expect(countOf(service.calls, "send")).toBe(1);
  });

  it("gets no answer of another's under the id in its body when the header has another one", async () => {
    const service = startService();
    await service.transfer(NAMED);
    const draft = { fields: { ...FIELDS, ...NAMED }, deliveryId: "d-2" };
    await expect(service.transfer({}, { draft })).rejects.toMatchObject({ code: "invalid-request" });
  });

  it("is sent once more where a further attempt is asked for", async () => {
    const clock = createManualClock();
    const service = startService({ records: createTestRecords(clock) });
    await service.transfer({ attempt: "1" });
    clock.pass(60_000);
    expect(await service.transfer({ attempt: "2" })).toMatchObject({ result: { replayed: false } });
    expect(countOf(service.calls, "send")).toBe(2);
  });

  it("is another one at another connection", async () => {
    const clock = createManualClock();
    const service = startService({ records: createTestRecords(clock) });
    await service.transfer(NAMED);
    clock.pass(60_000);
    expect(await service.transfer(NAMED, { connectionName: "bot" })).toMatchObject({ result: { replayed: false } });
  });
});

describe("a delivery id that comes with another request", () => {
  const other = { ...NAMED, callId: "other" };

  it.each([
    ["accepted", ACCEPTED, "unknown", false],
    ["unknown", UNKNOWN, "unknown", false],
    ["refused", REFUSED, "none", false],
    ["refused for good", REFUSED, "none", true],
  ] as const)("after one that was %s is a mismatch, with the effect of the first", async (_state, answer, effect, repeatedWithOthers) => {
    const service = startService({ sends: [async () => answer] });
    await service.transfer(NAMED, { repeatedWithOthers });
    await expect(service.transfer({ ...other, reference: "ticket" })).rejects.toMatchObject({
      code: "idempotency-mismatch",
      effect,
      reference: "ticket",
    });
    expect(countOf(service.calls, "send")).toBe(1);
  });

  it("while the first is under way is a mismatch, too", async () => {
    const gate = Promise.withResolvers<typeof ACCEPTED>();
    const sending = Promise.withResolvers<void>();
    const service = startService({
      sends: [
        () => {
          sending.resolve();
          return gate.promise;
        },
      ],
    });
    const first = service.transfer(NAMED);
    await sending.promise;
    await expect(service.transfer(other, { deadline: toDeadline(0) })).rejects.toMatchObject({
      code: "idempotency-mismatch",
      effect: "unknown",
    });
    gate.resolve(ACCEPTED);
    await first;
  });

  it.each([
    ["callData", "new"],
    ["caller", "1"],
    ["reference", "new"],
  ])("is none where %s alone differs", async (field, value) => {
    const service = startService();
    await service.transfer(NAMED);
    expect(await service.transfer({ ...NAMED, [field]: value })).toMatchObject({ result: { replayed: true } });
  });
});

describe("deliveries at the same time", () => {
  it("make one transfer, and all get its answer", async () => {
    const service = startService();
    const replies = await Promise.all(Array.from({ length: 50 }, () => service.transfer(NAMED)));
    expect(countOf(service.calls, "send")).toBe(1);
    const results = replies.flatMap((reply) => (reply.kind === "result" ? [reply.result] : []));
    expect(new Set(results.map(({ transferId }) => transferId)).size).toBe(1);
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it("make one transfer where one id comes with two requests", async () => {
    const service = startService();
    const both = await Promise.allSettled([service.transfer(NAMED), service.transfer({ ...NAMED, callId: "other" })]);
    expect(both).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "idempotency-mismatch" } }]);
    expect(countOf(service.calls, "send")).toBe(1);
  });

  it("each make their own transfer where they are not the same", async () => {
    const service = startService();
    await Promise.all(["c-1", "c-2", "c-3"].map((callId) => service.transfer({ callId })));
    expect(countOf(service.calls, "send")).toBe(3);
  });

  it("are told that the first is under way, with its id, when time runs out", async () => {
    const gate = Promise.withResolvers<typeof ACCEPTED>();
    const sending = Promise.withResolvers<void>();
    const service = startService({
      sends: [
        () => {
          sending.resolve();
          return gate.promise;
        },
      ],
    });
    const first = service.transfer(NAMED);
    await sending.promise;
    const refusal = await service.transfer(NAMED, { deadline: toDeadline(0) }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "duplicate-in-progress", effect: "unknown" });
    expect(service.calls).not.toContain("settle accepted");
    gate.resolve(ACCEPTED);
    const reply = await first;
    expect(refusal).toMatchObject({ transferId: reply.kind === "result" ? reply.result.transferId : "" });
  });

  it("read again when they lose the claim, and send nothing", async () => {
    const records = createTestRecords();
    const winner = startService({ records });
    const before = await records.read(toDelivery("crm", { fields: FIELDS }, toConnection().gateway) ?? NOBODY, toDeadline(0));
    const first = await winner.transfer();
    let reads = 0;
    const loser = startService({
      records: {
        async read(delivery, deadline) {
          reads += 1;
          return reads === 1 ? before : records.read(delivery, deadline);
        },
      },
    });
    expect(await loser.transfer()).toEqual({ kind: "result", result: { ...(first.kind === "result" && first.result), replayed: true } });
    expect(loser.calls).toEqual(["read", "pauses", "prepare", "pauses", "claim", "read"]);
  });
});

describe("a failure before anything was sent", () => {
  const unavailable = () => Promise.reject(new TransferError("secrets-unavailable", { reason: "x" }));

  it("is not told where a copy of the delivery was faster meanwhile: that one's answer is", async () => {
    const records = createTestRecords();
    const faster = startService({ records });
    const service = startService({ records, prepare: () => faster.transfer(NAMED).then(unavailable) });
    expect(await service.transfer(NAMED)).toMatchObject({ result: { state: "accepted", replayed: true } });
  });

  it("does not say that nothing was done where nobody can tell whether a copy was faster", async () => {
    const service = startService({ prepare: unavailable, seen: { isUnclaimed: () => Promise.reject(new Error("the store is gone")) } });
    await expect(service.transfer(NAMED)).rejects.toMatchObject({ code: "secrets-unavailable", effect: "unknown" });
  });
});

describe("records that fail", () => {
  const gone = () => Promise.reject(new RangeError("x"));

  it.each([
    ["read", { records: { read: gone } }],
    ["claim", { seen: { claim: gone } }],
  ])("in %s: nothing was sent", async (_part, options) => {
    const service = startService(options);
    await expect(service.transfer()).rejects.toMatchObject({ code: "internal", effect: "none" });
    expect(service.calls).not.toContain("send");
  });
});
