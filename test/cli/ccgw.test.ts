/** `npx ccgw` as it is typed: how it answers people and programs, and what it ends with. */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import packageJson from "../../package.json" with { type: "json" };
import { listenOnLoopback } from "../support/raw-gateway.ts";
import { runCcgw, runSend, toNotLocal } from "../support/send-process.ts";

const CRM = { schemaVersion: 1, source: "api", gateway: "main", agentId: "101" };
const SECRET = "a-secret-that-nobody-may-see";

let secrets: SecretsManagerEmulator;
let local: Readonly<Record<string, string>>;
beforeAll(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  local = { SECRETS_MANAGER_PORT: String(new URL(secrets.url).port) };
  const verification = { secrets: [{ id: "first", value: SECRET }] };
  secrets.putSecret("ccgw/local/connections/crm", { ...CRM, verification });
  secrets.putSecret("ccgw/prod/connections/shop", { ...CRM, agentId: "102", verification });
});
afterAll(() => secrets.stop());

describe("ccgw", () => {
  it("is what npx runs in a checkout", async () => {
    const { stdout } = await promisify(execFile)("npx", ["--no-install", "ccgw", "--version"]);
    expect(stdout.trim()).toBe(packageJson.version);
  });

  it("says what to do first where nothing is installed yet, to programs as JSON", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ccgw-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await copyFile("cli/ccgw.mjs", join(folder, "ccgw.mjs"));
    const bare = (...given: string[]) => promisify(execFile)(process.execPath, [join(folder, "ccgw.mjs"), ...given]);
    const words = "What ccgw needs is not installed: run `npm ci` in this folder first.";
    await expect(bare("doctor")).rejects.toMatchObject({ code: 2, stderr: `${words}\n` });
    const { stderr } = await bare("doctor", "--json").catch((error: { stderr: string }) => error);
    expect(JSON.parse(stderr)).toEqual({ error: words });
  });

  it("has each of its commands in docs/ccgw.md", async () => {
    const document = await readFile(new URL("../../docs/ccgw.md", import.meta.url), "utf8");
    const named = createProgram().commands.flatMap((each) =>
      each.commands.length === 0 ? [each.name()] : each.commands.map((command) => `${each.name()} ${command.name()}`),
    );
    expect(named.filter((name) => !new RegExp(`npx ccgw ${name}(?![-\\w])`).test(document))).toEqual([]);
  });

  it("answers people with lines, about the local stack", async () => {
    const { code, output } = await runCcgw(["connection", "list"], local);
    expect({ code, output }).toEqual({ code: 0, output: "name  source  agent\ncrm   api     main/101\n" });
  });

  it("answers programs with one JSON document, in which no secret is", async () => {
    const { code, output } = await runCcgw(["connection", "list", "--json"], local);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual({
      connections: [
        { name: "crm", source: "api", gateway: "main", agentId: "101", enabled: true, test: false, changedAt: expect.any(String) },
      ],
    });
    expect(output).not.toContain(SECRET);
  });

  it("finds what a deployed stage has by what its functions say", async () => {
    const asked: (string | undefined)[] = [];
    const lambda = createServer((request, response) => {
      asked.push(request.url);
      const Variables = {
        CCGW_SECRETS_PREFIX: "ccgw/prod",
        CCGW_PUBLIC_BASE_URL: "https://hooks.example.com",
        CCGW_VERSION: "1",
        CCGW_SESSIONS_TABLE: "sessions",
        CCGW_RECORDS_TABLE: "records",
        CCGW_RETENTION_DAYS: "30",
        CCGW_KEEPER_FUNCTION: "keeper",
        CCGW_CALLBACK_QUEUE: "https://sqs.example.com/1/queue",
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ Environment: { Variables } }));
    });
    onTestFinished(() => void lambda.close());
    const aws = {
      AWS_ENDPOINT_URL_LAMBDA: toNotLocal(`http://127.0.0.1:${await listenOnLoopback(lambda)}`),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: toNotLocal(secrets.url),
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
    };
    const { code, output } = await runCcgw(["connection", "list", "--stage", "prod", "--region", "eu-central-1"], aws);
    expect({ code, output }).toEqual({ code: 0, output: "name  source  agent\nshop  api     main/102\n" });
    expect(asked).toEqual(["/2015-03-31/functions/ccgateway-transfer-webhooks-prod-receive-transfer/configuration"]);
  });

  it.each([
    ["an unknown command", ["frobnicate"], /unknown command|too many arguments|frobnicate/],
    ["an unknown option", ["connection", "list", "--frobnicate"], /unknown option '--frobnicate'/],
    ["a region without a stage", ["connection", "list", "--region", "eu-central-1"], /--region and --profile go with --stage/],
    ["what is no stage", ["connection", "list", "--stage", "a/b"], /The name of the stage "a\/b" has to be letters/],
    ["no region", ["connection", "list", "--stage", "prod"], /No region: give --region, or set AWS_REGION/],
    ["no credentials", ["connection", "list", "--stage", "prod", "--region", "eu-central-1"], /No AWS credentials: set AWS_PROFILE/],
    [
      "a profile that is not there",
      ["connection", "list", "--stage", "prod", "--region", "eu-central-1", "--profile", "none"],
      /No AWS credentials: the profile none has none, or there is no such profile/,
    ],
  ])("ends with 2, and says what to do, for %s", async (_what, given, words) => {
    const { code, output } = await runCcgw(given, local);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(words) });
  });

  it.each([
    ["an unknown option", ["connection", "list", "--frobnicate", "--json"], "unknown option '--frobnicate'"],
    ["a missing argument", ["connection", "show", "--json"], "missing required argument 'name'"],
    ["an option without its value", ["connection", "list", "--json", "--stage"], "option '--stage <name>' argument missing"],
    ["--json before the command", ["--json", "connection", "list"], "unknown option '--json'"],
    ["a group without its command", ["connection", "--json"], "unknown option '--json'"],
  ])("says to programs as JSON alone what is wrong in what was typed: %s", async (_what, given, error) => {
    const { code, output } = await runCcgw(given, local);
    expect({ code, json: JSON.parse(output) }).toEqual({ code: 2, json: { error } });
  });

  it("gives help that was asked for, with --json, too", async () => {
    expect(await runCcgw(["connection", "list", "--json", "--help"], {})).toEqual({
      code: 0,
      output: expect.stringContaining("Usage: ccgw connection list"),
    });
  });

  it("does not take a shell of the local stack for one of a stage", async () => {
    const shell = { AWS_ENDPOINT_URL: "http://127.0.0.1:4566", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
    const { code, output } = await runCcgw(["connection", "list", "--stage", "prod", "--region", "eu-central-1"], shell);
    const unset = "  unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\n";
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringMatching(`^This shell is set up for the local stack.*\n\n${unset}$`),
    });
  });

  it("plays a caller by the options of npm run send, and ends as that does", async () => {
    const given = ["api", "--url", "http://127.0.0.1:1", "--connection", "mine"];
    const asSend = await runSend(given, {});
    expect(asSend).toEqual({ code: 2, output: expect.stringContaining("CCGW_SEND_SECRET") });
    expect(await runCcgw(["send", ...given], {})).toEqual(asSend);
    const { code, output } = await runCcgw(["send", ...given, "--json"], {});
    expect({ code, json: JSON.parse(output) }).toEqual({ code: 2, json: { error: asSend.output.trim() } });
  });

  it("says so where nobody answers, to programs as JSON", async () => {
    const { code, output } = await runCcgw(["connection", "list", "--json"], { SECRETS_MANAGER_PORT: "1" });
    expect(code).toBe(2);
    expect(JSON.parse(output)).toEqual({ error: expect.stringContaining("Is `npm start` running") });
  });
});
