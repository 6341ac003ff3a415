import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { CallSighting } from "../../lib/gateway/call-inquiry.ts";
import { createPatientInquiry } from "../../lib/gateway/patient-inquiry.ts";
import { createManualClock } from "../support/manual-clock.ts";

const ASK_MS = 5_000;
const MISCONFIGURED = new TransferError("misconfigured", { reason: "no secret for gateway main" });
const REFUSED: CallSighting = { kind: "no-answer", cause: "100-006" };
const TIMED_OUT: CallSighting = { kind: "no-answer", cause: "deadline" };

/** Each ask of `main` takes so long, and comes to this; any other gateway knows the call at once. */
function start(takesMs: number, comesTo: CallSighting | Error) {
  const clock = createManualClock();
  const asked: string[] = [];
  const { ask } = createPatientInquiry({
    inquiry: {
      async ask({ gateway }) {
        asked.push(gateway);
        if (gateway !== "main") return { kind: "known", holder: "agent" };
        clock.pass(takesMs);
        if (comesTo instanceof Error) throw comesTo;
        return comesTo;
      },
    },
    wallMs: clock.wallMs,
  });
  return {
    clock,
    asked,
    ask(gateway = "main") {
      const until = clock.monotonicMs() + ASK_MS;
      const deadline = { remainingMs: () => until - clock.monotonicMs(), signal: new AbortController().signal };
      return ask({ gateway, agentId: "101", callId: "c-1", target: { type: "agent", address: "205" } }, { guid: "guid" }, deadline);
    },
  };
}

describe("a gateway that lets an ask wait for nothing", () => {
  it.each<CallSighting>([TIMED_OUT, { kind: "not-with-agent" }])("is left alone for 55 seconds: %j", async (sighting) => {
    const { ask, asked, clock } = start(ASK_MS - 300, sighting);
    expect(await ask()).toEqual(sighting);
    clock.pass(54_999);
    expect(await ask()).toBeUndefined();
    expect(asked).toEqual(["main"]);
    clock.pass(1);
    expect(await ask()).toEqual(sighting);
  });

  it("is asked again a minute later by a function that was frozen meanwhile, whose monotonic clock stood still", async () => {
    const { ask, asked, clock } = start(ASK_MS - 300, TIMED_OUT);
    await ask();
    clock.jump(60_000);
    expect(await ask()).toEqual(TIMED_OUT);
    expect(asked).toEqual(["main", "main"]);
  });

  it("is left alone where asking it threw, which is told", async () => {
    const { ask, asked } = start(0, MISCONFIGURED);
    await expect(ask()).rejects.toBe(MISCONFIGURED);
    expect(await ask()).toBeUndefined();
    expect(asked).toEqual(["main"]);
  });

  it("keeps no other from being asked", async () => {
    const { ask, asked } = start(ASK_MS - 300, TIMED_OUT);
    await ask();
    expect(await ask("other")).toEqual({ kind: "known", holder: "agent" });
    expect(asked).toEqual(["main", "other"]);
  });
});

describe("a gateway that answers", () => {
  it.each<[number, CallSighting]>([
    [100, REFUSED],
    [100, { kind: "not-with-agent" }],
    [ASK_MS - 300, { kind: "known", holder: "target" }],
    [ASK_MS - 300, { kind: "absent" }],
  ])("is asked again, after %i ms and %j", async (takesMs, sighting) => {
    const { ask } = start(takesMs, sighting);
    expect([await ask(), await ask()]).toEqual([sighting, sighting]);
  });
});
