/** How clocks are judged that differ, and where the differences come from. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { checkClock } from "../../lib/diagnosis/check-clock.ts";
import { CANARY, type DiagnosisWorld, startDiagnosisWorld } from "../support/diagnosis-world.ts";

const NONE = new Map<string, number | string>();

it.each([
  [4_900, "ok", "goes with ours"],
  [-6_000, "warning", "6 seconds behind ours"],
  [59_000, "warning", "59 seconds ahead of ours"],
  [61_000, "failed", "61 seconds ahead of ours"],
])("AWS's clock, %s ms from ours, is %s", (skewMs, verdict, detail) => {
  expect(checkClock(skewMs, NONE)).toMatchObject([{ subject: "AWS", verdict, detail: expect.stringContaining(detail) }]);
});

it("never fails for a gateway's, on which nothing of ours counts", () => {
  expect(checkClock(0, new Map([["main", -600_000]]))[1]).toMatchObject({ subject: "main", verdict: "warning" });
});

it("is not judged where AWS did not answer", () => {
  expect(checkClock(undefined, NONE)).toMatchObject([{ verdict: "skipped" }]);
});

it("is held against what AWS and each gateway send as their time", async () => {
  const world = await startDiagnosisWorld(() => Date.now() + 90_000);
  onTestFinished(() => world.stop());
  world.put("gateways/main", { url: world.gateway.url, ca: world.gateway.caPem });
  world.put("agents/main/101", { session: "external", guid: world.gateway.guidOf("101") });
  expect(await world.look({}, "clock")).toMatchObject([
    { subject: "AWS", verdict: "failed", detail: expect.stringMatching(/ (89|90|91) seconds behind ours/) },
    { subject: "main", verdict: "warning", detail: expect.stringMatching(/ (89|90|91) seconds behind ours/) },
  ]);
});

describe("a gateway's clock", () => {
  const STALE = "00000000-0000-4000-8000-000000000000.AgentGateway0";
  let world: DiagnosisWorld;
  beforeAll(async () => {
    world = await startDiagnosisWorld();
  });
  beforeEach(() => world.gateway.reset());
  afterAll(() => world.stop());

  const put = (more: object = {}) => world.put("gateways/main", { url: world.gateway.url, ca: world.gateway.caPem, ...more });
  const look = async (asked = {}) => (await world.look({ gateway: "main", ...asked }, "clock")).filter(({ subject }) => subject !== "AWS");

  it.each([
    ["no agent is there", () => put(), "it was asked about none"],
    [
      "nobody is signed in",
      () => {
        put();
        world.put("agents/main/102", { session: "managed", signIn: { password: CANARY, phonenum: "88880102" } });
      },
      "it was asked about none",
    ],
    ["nobody listens", () => put({ url: "https://127.0.0.1:1" }), "It is not reached"],
    ["its secret does not parse", () => put({ url: "http://127.0.0.1:1" }), "Its secret does not parse"],
    [
      "it breaks off when it is asked",
      () => {
        put();
        world.put("agents/main/101", { session: "external", guid: STALE });
        world.gateway.addFault({ kind: "drop", when: "after-request", endpoint: "agent-calls" });
      },
      "It was asked and did not tell its time",
    ],
  ])("is skipped where %s, and it is said why", async (_what, arrange, why) => {
    arrange();
    expect(await look()).toEqual([{ name: "clock", subject: "main", verdict: "skipped", detail: expect.stringContaining(why) }]);
  });

  it("is judged by an answer that refuses the Guid, too", async () => {
    put();
    world.put("agents/main/101", { session: "external", guid: STALE });
    world.put("agents/main/102", { session: "managed", signIn: { password: CANARY, phonenum: "88880102" } });
    expect(await look()).toMatchObject([{ subject: "main", verdict: "ok" }]);
  });
});
