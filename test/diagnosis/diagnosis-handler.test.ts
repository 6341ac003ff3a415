/** The function that makes the checks from inside: what it takes, what it answers, and what it logs. */
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDiagnosisHandler } from "../../lib/diagnosis/diagnosis-handler.ts";
import { CHECK_NAMES } from "../../lib/diagnosis/finding.ts";
import { CANARY, type DiagnosisWorld, PREFIX, startDiagnosisWorld, WHSEC } from "../support/diagnosis-world.ts";
import { createKeptLog } from "../support/kept-log.ts";

let world: DiagnosisWorld;
beforeAll(async () => {
  world = await startDiagnosisWorld();
  const put = (path: string, document: object) => world.secrets.putSecret(`${PREFIX}/${path}`, { schemaVersion: 1, ...document });
  put("gateways/main", { url: world.gateway.url, ca: world.gateway.caPem });
  put("agents/main/101", { session: "external", guid: CANARY });
  const callback = { url: `https://127.0.0.1:1/${CANARY}`, allowAddresses: ["127.0.0.1"], secrets: [WHSEC] };
  const proof = { verification: { secrets: [{ id: "first", value: CANARY }] } };
  put("connections/crm", { source: "api", gateway: "main", agentId: "101", ...proof, callback });
});
afterAll(() => world.stop());

async function invoke(event: unknown, remainingMs = 28_000) {
  const log = createKeptLog();
  const handler = createDiagnosisHandler({ diagnose: world.diagnose, log });
  const context = { awsRequestId: "lambda-request", getRemainingTimeInMillis: () => remainingMs };
  const answer = await handler(event, context as Context);
  if ("error" in answer) throw new Error(answer.error);
  return { answer, log };
}

it("answers with all findings, and logs how many there are, without a secret", async () => {
  const { answer, log } = await invoke({ connection: "crm" });
  expect([...new Set(answer.findings.map(({ name }) => name))]).toEqual(CHECK_NAMES);
  expect(answer.findings).toContainEqual(expect.objectContaining({ name: "session", verdict: "failed" }));
  expect(log.runs).toEqual([{ lambdaRequestId: "lambda-request", entries: answer.findings.length, failed: 2 }]);
  for (const secret of [CANARY, WHSEC]) expect(JSON.stringify({ answer, runs: log.runs })).not.toContain(secret);
});

it("does not look at receivers where it does not reach them as they are told", async () => {
  const { answer } = await invoke({ callbacks: false });
  expect(answer.findings.at(-1)).toMatchObject({
    name: "callback",
    verdict: "skipped",
    subject: "crm",
    detail: expect.stringContaining("deliver-callbacks"),
    hint: expect.stringContaining("without --remote"),
  });
});

it("answers before it is ended", async () => {
  const before = world.secrets.requests.length;
  const { answer } = await invoke({}, 1_500);
  expect(world.secrets.requests.slice(before).map(({ operation }) => operation)).not.toContain("GetSecretValue");
  expect(answer.findings).toContainEqual(expect.objectContaining({ name: "secrets", verdict: "failed" }));
});

it.each([
  [{ connection: 1 }, "connection: must be a string"],
  [{ gateways: "main" }, "unknown: gateways"],
  ["main", "what is asked for: must be an object"],
])("says what is wrong with an event that is none, and throws nothing: %o", async (event, error) => {
  const log = createKeptLog();
  const context = { awsRequestId: "lambda-request", getRemainingTimeInMillis: () => 28_000 };
  expect(await createDiagnosisHandler({ diagnose: world.diagnose, log })(event, context as Context)).toEqual({ error });
  expect(log.runs).toEqual([]);
});
