import { describe, expect, it } from "vitest";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { FIELDS, toConnection } from "../support/transfer-request.ts";
import { startService } from "../support/transfer-service.ts";

const SIGNAL = new AbortController().signal;
const NAMED = { deliveryId: "d-1" };

function startObserved() {
  const records = createTestRecords(createManualClock());
  const service = startService({ records, observed: true });
  const { gateway } = toConnection();
  const end = (succeeded: boolean) =>
    records.events.take({ kind: "transfer-result", gateway, agentId: "101", callId: FIELDS.callId, succeeded }, SIGNAL);
  return { ...service, end };
}

describe("a delivery whose transfer was accepted and has failed", () => {
  it("is transferred again where nobody named it: the customer is with the agent still", async () => {
    const { transfer, end } = startObserved();
    const first = await transfer();
    await end(false);
    const second = await transfer();
    expect([first, second]).toMatchObject([{ result: { outcome: "pending" } }, { result: { outcome: "pending", replayed: false } }]);
  });

  it.each([
    ["named", NAMED],
    ["blind: the customer is not with the agent", { mode: "blind" }],
  ])("is answered with its end where it is %s", async (_what, fields) => {
    const { transfer, end } = startObserved();
    await transfer(fields);
    await end(false);
    const result = { state: "accepted", outcome: "failed", outcomeReason: "not-transferred", replayed: true };
    expect(await transfer(fields)).toMatchObject({ result });
  });
});

it("a delivery whose transfer was completed is answered with that, named or not", async () => {
  const { transfer, end, calls } = startObserved();
  await transfer();
  await end(true);
  expect(await transfer()).toMatchObject({ result: { outcome: "completed", replayed: true } });
  expect(calls.filter((call) => call === "send")).toHaveLength(1);
});

describe("another delivery for the same call", () => {
  it("is told that the call is busy, and that a repeat is of no use", async () => {
    const { transfer } = startObserved();
    await transfer();
    await expect(transfer(NAMED)).rejects.toMatchObject({
      code: "call-busy",
      effect: "none",
      retryable: false,
      retryAfterSeconds: undefined,
    });
  });

  it("while the first is in flight is told to come again", async () => {
    const gate = Promise.withResolvers<never>();
    const sending = Promise.withResolvers<void>();
    const service = startService({
      sends: [
        () => {
          sending.resolve();
          return gate.promise;
        },
      ],
    });
    const first = service.transfer();
    await sending.promise;
    await expect(service.transfer(NAMED)).rejects.toMatchObject({ code: "call-busy", retryable: true, retryAfterSeconds: 5 });
    gate.reject(new Error("over"));
    await first.catch(() => undefined);
  });

  it("is transferred once the outcome of the first is known", async () => {
    const { transfer, end } = startObserved();
    await transfer();
    await end(true);
    expect(await transfer(NAMED)).toMatchObject({ result: { state: "accepted", replayed: false } });
  });
});
