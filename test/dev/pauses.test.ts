/** `npm run pause`, `npm run resume` and `npm run pauses`, as an operator runs them, over a table of the local stack or a deployed one. */
import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { listPauses } from "../../cli/pause.ts";
import { LOCAL_RECORDS_TABLE, type LocalDynamoDb, RECORDS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { parseCommand } from "../../dev/pause-options.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { listenOnLoopback } from "../support/raw-gateway.ts";
import { runCcgw, type Sent, toNotLocal } from "../support/send-process.ts";
import { startTableOfAnotherTime } from "../support/table-of-another-time.ts";

const REGION = "eu-central-1";
const DEPLOYED_TABLE = "ccgateway-transfer-webhooks-prod-RecordsTable-1ABC";
const ANN = ["--by", "ann", "--reason", "the site is being moved"] as const;

let dynamoDb: LocalDynamoDb;
beforeEach(async () => {
  dynamoDb = await startLocalDynamoDb({ port: 0, tables: { [LOCAL_RECORDS_TABLE]: RECORDS_TABLE, [DEPLOYED_TABLE]: RECORDS_TABLE } });
});
afterEach(() => dynamoDb.stop());

let secrets: SecretsManagerEmulator;
beforeAll(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0, region: REGION, log: () => {} });
  for (const stage of ["local", "prod"])
    for (const name of ["gateways/main", "agents/main/101", "connections/crm", "connections/shop"])
      secrets.putSecret(`ccgw/${stage}/${name}`, "{}");
});
afterAll(() => secrets.stop());

function run(...given: readonly string[]): Promise<Sent> {
  return runCcgw(given, { DYNAMODB_PORT: String(dynamoDb.port), SECRETS_MANAGER_PORT: new URL(secrets.url).port });
}

