import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { ClaimAnswer } from "../../lib/transfer/records.ts";
import type { GatewayAnswer } from "../../lib/transfer/result.ts";
import { createTransferService } from "../../lib/transfer/service.ts";
import { HOLDING_NOTHING_BACK } from "../support/holding-nothing-back.ts";
import { FIELDS, toConnection } from "../support/transfer-request.ts";
import { ACCEPTED, PREVIEW, RECEIVED_AT, REFUSED, startService, toDeadline, UNKNOWN } from "../support/transfer-service.ts";

const TARGET = { ...FIELDS, agentId: "101", mode: "release-after-transfer" };

describe("a transfer", () => {
  it("asks the records first, claims last, and keeps what came of it", async () => {
    const service = startService();
    await service.transfer();
    expect(service.calls).toEqual(["read", "pauses", "prepare", "pauses", "claim", "send", "settle accepted"]);
  });

  it("is told with all that is true of it", async () => {
    const reply = await startService().transfer(
      { reference: "ticket", callData: "x".repeat(2049) },
      {
        connection: toConnection({ callDataOverflow: "truncate" }),
      },
    );
    expect(reply).toEqual({
      kind: "result",
      result: {
        ...ACCEPTED,
        ...TARGET,
        transferId: expect.stringMatching(/./),
        reference: "ticket",
        callDataTruncated: true,
        receivedAt: RECEIVED_AT,
        outcome: "not-observed",
        replayed: false,
      },
    });
  });

  it.each<[string, GatewayAnswer, string]>([
    ["accepted", ACCEPTED, "settle accepted"],
    ["unknown", UNKNOWN, "settle unknown"],
    ["refused", REFUSED, "reopen"],
  ])("that is %s is kept as it is, and told as it is", async (_state, answer, finish) => {
    const service = startService({ sends: [async () => answer] });
    expect(await service.transfer()).toMatchObject({ kind: "result", result: answer });
    expect(service.calls.at(-1)).toBe(finish);
  });

  it("is told to whoever observes as soon as it is valid", async () => {
    const service = startService({ prepare: () => Promise.reject(new Error("later")) });
    await service.transfer({ reference: "ticket" }).catch(() => undefined);
    expect(service.events).toEqual([{ kind: "parsed", request: { ...TARGET, reference: "ticket" } }]);
  });

  it("has no await between claim and send", async () => {
    const claimed = Promise.withResolvers<ClaimAnswer>();
    const asked = Promise.withResolvers<void>();
    const order: string[] = [];
    const service = createTransferService({
      ...HOLDING_NOTHING_BACK,
      gateway: {
        prepare: async () => ({
          preview: PREVIEW,
          observed: false,
          async send() {
            order.push("sent");
            return ACCEPTED;
          },
        }),
      },
      records: {
        read: async () => ({
          kind: "open",
          isSameRequest: true,
          claim() {
            asked.resolve();
            return claimed.promise;
          },
          isUnclaimed: async () => true,
          remember: async () => {},
        }),
      },
    });
    const command = { connectionName: "crm", connection: toConnection(), draft: { fields: FIELDS }, receivedAt: RECEIVED_AT };
    const answered = service.transfer({ ...command, deadline: toDeadline(), observe: () => {} });
    await asked.promise;
    // Reactions to one promise run in the order in which they were added: this one comes right after the service's own.
    const next = claimed.promise.then(() => order.push("next"));
    const settle = () => Promise.reject(new Error("not kept"));
    claimed.resolve({ kind: "claimed", claim: { transferId: "t-1", settle, reopen: settle } });
    await Promise.all([answered, next]);
    expect(order).toEqual(["sent", "next"]);
  });

  it("prepares everything before it claims, and claims nothing when that fails", async () => {
    const error = new TransferError("secrets-unavailable", { reason: "x" });
    const service = startService({ prepare: () => Promise.reject(error) });
    await expect(service.transfer({ reference: "ticket" })).rejects.toMatchObject({
      code: error.code,
      effect: "none",
      reference: "ticket",
    });
    expect(service.calls).toEqual(["read", "pauses", "prepare"]);
  });

  it("that is not valid is refused before anything is prepared", async () => {
    const service = startService();
    await expect(service.transfer({ mode: "warm" })).rejects.toMatchObject({ code: "invalid-request", effect: "none" });
    expect(service.calls).toEqual(["read"]);
  });

  it("that names no call asks nobody anything", async () => {
    const service = startService();
    const draft = { fields: { reference: "ticket" } };
    await expect(service.transfer({}, { draft })).rejects.toMatchObject({ code: "invalid-request", effect: "none", reference: "ticket" });
    expect(service.calls).toEqual([]);
  });

  it("that is not allowed is refused before anything is prepared", async () => {
    const service = startService();
    const connection = toConnection({ allow: {} });
    await expect(service.transfer({}, { connection })).rejects.toMatchObject({ code: "forbidden", effect: "none" });
    expect(service.calls).toEqual(["read"]);
  });
});

