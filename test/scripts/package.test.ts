/** `npm run package`, as a process: what is read by somebody whose parameters are wrong. What is packaged, other tests read. */
import { expect, it } from "vitest";
import { runScript } from "../support/send-process.ts";

const WRONG = ["--param", "retentionDays=2", "--param", "foo=1"];
const TOLD = ["foo is not a parameter", 'retentionDays ("2") has to be a whole number from 4 to 365, in digits alone'];

it("says last, on lines of its own, what is wrong, and nothing of the framework's surroundings", async () => {
  const { code, output } = await runScript("package", WRONG, {});
  expect(code).toBe(1);
  expect(output.trimEnd().split("\n").slice(-3)).toEqual([
    expect.stringMatching(/^Parameters of the stage "prod" are wrong\. Set them in stages\/prod\.yml/),
    ...TOLD.map((line) => `  ${line}`),
  ]);
  expect(output).toMatch(/^Error:\n/);
  expect(output).not.toMatch(/Environment:|Docs:|\n\s+at /);
});

it.each([["--stage=dev"], ["-s", "dev"]])("is of another stage than prod where one is given: %s", async (...stage) => {
  const { code, output } = await runScript("package", [...stage, ...WRONG], {});
  expect(code).toBe(1);
  expect(output).toContain('Parameters of the stage "dev" are wrong.');
});
