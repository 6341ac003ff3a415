/** `npm run package`, as a process: what is read by somebody whose parameters are wrong. What is packaged, other tests read. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { describePackaged } from "../../scripts/deployment/packaged.ts";
import { assertStageFiles } from "../../scripts/deployment/stage-files.ts";
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

it("says of which stage, for which region and in which folder it is", () => {
  const folder = inject("packageFolder");
  expect(describePackaged({ stage: "prod", folder })).toMatch(
    new RegExp(`^Packaged: the stage prod for [a-z]+-[a-z-]+-\\d, in ${folder}\\.$`),
  );
});

it("names the file of a stage that is missing, whichever stage is packaged, and says where it is to be had", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccgw-stages-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await copyFile("serverless.yml", join(folder, "serverless.yml"));
  await mkdir(join(folder, "stages"));
  await writeFile(join(folder, "stages", "dev.yml"), "");
  const checking = () => assertStageFiles(`${folder}/`);
  expect(checking).toThrow(/^There is no stages\/prod\.yml, .*git checkout -- stages\/prod\.yml$/);
  await writeFile(join(folder, "stages", "prod.yml"), "");
  expect(checking).not.toThrow();
});
