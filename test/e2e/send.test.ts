/** `npm run send` against `npm start`, as a developer runs both: every source's sample is accepted out of the box. */
import { describe, expect, it } from "vitest";
import { SOURCES } from "../../lib/sources/all.ts";
import { useSendStack } from "../support/send-stack.ts";
import { itJudgesWhatWasAccepted } from "./send-accepted.ts";
import { itProvesItselfToEachConnection } from "./send-connections.ts";

/** Node starts for each, on a machine that may be busy. */
const TIMEOUT_MS = 60_000;
const stack = useSendStack(TIMEOUT_MS);

/** Of the customer of the last transfer: the number and the call data that the gateway was given, and a name that many samples have. */
async function personalOfLast(): Promise<readonly string[]> {
  const { body } = (await stack.gatewayTransfers()).at(-1) ?? { body: "{}" };
  const { caller, calldata } = JSON.parse(body) as { readonly caller?: string; readonly calldata?: string };
  return [caller, calldata, "Müller"].flatMap((text) => (text ? [text] : []));
}

describe("npm run send", { timeout: TIMEOUT_MS }, () => {
  it.each(SOURCES.map(({ id }) => id))("plays %s, which is accepted, and accepted again", async (source) => {
    const { code, output } = await stack.send([source]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("── Answer\n200\n") });
    expect(output).toMatch(/── Canonical request(, by a dry run)?\n[[{][^─]*"callId": "1552524689-/);
    expect(output).not.toContain("local-demo-");
    expect(output).toMatch(/── At the gateway\n\{"callid":"[^"]+".* → 0\n/);
    const again = await stack.sendByCcgw([source, "--json"]);
    expect({ ...again, output: JSON.parse(again.output) }).toMatchObject({
      code: 0,
      output: { gateway: expect.arrayContaining([{ retcode: "0", acted: true }]) },
    });
    // Nothing of what the customer is known by comes back, whatever this caller calls it.
    for (const personal of await personalOfLast()) expect(again.output).not.toContain(personal);
    expect(again.output).toMatch(/accepted|<Ack>true/);
  });

  it("shows what went out without its secret, the canonical request and the answer", async () => {
    const { output } = await stack.send(["api"]);
    expect(output).toContain(`── Request\nPOST ${stack.url()}/v1/transfers/demo-api\n`);
    expect(output).toContain("authorization: ***");
    expect(output).toContain('"dryRun": true');
    expect(output).toContain('"state": "accepted"');
    expect(output).not.toContain("local-demo-key-of-api");
  });

  it("tells programs what became of it, without what is the customer's or proves anybody", async () => {
    const sent = await stack.sendByCcgw(["zendesk", "--json"]);
    expect({ code: sent.code, json: JSON.parse(sent.output) }).toEqual({
      code: 0,
      json: {
        ...{ source: "zendesk", connection: "demo-zendesk", status: 200, accepted: true, dryRun: false },
        body: expect.objectContaining({ state: "accepted", statusUrl: "(secret)" }),
        gateway: [{ retcode: "0", acted: true }],
      },
    });
    expect(sent.output).not.toMatch(/local-demo-|88880021|token=|signature/);
    const dry = await stack.sendByCcgw(["dialogflow-cx", "--connection", "demo-hubspot", "--json"]);
    expect({ code: dry.code, json: JSON.parse(dry.output) }).toMatchObject({ code: 1, json: { status: 401, accepted: false } });
  });

  it("asks as a sample of another connection for its agent and a target of its own, and of a deployed one says how", async () => {
    const value = "a-secret-of-another-connection";
    const verification = { scheme: "zendesk", secrets: [{ id: "first", value }] };
    const targets = { support: { type: "skill-queue", address: "32" } };
    await stack.createConnection("of-102", { schemaVersion: 1, source: "zendesk", gateway: "main", agentId: "102", targets, verification });
    const own = await stack.send(["zendesk", "--connection", "of-102"], { CCGW_SEND_SECRET: value });
    expect(own).toEqual({
      code: 0,
      output: expect.stringMatching(/"agentId": "102",\s+"target": \{\s+"type": "skill-queue",\s+"address": "32"/),
    });
    const deployed = await stack.send(["zendesk", "--connection", "of-102", "--url", stack.url()], { CCGW_SEND_SECRET: value });
    expect(deployed).toEqual({ code: 1, output: expect.stringContaining("The sample asks for what this connection may not: give a file") });
  });

  it("shows no secret that stands in the address", async () => {
    const { output } = await stack.send(["salesforce-outbound-message"]);
    expect(output).toContain("?key=***");
    expect(output).not.toContain("local-demo-key");
  });

  it("sends the file that it is given", async () => {
    const file = await stack.writeSample("api", "request.json", ["ticket-4711", "ticket-of-a-file"]);
    const { code, output } = await stack.send(["api", file]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('"reference": "ticket-of-a-file"') });
  });

  it("says why a request cannot be read, and that another asks for nothing", async () => {
    const file = await stack.writeSample("zendesk", "invalid.json", ["ccgw_call_id", "ccgw_call"]);
    const invalid = await stack.send(["zendesk", file]);
    expect(invalid).toMatchObject({
      code: 1,
      output: expect.stringMatching(/── Canonical request\n\{\n {2}"code": "invalid-request"[^─]*ccgw_call[^─]*── Answer\n422/),
    });
    const ping = await stack.send(["intercom", "test/fixtures/intercom/ping.json"]);
    expect(ping).toMatchObject({ code: 1, output: expect.stringContaining("── Canonical request\nnone: this asks for no transfer\n") });
    for (const { output } of [invalid, ping]) expect(output).toContain("── At the gateway\nnothing\n");
  });

  it("fails at a connection that does not take its signature, and says whose secret it used", async () => {
    await stack.send(["zendesk"]);
    const { code, output } = await stack.send(["zendesk", "--connection", "demo-hubspot"]);
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("unauthenticated") });
    expect(output).toMatch(/── Canonical request\nnone: .*\(missing-credential\)/);
    // What the same call was asked for earlier is none of its business.
    expect(output).toContain("── At the gateway\nnothing\n");
    expect(output).toMatch(/demo's secret, that of demo-zendesk: set CCGW_SEND_SECRET to that of demo-hubspot/);
  });

  it("signs with another secret, on this machine, too", async () => {
    const other = await stack.send(["api", "--connection", "demo"], { CCGW_SEND_SECRET: "local-demo-key" });
    expect(other).toMatchObject({ code: 0, output: expect.stringContaining("/v1/transfers/demo\n") });
    const wrong = await stack.send(["api", "--connection", "demo"], { CCGW_SEND_SECRET: "another" });
    expect(wrong).toMatchObject({ code: 1, output: expect.not.stringContaining("the demo's secret") });
    expect(await stack.send(["api", "--connection", "demo"], { CCGW_SEND_SECRET: "" })).toMatchObject({
      code: 1,
      output: expect.stringContaining("set CCGW_SEND_SECRET to that of demo"),
    });
  });

  it("leaves the call of the welcome to it", async () => {
    const [, body = ""] = /-d '([^']+)'$/m.exec(stack.output()) ?? [];
    const headers = { authorization: "Bearer local-demo-key", "content-type": "application/json" };
    const ask = async () => (await fetch(`${stack.url()}/v1/transfers/demo`, { method: "POST", headers, body })).json();
    expect(await ask()).toMatchObject({ state: "accepted", replayed: false });
    expect(await ask()).toMatchObject({ state: "accepted", replayed: true });
    const reset = /^curl -s -X POST (\S+\/reset)$/m.exec(stack.output())?.[1] ?? "";
    expect(await (await fetch(reset, { method: "POST" })).json()).toEqual({ reset: true });
    // It is there again, but who has it in the records is another delivery.
    const after = await stack.send(["api", await stack.writeSample("api", "after.json", ["16797284", "16797293"])]);
    expect(after).toMatchObject({ code: 1, output: expect.stringContaining("call-busy") });
  });

  it("takes the secret of a deployed connection from the environment alone", async () => {
    expect(await stack.send(["zendesk", "--url", stack.url()])).toMatchObject({
      code: 2,
      output: expect.stringContaining("CCGW_SEND_SECRET"),
    });
    const wrong = await stack.send(["zendesk", "--url", stack.url()], { CCGW_SEND_SECRET: "another-secret" });
    expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining("401") });
    const file = await stack.writeSample("api", "deployed.json", ["1552524689-16797284", "1456401416-3"]);
    const { code, output } = await stack.send(["api", "--url", `${stack.url()}/`, file], { CCGW_SEND_SECRET: "local-demo-key-of-api" });
    expect(output).not.toContain("── At the gateway");
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('"callId": "1456401416-3"') });
  });

  it("says which connection of a deployed stack it assumes", async () => {
    const secret = { CCGW_SEND_SECRET: "local-demo-key-of-api" };
    expect((await stack.send(["api", "--url", stack.url()], secret)).output).toMatch(/^── Connection\ndemo-api, .*--connection/);
    expect((await stack.send(["api", "--url", stack.url(), "--connection", "demo-api"], secret)).output).not.toContain("── Connection");
  });

  it("says so where nobody listens, or a file is not there", async () => {
    const nobody = await stack.send(["zendesk", "--url", "http://127.0.0.1:2"], { CCGW_SEND_SECRET: "x" });
    expect(nobody).toMatchObject({ code: 2, output: expect.stringMatching(/Nothing was sent: .*ECONNREFUSED/) });
    const elsewhere = await stack.send(["zendesk"], { GATEWAY_CONTROL_PORT: "2" });
    expect(elsewhere).toMatchObject({ code: 2, output: expect.stringMatching(/^Nothing was sent: .*\nIs `npm start` running/) });
    expect(await stack.send(["zendesk"], { PORT: "2" })).toMatchObject({
      code: 2,
      output: expect.stringContaining("Is `npm start` running"),
    });
    const file = await stack.send(["api", "none.json"]);
    expect(file).toMatchObject({ code: 2, output: expect.stringMatching(/^Nothing was sent: .*none\.json/) });
    for (const { output } of [nobody, elsewhere, file]) expect(output).not.toContain("may have arrived");
  });
});

describe("npm run send, of what was accepted", { timeout: TIMEOUT_MS }, () => itJudgesWhatWasAccepted(stack));

describe("npm run send, to connections of one's own", { timeout: TIMEOUT_MS }, () => itProvesItselfToEachConnection(stack));

describe("npm run load", { timeout: TIMEOUT_MS }, () => {
  it("sends at its rate, stops by itself, and finds each call transferred once", async () => {
    const { code, output } = await stack.load(["--rate", "10", "--seconds", "1"]);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^10 transfers a second for 1 s: 10 calls, 14 requests\.\n/),
    });
    expect(output).toMatch(/^transfer +10 +p50 +\d+ +p95 +\d+ +p99 +\d+ +max +\d+ ms$/m);
    expect(output).toContain("Each call was transferred once");
  });

  it.each([
    ["--rate", "0"],
    ["--rate", "201"],
    ["--seconds", "601"],
    ["--rate", "200", "--seconds", "101"],
    ["--for", "ever"],
  ])("refuses %s %s, which it could not bear or does not know", async (...given) => {
    expect(await stack.load(given)).toMatchObject({ code: 2, output: expect.stringMatching(/^npm run load -- /) });
  });
});
