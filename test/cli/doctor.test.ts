/** `ccgw doctor`: how findings are printed, what it ends with, and what is asked of the function in the stack. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { examine } from "../../cli/doctor.ts";
import { NoPlace } from "../../cli/place.ts";
import { diagnoseRemotely } from "../../cli/remote-diagnosis.ts";
import type { Stage } from "../../lib/diagnosis/diagnose.ts";
import { CHECK_NAMES, CHECKS, type Finding } from "../../lib/diagnosis/finding.ts";
import { CANARY, type DiagnosisWorld, startDiagnosisWorld } from "../support/diagnosis-world.ts";
import { startLambdaEndpoint } from "../support/lambda-endpoint.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import { runCcgw, toNotLocal } from "../support/send-process.ts";

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
    const say = (line: string) => void lines.push(line);
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

  it("is said to be waited for, check by check", async () => {
    const words: string[] = [];
    const progress = <Result>(each: string, work: Promise<Result>) => {
      words.push(each);
      return work;
    };
    await examine(stages(OK, FAILED), { from: "inside", isStrict: false, progress });
    expect(words).toEqual(["secrets (from inside)", "certificate (from inside)"]);
  });

  it("steers no terminal, whatever is in another's certificate or a field's name", async () => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    await examine(stages({ ...OK, detail: "a\u001b[2J\u202eb" }), { from: "here", isStrict: false, say });
    expect(lines).toEqual(["ok       secrets: a [2J b"]);
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

  it("prints what the function in the stack found, and says that it was seen from there", async () => {
    const lambda = await startLambdaEndpoint(() => ({ body: JSON.stringify({ findings: [OK, WARNING] }) }));
    onTestFinished(() => lambda.stop());
    const { code, output } = await runCcgw(["doctor", "--remote", "--connection", "crm", "--strict"], {
      LAMBDA_PORT: new URL(lambda.url).port,
    });
    expect({ code, output: output.split("\n")[0] }).toEqual({ code: 1, output: "ok       secrets (from inside): All of them parse." });
    const [{ path, body } = { path: "", body: "" }] = lambda.takeRequests();
    expect(path).toBe("/2015-03-31/functions/ccgateway-transfer-webhooks-local-diagnose/invocations");
    expect(JSON.parse(body)).toEqual({ connection: "crm", callbacks: true });
  });
});

describe("a stage that AWS does not tell of", () => {
  const STAGE = ["doctor", "--stage", "prod", "--region", "eu-central-1"];
  const KEYS = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

  /** What AWS answers to the question which environment the stage's functions have. */
  async function refuse(status: number, type: string): Promise<Readonly<Record<string, string>>> {
    const server = createServer((_request, response) => {
      response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type }).end(JSON.stringify({ message: "No." }));
    });
    const connections = trackConnections(server);
    onTestFinished(() => connections.stop());
    return { ...KEYS, AWS_ENDPOINT_URL_LAMBDA: toNotLocal(`http://127.0.0.1:${await listenOnLoopback(server)}`) };
  }

  it.each([
    [403, "UnrecognizedClientException", "AWS does not know these credentials"],
    [403, "ExpiredTokenException", "These AWS credentials have expired"],
    [403, "AccessDeniedException", "These AWS credentials are not allowed to do this"],
    [404, "ResourceNotFoundException", "There is no stage prod in eu-central-1"],
  ])("by %s %s is a finding of its credentials, and all else is skipped", async (status, type, words) => {
    const aws = await refuse(status, type);
    for (const [seenFrom, where] of [
      ["here", []],
      ["inside", ["--remote"]],
    ] as const) {
      const { code, output } = await runCcgw([...STAGE, ...where, "--json"], aws);
      expect(code).toBe(2);
      const { from, findings } = JSON.parse(output);
      expect(from).toBe(seenFrom);
      expect(findings).toEqual(
        CHECK_NAMES.map((name) =>
          name === "credentials"
            ? { name, verdict: "failed", detail: expect.stringContaining(words) }
            : { name, verdict: "skipped", detail: "Nothing can be read." },
        ),
      );
    }
  });

  it("for want of credentials is told to people in the same way", async () => {
    const { code, output } = await runCcgw(STAGE, {});
    expect({ code, lines: output.trimEnd().split("\n") }).toEqual({
      code: 2,
      lines: [
        expect.stringMatching(/^failed {3}AWS credentials: No AWS credentials: set AWS_PROFILE/),
        ...Object.values(CHECKS)
          .slice(1)
          .map((about) => `skipped  ${about}: Nothing can be read.`),
        `1 failed, 0 with a warning, 0 ok, ${CHECK_NAMES.length - 1} skipped.`,
      ],
    });
  });

  it("because of an option is refused before anything is looked at", async () => {
    const { code, output } = await runCcgw(["doctor", "--stage", "a/b", "--json"], KEYS);
    expect({ code, output: JSON.parse(output) }).toEqual({ code: 2, output: { error: expect.stringContaining("The name of the stage") } });
  });
});

