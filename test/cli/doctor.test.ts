/** `ccgw doctor`: how findings are printed, what it ends with, and what is asked of the function in the stack. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { examine } from "../../cli/doctor.ts";
import type { Stage } from "../../lib/diagnosis/diagnose.ts";
import type { Finding } from "../../lib/diagnosis/finding.ts";
import { CANARY, type DiagnosisWorld, startDiagnosisWorld } from "../support/diagnosis-world.ts";
import { runCcgw } from "../support/send-process.ts";

const OK: Finding = { name: "secrets", verdict: "ok", detail: "All of them parse." };
const WARNING: Finding = {
  name: "external-guid",
  verdict: "warning",
  subject: "main/101",
  detail: "It is stale by then.",
  hint: "have it handed over",
};
const FAILED: Finding = {
  name: "certificate",
  verdict: "failed",
  subject: "main",
  detail: "It does not verify.\npresented: CN=a",
  hint: "pin it",
};
const NOT_BEGUN: Finding = { name: "credentials", verdict: "failed", detail: "There are none." };

async function* stages(...findings: readonly Finding[]): AsyncGenerator<Stage, void> {
  for (const finding of findings) yield { name: finding.name, findings: Promise.resolve([finding]) };
}

describe("what is found", () => {
  it.each([
    [[OK], false, 0],
    [[OK, WARNING], false, 0],
    [[OK, WARNING], true, 1],
    [[OK, FAILED], false, 1],
    [[NOT_BEGUN], false, 2],
  ])("decides what it ends with: %o, strict %s → %s", async (findings, isStrict, exitCode) => {
    expect((await examine(stages(...findings), { from: "here", isStrict })).exitCode).toBe(exitCode);
  });

  it("is printed as it is found, the verdict first and what to do last", async () => {
    const lines: string[] = [];
    const say = { line: (line: string) => void lines.push(line), progress: () => {} };
    const report = await examine(stages(OK, FAILED, WARNING), { from: "here", isStrict: false, say });
    expect([...lines, ...report.lines]).toEqual([
      "ok       secrets: All of them parse.",
      "failed   certificate main: It does not verify.",
      "         presented: CN=a",
      "         → pin it",
      "warning  external Guid main/101: It is stale by then.",
      "         → have it handed over",
      "1 failed, 1 with a warning, 1 ok, 0 skipped.",
    ]);
  });

  it("is said to be waited for where it takes longer than a second", async () => {
    const progress: string[] = [];
    const say = { line: () => {}, progress: (line: string) => void progress.push(line) };
    const slow = new Promise<readonly Finding[]>((resolve) => setTimeout(() => resolve([OK]), 1_100));
    async function* slowly(): AsyncGenerator<Stage, void> {
      yield { name: "secrets", findings: slow };
    }
    await examine(slowly(), { from: "here", isStrict: false, say });
    expect(progress).toEqual(["… secrets"]);
  });
});

describe("as it is typed", () => {
  let world: DiagnosisWorld;
  beforeAll(async () => {
    world = await startDiagnosisWorld();
  });
  beforeEach(() => {
    world.put("gateways/main", { url: world.gateway.url, ca: world.gateway.caPem });
    world.put("agents/main/101", { session: "external", guid: world.gateway.guidOf("101") });
    world.put("connections/crm", {
      source: "api",
      gateway: "main",
      agentId: "101",
      verification: { secrets: [{ id: "first", value: CANARY }] },
    });
  });
  afterAll(() => world.stop());

  it("answers programs with one document, in which no secret is", async () => {
    const { code, output } = await runCcgw(["doctor", "--connection", "crm", "--json"], world.ports);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      from: "here",
      failed: 0,
      warning: 1,
      findings: expect.arrayContaining([{ name: "session", subject: "main/101", verdict: "ok", detail: expect.any(String) }]),
    });
    for (const secret of [CANARY, world.gateway.guidOf("101")]) expect(output).not.toContain(secret);
  });

  it("ends with 2, and says why nothing can be looked at, where nobody answers", async () => {
    const { code, output } = await runCcgw(["doctor"], { SECRETS_MANAGER_PORT: "1" });
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringMatching(/^failed {3}AWS credentials: Secrets Manager does not answer \(ECONNREFUSED\)/),
    });
  });
});
