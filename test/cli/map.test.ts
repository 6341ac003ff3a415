/** `ccgw map`: what a mapping makes of a sample, by the functions' own code, or where it fails. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tryMapping } from "../../cli/mapping/map.ts";
import { DEMOS } from "../../dev/demos.ts";
import { startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { MAX_BODY_BYTES } from "../../lib/http/request.ts";
import { runCcgw } from "../support/send-process.ts";

const NOW = new Date("2026-11-25T12:00:00Z");
const CANARY = "canary-of-a-secret-0123456789";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "map-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function write(text: string): Promise<string> {
  const file = join(folder, String(files++));
  await writeFile(file, text);
  return file;
}

const linesOf = async (expression: string) => {
  const mapping = await write(expression);
  const { lines, exitCode } = await tryMapping({ source: "zendesk", mapping }, undefined, NOW);
  return { text: lines.join("\n"), exitCode };
};

describe("a mapping that is tried", () => {
  it("shows the transfer request and the wire request of the source's sample, without a Guid", async () => {
    const mapping = "examples/zendesk.jsonata";
    const target = ["billing=skill-queue:31", "support=skill-queue:32"];
    const { json, lines, exitCode } = await tryMapping({ source: "zendesk", mapping, target }, undefined, NOW);
    const callData = '{"ticket":"35436","title":"Invoice 2026-117: charged twice"}';
    expect(json).toMatchObject({
      source: "zendesk",
      transfers: [
        {
          request: {
            callId: "1552524689-16797285",
            agentId: "101",
            target: { type: "skill-queue", address: "31" },
            callData,
            reference: "zendesk-35436",
          },
          wire: {
            post: "/agentgateway/resource/mediacall/101/transfer",
            body: { callid: "1552524689-16797285", caller: "88880021", devicetype: 1, mode: 2, address: "31", calldata: callData },
          },
        },
      ],
    });
    expect(lines).toContain("POST /agentgateway/resource/mediacall/101/transfer, with the agent's Guid:");
    expect(exitCode).toBe(0);
  });

  it.each([
    [
      '{\n  "callId": body.ccgw_call_id,\n  "target": ,\n}',
      '(S0211) at character 46 (line 3, column 13): The symbol "," cannot be used as a unary operator\n    "target": ,\n              ^',
    ],
    [
      '{ "callId": body.(a b) }',
      '(S0202) at character 21 (line 1, column 21): Expected ")", got "b"\n  { "callId": body.(a b) }\n                      ^',
    ],
    [
      `{ "reference": "${"x".repeat(90)}", , }`,
      `(S0211) at character 110 (line 1, column 110): The symbol "," cannot be used as a unary operator\n  ${"x".repeat(56)}", , }\n  ${" ".repeat(59)}^`,
    ],
  ])("says where an expression cannot be read, and why in JSONata's own words: %s", async (expression, words) => {
    expect(await linesOf(expression)).toEqual({ text: `mapping is not a JSONata expression ${words}`, exitCode: 1 });
  });

  it.each([
    ["api", undefined],
    ["generic", undefined],
    ["zendesk", '{ "callId": "1", "target": "billing", "deliveryId": "of-" & headers."x-zendesk-webhook-invocation-id" }'],
  ])("calls the id an example that callers of %s make up for each webhook", async (source, expression) => {
    const mapping = expression === undefined ? undefined : await write(expression);
    const { lines } = await tryMapping({ source, mapping, target: ["billing=skill-queue:31"] }, undefined, NOW);
    expect(lines.join("\n")).toMatch(/"deliveryId": "(?:of-)?example-of-an-id"/);
    expect(lines).toContain("Its deliveryId is an example: each webhook of the caller brings its own.");
  });

  it("says at which line it fails", async () => {
    expect(await linesOf('{\n  "callId": body.ccgw_call_id,\n  "skillId": $number("x")\n}')).toEqual({
      text: expect.stringMatching(
        /^No transfer request: misconfigured, mapping: could not be evaluated \(D3030\) at character \d+ \(line 3, column 21\)\n {4}"skillId": \$number\("x"\)\n {22}\^$/,
      ),
      exitCode: 1,
    });
  });

  it("points at all that is wrong with what it gives, and shows that", async () => {
    const { text, exitCode } = await linesOf('{ "callid": "1", "target": { "type": "agent", "address": "101" } }');
    expect(text).toContain("No transfer request: invalid-request");
    expect(text).toContain(
      "  #/callId is required\n  #/callid is not a known field; did you mean callId?\n  #/target/address must be another agent than agentId",
    );
    expect(text).toContain('"callid": "1"');
    expect(exitCode).toBe(1);
  });

  it("is held against what the connection may do, whose own mapping is used where no other is given", async () => {
    const document = {
      ...{
        schemaVersion: 1,
        source: "generic",
        gateway: "main",
        agentId: "102",
        targets: { billing: { type: "skill-queue", address: "31" } },
      },
      verification: { secrets: [{ id: "first", value: CANARY }] },
      mapping: '{ "callId": body.ccgw_call_id, "target": "billing" }',
    };
    const own = await tryMapping({ connection: "crm" }, document, NOW);
    expect(own).toMatchObject({ json: { transfers: [{ request: { agentId: "102", target: { address: "31" } } }] }, exitCode: 0 });
    const mapping = await write('{ "callId": body.ccgw_call_id, "target": { "type": "agent", "address": "205" } }');
    const other = await tryMapping({ connection: "crm", mapping }, document, NOW);
    expect(other).toMatchObject({
      json: { transfers: [{ error: { code: "forbidden", detail: expect.stringContaining("allow.targets") } }] },
      exitCode: 1,
    });
    expect(JSON.stringify([own, other])).not.toContain(CANARY);
  });

  it("takes a sample with the agent and a target of the connection, unless a body is given", async () => {
    const document = {
      ...{ schemaVersion: 1, source: "zendesk", gateway: "main", agentId: "102" },
      targets: { support: { type: "skill-queue", address: "32" } },
      verification: { secrets: [{ id: "first", value: CANARY }] },
    };
    const own = await tryMapping({ connection: "crm" }, document, NOW);
    expect(own).toMatchObject({ json: { transfers: [{ request: { agentId: "102", target: { address: "32" } } }] }, exitCode: 0 });
    const given = await tryMapping({ connection: "crm", sample: "test/fixtures/zendesk/trigger.json" }, document, NOW);
    expect(given).toMatchObject({ json: { transfers: [{ error: expect.anything() }] }, exitCode: 1 });
  });

  it.each([
    ["a target beside a connection, which has its own", { target: ["billing=skill-queue:31"] }, "--target goes without --connection"],
    ["another source than the connection's", { source: "zendesk" }, "--source: the connection is of source generic."],
  ])("refuses %s", async (_what, wanted, words) => {
    const document = { schemaVersion: 1, source: "generic", gateway: "main", verification: { secrets: [{ id: "first", value: CANARY }] } };
    await expect(tryMapping({ connection: "crm", ...wanted }, document, NOW)).rejects.toThrow(words);
  });

  it("refuses a sample that no function would read", async () => {
    const sample = await write("x".repeat(MAX_BODY_BYTES + 1));
    await expect(tryMapping({ source: "zendesk", sample }, undefined, NOW)).rejects.toThrow("KiB that a body may have");
  });

  it("says that a sample asks for nothing", async () => {
    const { lines, exitCode } = await tryMapping({ source: "intercom", sample: "test/fixtures/intercom/ping.json" }, undefined, NOW);
    expect({ lines, exitCode }).toEqual({ lines: [expect.stringContaining("This sample asks for no transfer")], exitCode: 1 });
  });

  it.each(DEMOS.map(({ source }) => source))(
    "takes the sample of %s for proven, which comes to transfer requests without a mapping",
    async (source) => {
      expect(await tryMapping({ source }, undefined, NOW)).toMatchObject({ exitCode: 0 });
    },
  );
});

describe("as it is typed", () => {
  it("asks nobody without a connection", async () => {
    const { code, output } = await runCcgw(["map", "--source", "api", "--json"], { SECRETS_MANAGER_PORT: "1" });
    expect({ code, json: JSON.parse(output) }).toMatchObject({ code: 0, json: { source: "api" } });
  });

  it("reads the connection that it names", async () => {
    const secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
    const { code, output } = await runCcgw(["map", "--connection", "nobody"], { SECRETS_MANAGER_PORT: new URL(secrets.url).port });
    await secrets.stop();
    expect({ code, output }).toEqual({
      code: 1,
      output: "There is no secret ccgw/local/connections/nobody. There is no connection yet: ccgw connection add makes one.\n",
    });
  });
});