describe("a function that looks at nothing", () => {
  it("is told of in its own words, as a finding, and all else is skipped", async () => {
    const lambda = await startLambdaEndpoint(() => ({ body: JSON.stringify({ error: "unknown: connections" }) }));
    onTestFinished(() => lambda.stop());
    const { code, output } = await runCcgw(["doctor", "--remote", "--json"], { LAMBDA_PORT: new URL(lambda.url).port });
    const { findings, ...counts } = JSON.parse(output);
    expect({ code, counts }).toEqual({
      code: 2,
      counts: { from: "inside", failed: 1, warning: 0, ok: 0, skipped: CHECK_NAMES.length - 1 },
    });
    expect(findings[0]).toMatchObject({
      name: "credentials",
      verdict: "failed",
      detail: expect.stringContaining("has looked at nothing (unknown: connections): is it of this"),
    });
  });
});

describe("the function in a deployed stack", () => {
  const CONFIGURATION = "/configuration";
  const vpcOf = { diagnose: "vpc-1", "deliver-callbacks": "" };

  /** By its path: what each function is configured with, and what `diagnose` answers. */
  async function ask(
    vpcs: Readonly<Record<string, string>>,
    answer: { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string },
  ) {
    const events: unknown[] = [];
    const server = createServer(async (request, response) => {
      const { url = "" } = request;
      const name = Object.keys(vpcs).find((each) => url.includes(`-prod-${each}/`)) ?? "";
      if (url.endsWith("/invocations")) events.push(JSON.parse(await text(request)));
      const {
        status = 200,
        headers,
        body,
      } = url.endsWith(CONFIGURATION) && name !== "" ? { body: JSON.stringify({ VpcConfig: { VpcId: vpcs[name] } }) } : answer;
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
    const connections = trackConnections(server);
    onTestFinished(() => connections.stop());
    onTestFinished(() => void vi.unstubAllEnvs());
    const place = await openLocalPlace({ LAMBDA_PORT: String(await listenOnLoopback(server)) });
    const found: Finding[] = [];
    const deployed = { ...place, isLocal: false, functionName: (name: string) => `ccgateway-transfer-webhooks-prod-${name}` };
    for await (const { findings } of diagnoseRemotely(deployed, { gateway: "main" })) found.push(...(await findings));
    return { found, events };
  }

  it.each([
    ["is in a network that those who tell receivers are not in", vpcOf, false],
    ["is in theirs", { ...vpcOf, "deliver-callbacks": "vpc-1" }, true],
    ["is in none, as they are", { ...vpcOf, diagnose: "" }, true],
  ])("that %s is told whether to look at receivers", async (_what, vpcs, callbacks) => {
    const { found, events } = await ask(vpcs, { body: JSON.stringify({ findings: [WARNING, OK] }) });
    expect(events).toEqual([{ gateway: "main", callbacks }]);
    expect(found).toEqual([OK, WARNING]);
  });

  it("that is not there, as in a stack of a version before, is to be deployed", async () => {
    const headers = { "x-amzn-errortype": "ResourceNotFoundException" };
    await expect(ask(vpcOf, { status: 404, headers, body: "{}" })).rejects.toThrow(
      /There is no function .*-prod-diagnose: deploy this version first/,
    );
  });

  it.each([
    ["be invoked", "lambda:InvokeFunction", vpcOf],
    ["be looked up", "lambda:GetFunctionConfiguration", { "deliver-callbacks": "" }],
  ])("that may not %s is told with what has to be allowed", async (_what, action, vpcs) => {
    const headers = { "x-amzn-errortype": "AccessDeniedException" };
    const refused = ask(vpcs, { status: 403, headers, body: "{}" });
    await expect(refused).rejects.toThrow(NoPlace);
    await expect(refused).rejects.toThrow(
      `AWS does not let these credentials do ${action} of ccgateway-transfer-webhooks-prod-diagnose: docs/doctor.md#what-it-needs`,
    );
  });

  it.each([[CANARY], [`{"found":"${CANARY}"}`]])("that answers what is not known has nothing of it told", async (body) => {
    await expect(ask(vpcOf, { body })).rejects.toThrow(/-prod-diagnose has answered what is not understood: is it of this version\?$/);
  });

  it("that fails in any other way is nothing to look at", async () => {
    const headers = { "x-amzn-errortype": "ServiceException" };
    await expect(ask(vpcOf, { status: 400, headers, body: "{}" })).rejects.toThrow(NoPlace);
  });

  it("that throws has its kind of error told, and nothing else of it", async () => {
    const headers = { "x-amz-function-error": "Unhandled" };
    const body = JSON.stringify({ errorType: "Sandbox.Timedout", errorMessage: CANARY });
    await expect(ask(vpcOf, { headers, body })).rejects.toThrow(
      /-prod-diagnose has not answered \(Sandbox\.Timedout\): its log says why\.$/,
    );
  });
});
