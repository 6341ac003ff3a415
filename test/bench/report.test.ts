import { describe, expect, it } from "vitest";
import { describeMachine } from "../../bench/measure/machine.ts";
import type { Measured } from "../../bench/measure/part.ts";
import { renderMachine, renderPart, toReportedPart } from "../../bench/measure/report.ts";

const MEASURED: Measured = {
  settings: { rounds: 3 },
  versions: { express: "5.3.0" },
  measures: [{ name: "init", unit: "ms", samples: { ours: [50, 40, 900], usual: [100, 80, 1_900] } }],
  comparisons: [{ measure: "init", of: "ours", to: "usual", atMost: 0.34 }],
  notes: ["There is no /proc here: no peak memory."],
};
const LOAD = { before: [0.1, 0, 0], after: [1.2, 0, 0] };
const QUIET = { machine: describeMachine(), load: { before: [0, 0, 0], after: [1, 0, 0] }, quick: false };

describe("a part of the report", () => {
  it("keeps every sample, and adds the ratios", () => {
    const part = toReportedPart("cold", MEASURED, LOAD);
    expect(part.measures).toEqual(MEASURED.measures);
    expect(part.ratios).toEqual([
      { measure: "init", of: "ours", to: "usual", atMost: 0.34, ratio: 0.5, low: expect.closeTo(0.47, 1), high: 0.5 },
    ]);
  });

  it("is a table: ratios and their budget, then medians and how they spread, then notes", () => {
    const lines = renderPart(toReportedPart("cold", MEASURED, LOAD))
      .split("\n")
      .map((line) => line.trim().split(/ {2,}/));
    expect(lines[0]).toEqual(["cold", "(load 0.1 before, 1.2 after)"]);
    expect(lines).toContainEqual(["init: ours / usual", "0.50", "0.47 to 0.50", "at most 0.34 MISSED"]);
    expect(lines).toContainEqual(["init, ms", "ours", "50.0", "45.0 to 475.0", "40.0", "900.0", "3"]);
    expect(lines.at(-1)).toEqual(MEASURED.notes);
  });

  it("says of each budget whether it was kept: of a ratio at least, and of a median at most", () => {
    const comparisons = [{ measure: "init", of: "usual", to: "ours", atLeast: 2 }];
    const limits = [
      { measure: "init", of: "ours", atMost: 50 },
      { measure: "init", of: "usual", atMost: 99.9 },
    ];
    const rendered = renderPart(toReportedPart("cold", { ...MEASURED, comparisons, limits }, LOAD));
    const lines = rendered.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(lines).toContainEqual(["init: usual / ours", "2.00", "2.00 to 2.11", "at least 2.00 kept"]);
    expect(lines).toContainEqual(["init, ms: ours", "50.00", "at most 50.00 kept"]);
    expect(lines).toContainEqual(["init, ms: usual", "100.00", "at most 99.90 MISSED"]);
  });

  it("says what a skipped one lacks", () => {
    expect(renderPart({ part: "cold", skipped: ["no C++ compiler"] })).toBe("cold: skipped\n  no C++ compiler");
  });

  it.each([
    { measure: "init", of: "ours", to: "nobody" },
    { measure: "memory", of: "ours", to: "usual" },
  ])("compares nothing that was not measured: $measure of $to", (comparison) =>
    expect(() => toReportedPart("cold", { ...MEASURED, comparisons: [comparison] }, LOAD)).toThrow("has no samples"),
  );
});

describe("the machine of the report", () => {
  it.each([
    { what: "a machine that was busy before", report: { ...QUIET, load: { ...QUIET.load, before: [64, 0, 0] } }, says: "preliminary" },
    { what: "a quick look", report: { ...QUIET, quick: true }, says: "not a measurement" },
  ])("says $what", ({ report, says }) => {
    expect(renderMachine(QUIET)).not.toContain(says);
    expect(renderMachine(report)).toContain(says);
  });
});
