import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { FIELDS, toConnection } from "../support/transfer-request.ts";
import { ACCEPTED, REFUSED, startService } from "../support/transfer-service.ts";

const connection = toConnection({ maxAgeSeconds: 300 });
const at = (seconds: number) => ({ connection, receivedAt: new Date(Date.UTC(2026, 10, 23, 7) + seconds * 1_000).toISOString() });
const NAMED = { deliveryId: "d-1" };
const BUSY = { ...REFUSED, code: "gateway-busy", reason: undefined } as const;

describe("a delivery that was seen before anything could be sent", () => {
  it.each([
    [300, "accepted"],
    [301, "expired"],
  ])("is %i s later %s", async (seconds, what) => {
    let fails = true;
    const service = startService({
      prepare: () => (fails ? Promise.reject(new TransferError("secrets-unavailable", { reason: "x" })) : Promise.resolve()),
    });
    await expect(service.transfer(NAMED, at(0))).rejects.toMatchObject({ code: "secrets-unavailable" });
    expect(service.calls).toEqual(["read", "pauses", "prepare", "remember"]);
    fails = false;
    const answered = await service.transfer(NAMED, at(seconds)).catch((error: unknown) => error);
    expect(answered).toMatchObject(
      what === "expired" ? { code: "expired", effect: "none", retryable: false } : { result: { state: what } },
    );
  });

  it("is expired also where the gateway had refused it, and says what to do", async () => {
    const service = startService({ sends: [async () => BUSY, async () => ACCEPTED] });
    await service.transfer({}, at(0));
    await expect(service.transfer({}, at(301))).rejects.toMatchObject({ code: "expired", detail: expect.stringContaining("attempt") });
    expect(await service.transfer({ attempt: "2" }, at(301))).toMatchObject({ result: { state: "accepted" } });
  });

  it("counts from when it was seen first, however often it came since", async () => {
    const service = startService({ prepare: () => Promise.reject(new TransferError("secrets-unavailable", { reason: "x" })) });
    for (const seconds of [0, 100, 200]) await service.transfer(NAMED, at(seconds)).catch(() => undefined);
    await expect(service.transfer(NAMED, at(301))).rejects.toMatchObject({ code: "expired" });
  });

  it("is not written down where its repeats may take as long as they like, nor where no repeat is worth anything", async () => {
    const service = startService({ prepare: () => Promise.reject(new TransferError("secrets-unavailable", { reason: "x" })) });
    await service.transfer(NAMED, { connection: toConnection() }).catch(() => undefined);
    expect(service.calls).not.toContain("remember");
    await service.transfer({ ...NAMED, mode: "warm" }, at(0)).catch(() => undefined);
    expect(service.calls).not.toContain("remember");
  });

  it("is answered with the failure all the same where it cannot be written down", async () => {
    const service = startService({
      prepare: () => Promise.reject(new TransferError("secrets-unavailable", { reason: "x" })),
      seen: { remember: () => Promise.reject(new Error("the store is gone")) },
    });
    await expect(service.transfer(NAMED, at(0))).rejects.toMatchObject({ code: "secrets-unavailable" });
    expect(service.events).toContainEqual({ kind: "not-kept", error: new Error("the store is gone") });
  });
});

describe("a delivery whose vendor signs when it happened", () => {
  const draft = (occurredAt: string) => ({ fields: FIELDS, occurredAt });

  it.each([
    [300, "accepted"],
    [301, "expired"],
  ])("that arrives %i s after that is %s", async (seconds, what) => {
    const service = startService();
    const answered = await service.transfer({}, { ...at(seconds), draft: draft(at(0).receivedAt) }).catch((error: unknown) => error);
    expect(answered).toMatchObject(what === "expired" ? { code: "expired" } : { result: { state: what } });
  });

  it("is answered from its record however old it is", async () => {
    const service = startService();
    await service.transfer({}, { ...at(0), draft: draft(at(0).receivedAt) });
    const again = await service.transfer({}, { ...at(100_000), draft: draft(at(0).receivedAt) });
    expect(again).toMatchObject({ result: { state: "accepted", replayed: true } });
  });
});
