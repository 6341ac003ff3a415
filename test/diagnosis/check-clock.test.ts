/** How clocks are judged that differ, and where the differences come from. */
import { expect, it, onTestFinished } from "vitest";
import { checkClock } from "../../lib/diagnosis/check-clock.ts";
import { startDiagnosisWorld } from "../support/diagnosis-world.ts";

const NONE = new Map<string, number>();

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
