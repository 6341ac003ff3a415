import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it.each([
  ["--part", "tepid"],
  ["--rounds", "0"],
])("takes no %s %s, and says what it takes", (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bench/run.ts", ...args], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("--part");
});