describe("npm run pause", () => {
  it.each([
    [["connection", "crm"], "connection/crm"],
    [["gateway", "main"], "gateway/main"],
    [["agent", "main/101"], "agent/main/101"],
    [["all"], "all"],
  ])("takes %j", (scope, named) => {
    expect(parseCommand("pause", [...scope, ...ANN]).command).toMatchObject({ verb: "pause", change: { scope: named } });
  });

  it("pauses until it is resumed, and both are listed", async () => {
    const paused = await run("pause", "agent", "main/101", ...ANN);
    expect(paused).toEqual({
      code: 0,
      output: expect.stringContaining("On the local stack:\nPaused: agent main/101, until it is resumed."),
    });
    expect((await run("pauses")).output).toMatch(/^Paused:\n {2}agent main\/101, since \S+Z, by ann: the site is being moved$/m);
    expect(await run("resume", "agent", "main/101", "--by", "bob", "--reason", "moved")).toMatchObject({ code: 0 });
    const { output } = await run("pauses");
    expect(output).toMatch(/^Nothing is paused\.$/m);
    expect(output).toMatch(/resume agent main\/101, by bob: moved\n.*pause agent main\/101, by ann: the site is being moved/);
  });

  it("pauses for some minutes", async () => {
    const { code, output } = await run("pause", "all", ...ANN, "--minutes", "30");
    expect(code).toBe(0);
    const [, until = ""] = /^Paused: all, until (\S+Z)\.$/m.exec(output) ?? [];
    expect(Math.abs(Date.parse(until) - Date.now() - 30 * 60_000)).toBeLessThan(60_000);
    expect((await run("pauses")).output).toContain(`until ${until}`);
  });

  it("says what was there before, and shortens it only where it is told to", async () => {
    await run("pause", "all", ...ANN);
    const bob = ["--by", "bob", "--reason", "a test"] as const;
    const before = String.raw`all, since \S+Z, by ann: the site is being moved\.`;
    const refused = await run("pause", "all", ...bob, "--minutes", "5");
    const why = `Paused for longer already: ${before}\nNothing was changed. Give --replace to shorten it; ccgw resume ends it.`;
    expect(refused).toEqual({ code: 1, output: expect.stringMatching(new RegExp(why)) });
    expect((await run("pauses")).output).not.toContain("bob");
    const replaced = await run("pause", "all", ...bob, "--minutes", "5", "--replace");
    expect(replaced).toEqual({
      code: 0,
      output: expect.stringMatching(new RegExp(`Paused: all, until .*\nIt was paused before: ${before}`)),
    });
    expect((await run("pauses")).output).toMatch(/^ {2}all, since \S+Z until \S+Z, by bob: a test$/m);
  });

  it.each([
    ["behind", 3_600_000],
    ["ahead of", -3_600_000],
  ])("goes by the table's clock where this machine's is %s it, and says so", async (words, aheadMs) => {
    const table = await startTableOfAnotherTime(dynamoDb.port, aheadMs);
    const { code, output } = await runCcgw(["pause", "all", ...ANN, "--minutes", "30"], { DYNAMODB_PORT: String(table) });
    expect([code, output]).toEqual([0, expect.stringMatching(new RegExp(`clock is (3599|3600|3601) s ${words} the table's`))]);
    const listed = await runCcgw(["pauses"], { DYNAMODB_PORT: String(table) });
    const [, since = "", until = ""] = /^ {2}all, since (\S+Z) until (\S+Z), by ann/m.exec(listed.output) ?? [];
    const [, at = ""] = /^ {2}(\S+Z) pause all until/m.exec(listed.output) ?? [];
    const minutesFromNow = (time: string) => Math.round((Date.parse(time) - Date.now() - aheadMs) / 60_000);
    expect([since, at, until].map(minutesFromNow)).toEqual([expect.closeTo(0), expect.closeTo(0), 30]);
  });

  it("does so in the table of a deployed stage, which its functions name", async () => {
    const asked: (string | undefined)[] = [];
    const lambda = createServer((request, response) => {
      asked.push(request.url);
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          Environment: { Variables: { CCGW_RECORDS_TABLE: DEPLOYED_TABLE, CCGW_RETENTION_DAYS: "90", CCGW_SECRETS_PREFIX: "ccgw/prod" } },
        }),
      );
    });
    const port = await listenOnLoopback(lambda);
    onTestFinished(() => void lambda.close());
    const environment = {
      AWS_ENDPOINT_URL_LAMBDA: toNotLocal(`http://127.0.0.1:${port}`),
      AWS_ENDPOINT_URL_DYNAMODB: toNotLocal(dynamoDb.url),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: toNotLocal(secrets.url),
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const stage = ["--stage", "prod", "--region", REGION] as const;
    expect(await runCcgw(["pause", "gateway", "main", ...ANN, ...stage], environment)).toMatchObject({ code: 0 });
    expect(asked).toEqual(["/2015-03-31/functions/ccgateway-transfer-webhooks-prod-receive-transfer/configuration"]);
    const { output } = await runCcgw(["pauses", ...stage], environment);
    expect(output).toMatch(/^On the stage prod in eu-central-1:\nPaused:\n {2}gateway main, since/);
    expect((await run("pauses")).output).toBe("On the local stack:\nNothing is paused.\n");
  });

  it("does not take a shell of the local stack for one of a stage", async () => {
    const environment = { DYNAMODB_PORT: String(dynamoDb.port), AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
    for (const given of [["pauses"], ["pause", "all", ...ANN], ["resume", "all", ...ANN]]) {
      const { code, output } = await runCcgw([...given, "--stage", "prod", "--region", REGION], environment);
      expect([code, output]).toEqual([2, expect.stringMatching(/^This shell .* local stack.*\n\n {2}unset AWS_ACCESS_KEY_ID AWS_SECRET/)]);
    }
  });

  it("says how it is used", async () => {
    const { code, output } = await run("pause", "--help");
    expect(code).toBe(0);
    for (const option of ["--by", "--reason", "--minutes", "--stage", "--region", "--profile"]) expect(output).toContain(option);
  });

  it.each([
    ["pause", ["gateway", "main", "--reason", "why"], "--by must be"],
    ["pause", ["gateway", "main", "--by", "ann"], "--reason must be"],
    ["pause", ["gateway", "main", "--by", "ann", "--reason", "x".repeat(201)], "--reason must be"],
    ["pause", ["gateway", "main", "--by", "ann\u202enna", "--reason", "why"], "--by must be"],
    ["pause", ["gateway", "main", "--by", "ann", "--reason", "one\u2028two"], "--reason must be"],
    ["pause", ["gateway", "main", ...ANN, "--minutes", "0"], "--minutes must be"],
    ["pause", ["gateway", "main", ...ANN, "--minutes", "10081"], "--minutes must be"],
    ["resume", ["gateway", "main", ...ANN, "--minutes", "1"], "--minutes goes with"],
    ["pause", ["all", ...ANN, "--region", REGION], "--region and --profile go with --stage"],
    ["pause", ["all", ...ANN, "--stage", "local", "--region", REGION], "--region and --profile go with --stage"],
    ["list", ["--profile", "work"], "--region and --profile go with --stage"],
    ["resume", ["gateway", "main", ...ANN, "--replace"], "--replace goes with"],
    ["list", ["--replace"], "npm run pauses takes"],
    ["pause", ["all", ...ANN, "--stage", "a/b"], 'The name of the stage "a/b" has to be letters'],
    ["pause", ["all", ...ANN, "--stage", "a-stage-of-seventeen"], "has 20 characters, and may have"],
    ["pause", [...ANN], "SCOPE must be"],
    ["pause", ["all", "main", ...ANN], "SCOPE must be"],
    ["pause", ["gateway", "Main", ...ANN], 'SCOPE: the gateway "Main" must match ^[a-z0-9]'],
    ["pause", ["connection", "crm/1", ...ANN], 'SCOPE: the connection "crm/1" must match'],
    ["pause", ["agent", "Main/101", ...ANN], 'SCOPE: the gateway "Main" must match'],
    ["pause", ["agent", "main/", ...ANN], "SCOPE must be"],
    ["pause", ["agent", "101", ...ANN], "SCOPE must be"],
    ["pause", ["agent", "main/99", ...ANN], 'SCOPE: the agent "99" must be a string of digits from 101 to 999999.'],
    ["pause", ["connection", "crm", "bot", ...ANN], "SCOPE must be"],
    ["pause", ["everything", ...ANN], "SCOPE must be"],
    ["pause", ["all", ...ANN, "--now"], "npm run pause"],
    ["list", ["all"], "npm run pauses takes"],
  ])("%s is not begun for %j", (verb, given, complaint) => {
    expect(() => parseCommand(verb, [...given])).toThrow(complaint);
  });

  it("refuses a name that there is not, and says which there are, unless it is told that the secret is not there", async () => {
    const typo = ["connection", "crn", ...ANN];
    const words = "There is no connection crn. There are crm, shop. Nothing was paused; with --force it is";
    expect(await run("pause", ...typo)).toEqual({ code: 2, output: expect.stringContaining(words) });
    expect((await run("pauses", "--stage", "local")).output).toBe("On the local stack:\nNothing is paused.\n");
    expect(await run("pause", ...typo, "--force")).toMatchObject({ code: 0 });
    const unlisted = await runCcgw(["pause", "agent", "main/999", ...ANN], {
      DYNAMODB_PORT: String(dynamoDb.port),
      SECRETS_MANAGER_PORT: "1",
    });
    expect(unlisted).toEqual({ code: 0, output: expect.stringMatching(/Paused: agent main\/999.*could not be seen/s) });
  });

  it("is not kept from it by a Secrets Manager that never answers", async () => {
    const silent = createServer();
    const port = await listenOnLoopback(silent);
    onTestFinished(() => void silent.close().closeAllConnections());
    const ports = { DYNAMODB_PORT: String(dynamoDb.port), SECRETS_MANAGER_PORT: String(port) };
    const paused = await runCcgw(["pause", "connection", "crm", ...ANN], ports);
    expect(paused).toEqual({ code: 0, output: expect.stringMatching(/Paused: connection crm.*could not be seen/s) });
  });

  it("changes nothing where it is told nonsense, and says so without a stack trace", async () => {
    const { code, output } = await run("pause", "everything", ...ANN);
    expect([code, output]).toEqual([2, expect.stringMatching(/^SCOPE must be/)]);
    expect(output).not.toMatch(/^\s+at /m);
    expect((await run("pauses")).output).toBe("On the local stack:\nNothing is paused.\n");
  });

  it("answers programs with one JSON document", async () => {
    const paused = await run("pause", "gateway", "main", ...ANN, "--json");
    expect(JSON.parse(paused.output)).toMatchObject({ result: "paused", scope: "gateway/main", stage: "local", pause: { by: "ann" } });
    const { output } = await run("pauses", "--json");
    expect(JSON.parse(output)).toMatchObject({
      stage: "local",
      isCut: false,
      pauses: [{ scope: "gateway/main", by: "ann" }],
      entries: [{ action: "pause" }],
    });
  });

  it("does not say that nothing is paused where there is more than could be looked at", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    onTestFinished(() => said.mockRestore());
    const never = () => Promise.reject(new Error("Nothing is to be changed."));
    const book = { pause: never, resume: never, list: async () => ({ pauses: [], isCut: true, entries: [] }) };
    const { json, lines } = await listPauses({ book, newSignal: () => AbortSignal.timeout(1_000) }, undefined);
    expect([json, lines]).toEqual([expect.objectContaining({ isCut: true, pauses: [] }), ["On the local stack:"]]);
    expect(said.mock.calls).toEqual([["There are more than could be looked at: others may be paused, too."]]);
  });

  it("says that there is nothing to resume, that nobody is there, and that there is no such stage", async () => {
    expect(await run("resume", "all", ...ANN)).toEqual({ code: 1, output: expect.stringContaining("Not paused: all") });
    expect(await runCcgw(["pauses"], { DYNAMODB_PORT: "1" })).toMatchObject({
      code: 2,
      output:
        "Nobody answers. Is `npm start` running, with the same ports in the environment? For a deployed stack give --stage and --region.\n",
    });
    const lambda = createServer((_request, response) => {
      response.writeHead(404, { "content-type": "application/json", "x-amzn-errortype": "ResourceNotFoundException" });
      response.end(JSON.stringify({ Message: "Function not found" }));
    });
    const port = await listenOnLoopback(lambda);
    onTestFinished(() => void lambda.close());
    const AWS_ENDPOINT_URL_LAMBDA = toNotLocal(`http://127.0.0.1:${port}`);
    const environment = { AWS_ENDPOINT_URL_LAMBDA, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    const { code, output } = await runCcgw(["pauses", "--stage", "none", "--region", REGION], environment);
    expect([code, output]).toEqual([2, expect.stringMatching(/^AWS has no such thing here: is it this --stage, .*Function not found/)]);
  });
});