it("keeps with its claim who is told later, and tells the caller nothing of it", async () => {
  const conversation = { serviceUrl: "https://a.example/", conversationId: "c", botId: "b", userId: "u" };
  const kept: unknown[] = [];
  const claim = async (pending: { readonly conversation?: unknown }) => {
    kept.push(pending.conversation);
    return {
      kind: "claimed" as const,
      claim: { transferId: "t-1", settle: () => Promise.reject(new Error("not kept")), reopen: async () => true },
    };
  };
  const service = startService({ seen: { claim } });
  expect(await service.transfer({}, { conversation })).toEqual({
    kind: "result",
    result: expect.not.objectContaining({ conversation: expect.anything() }),
  });
  expect(kept).toEqual([conversation]);
});

it("begins nothing once time has run out", async () => {
  const service = startService();
  await expect(service.transfer({}, { deadline: toDeadline(0) })).rejects.toMatchObject({ code: "deadline-exceeded", effect: "none" });
  expect(service.calls).toEqual(["read"]);
});

describe("a dry run", () => {
  it("does all but claim and send", async () => {
    const service = startService();
    const reply = await service.transfer({ dryRun: true });
    expect(reply).toEqual({ kind: "dry-run", request: TARGET, wire: PREVIEW });
    expect(service.calls).toEqual(["prepare"]);
  });

  it("is one for every delivery of a test connection", async () => {
    const service = startService();
    expect(await service.transfer({}, { connection: toConnection({ test: true }) })).toMatchObject({ kind: "dry-run" });
    expect(service.calls).not.toContain("send");
  });

  it("is refused what a transfer is refused", async () => {
    const service = startService();
    await expect(service.transfer({ dryRun: true }, { connection: toConnection({ allow: {} }) })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("leaves the delivery to be sent", async () => {
    const service = startService();
    await service.transfer({ dryRun: true, deliveryId: "d-1" });
    expect(await service.transfer({ deliveryId: "d-1" })).toMatchObject({ result: { state: "accepted", replayed: false } });
  });
});

describe("an error thrown by the send", () => {
  it.each(["gateway-unreachable", "deadline-exceeded"] as const)("%s opens the record again", async (code) => {
    const service = startService({ sends: [() => Promise.reject(new TransferError(code, { reason: "x" })), async () => ACCEPTED] });
    await expect(service.transfer({ deliveryId: "d-1", reference: "ticket" })).rejects.toMatchObject({
      code,
      effect: "none",
      transferId: expect.stringMatching(/./),
      reference: "ticket",
    });
    expect(await service.transfer({ deliveryId: "d-1" })).toMatchObject({ result: { state: "accepted", replayed: false } });
  });

  it.each<[string, unknown]>([
    ["a bug", new TypeError("x is not a function")],
    ["something that is no error", "text"],
    ["an error whose effect is unknown", new TransferError("gateway-timeout", { reason: "x" })],
  ])("that is %s leaves open what happened, and is kept so", async (_what, thrown) => {
    const service = startService({ sends: [() => Promise.reject(thrown)] });
    const failure = await service.transfer({ deliveryId: "d-1" }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ effect: "unknown", transferId: expect.stringMatching(/./) });
    expect(await service.transfer({ deliveryId: "d-1" })).toMatchObject({
      result: { state: "unknown", replayed: true, transferId: failure instanceof TransferError ? failure.transferId : "" },
    });
    expect(service.calls.filter((call) => call === "send")).toHaveLength(1);
  });

  it("that is a bug is told as one, with what it was caused by", async () => {
    const cause = new TypeError("x is not a function");
    const service = startService({ sends: [() => Promise.reject(cause)] });
    await expect(service.transfer()).rejects.toMatchObject({ code: "internal", effect: "unknown", cause });
  });
});

describe("a result that cannot be kept", () => {
  const gone = () => Promise.reject(new Error("the store is gone"));
  const claim = { settle: gone, reopen: gone };

  it.each<[string, GatewayAnswer]>([
    ["accepted", ACCEPTED],
    ["unknown", UNKNOWN],
    ["refused", REFUSED],
  ])("is told all the same: %s", async (_state, answer) => {
    const service = startService({ sends: [async () => answer], claim });
    expect(await service.transfer()).toMatchObject({ result: answer });
    expect(service.events).toContainEqual({ kind: "not-kept", error: new Error("the store is gone") });
  });

  it("does not hide why nothing was sent", async () => {
    const error = new TransferError("gateway-unreachable", { reason: "ECONNREFUSED" });
    const service = startService({ sends: [() => Promise.reject(error)], claim });
    await expect(service.transfer()).rejects.toMatchObject({ code: "gateway-unreachable", effect: "none" });
  });
});
