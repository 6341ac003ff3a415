import { expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import { ANSWERS, PENDING } from "../support/claims.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { named, startOneCall, toCallEvent } from "../support/one-call.ts";
import { toDeadline } from "../support/transfer-service.ts";

it("a guard of a claim that was not written guards the retry's transfer, however late that comes", async () => {
  const clock = createManualClock();
  const memory = createMemoryStore(clock);
  let failing = true;
  const store = {
    ...memory,
    put: async (...args: Parameters<typeof memory.put>) => {
      if (failing && args[0].kind === "delivery") throw new TransferError("store-unavailable", { reason: "planted" });
      return memory.put(...args);
    },
  };
  const records = createTestRecords({ wallMs: clock.wallMs, store });
  const claim = async (key: string) => (await records.read(named(key), toDeadline(0))).claim(PENDING);
  await expect(claim("a")).rejects.toMatchObject({ code: "store-unavailable" });
  failing = false;
  clock.pass(100_000);
  // The retry: sent, in flight from now on.
  expect((await claim("a")).kind).toBe("claimed");
  clock.pass(1_000);
  // Another delivery of the same call, a second later.
  expect((await claim("b")).kind).toBe("busy");
});

it("and so does one that another delivery has had meanwhile, which was refused", async () => {
  const { clock, refuseClaims, claim } = startOneCall();
  refuseClaims(true);
  await expect(claim(named("a"))).rejects.toThrow("gone");
  refuseClaims(false);
  clock.pass(100_000);
  await (await claim(named("b"))).reopen(ANSWERS.refused);
  clock.pass(1_000);
  await claim(named("a"));
  clock.pass(1_000);
  await expect(claim(named("b"))).rejects.toThrow("the claim is busy");
});

it("a copy that stood still takes the call for no claim that another copy has made meanwhile", async () => {
  const { clock, records, claim, take, outcomeOf } = startOneCall();
  const stoodStill = await records.read(named("a"), toDeadline(0));
  await (await claim(named("a"))).settle(ANSWERS.accepted);
  await take(toCallEvent("connect-failed"));
  clock.pass(3_000);
  await (await claim(named("b"))).settle(ANSWERS.accepted);
  const transferred = toCallEvent("transfer-result", { succeeded: true });
  await take(transferred);
  expect(await stoodStill.claim(PENDING)).toEqual({ kind: "lost" });
  await take(transferred);
  expect([await outcomeOf(named("a")), await outcomeOf(named("b"))]).toEqual(["accepted failed", "accepted completed"]);
});
