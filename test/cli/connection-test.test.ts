/** `ccgw connection test`, over the functions themselves: the proof of every source that can be signed for, each live secret, and nobody is moved. */
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Testing, testConnection } from "../../cli/connection/test.ts";
import type { Place } from "../../cli/place.ts";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import { DEMOS } from "../../dev/demos.ts";
import { post } from "../../dev/send-request.ts";
import { parseConfig } from "../../lib/config.ts";
import { listenOnLoopback } from "../support/raw-gateway.ts";
import { KEY, type Stack, startStack } from "../support/stack.ts";

let stack: Stack;
let place: Place;
let book: SecretBook;
beforeAll(async () => {
  stack = await startStack();
  place = { stage: "test", isLocal: true, config: parseConfig(process.env), keyAlias: "", functionName: (name) => name };
  book = openSecretBook(place);
});
afterAll(async () => {
  book.close();
  await stack.stop();
});

/** To the function, in this process. */
const send: Testing["send"] = ({ url, headers, body }) => {
  const { pathname, search } = new URL(url);
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const connection = pathname.split("/").at(-1) ?? "";
  return stack.transfer(connection, body, { query: search.slice(1), headers: { authorization: "", ...Object.fromEntries(named) } });
};

const test = (connection: string, waiting: Partial<Testing> = {}) =>
  testConnection(book, place, connection, { send, nowMs: () => Date.now() + 660_000, wait: async () => {}, ...waiting });

const SIGNED = DEMOS.filter(({ isInvoked, source }) => isInvoked !== true && source !== "bot-framework");

describe("ccgw connection test", () => {
  it.each(SIGNED.map((demo) => [demo.source, demo] as const))("proves the secret of %s, and moves nobody", async (source, demo) => {
    const verification = demo.verification({ issuer: "https://issuer.example.com" });
    const { connection } = stack.connect({ connection: { source, ...demo.connection, verification } });
    const before = stack.gateway.connections.opened;
    const { json, exitCode } = await test(connection);
    expect(json).toMatchObject({
      ok: true,
      findings: expect.arrayContaining([{ kind: "proven", what: expect.stringContaining("secret local") }]),
    });
    expect(exitCode).toBe(0);
    expect(stack.gateway.connections.opened).toBe(before);
    for (const { value } of verification.secrets ?? []) expect(JSON.stringify(json)).not.toContain(value);
  });

  it("proves by a dry run what the connection has defaults for, and names what it has none for", async () => {
    const targets = { billing: { type: "skill-queue", address: "31" } };
    const whole = stack.connect({ connection: { targets, defaults: { target: "billing" } } });
    expect((await test(whole.connection)).lines.join("\n")).toContain("proven      A dry run that names a call alone");
    const bare = stack.connect();
    expect((await test(bare.connection)).lines.join("\n")).toContain(
      "the answer is invalid-request (#/target is required). What has no default, each request has to say.",
    );
  });

  it("finds wrong what may move sessions nowhere, and what its answer is forbidden for", async () => {
    const nowhere = stack.connect({ connection: { allow: undefined, targets: {} } });
    const { lines, exitCode } = await test(nowhere.connection);
    expect({ lines: lines.filter((line) => line.startsWith("wrong")), exitCode }).toEqual({
      lines: [expect.stringContaining(`until it has a target: ccgw connection set ${nowhere.connection} --target billing`)],
      exitCode: 1,
    });
  });

  describe("of a source that takes no dry run in the address", () => {
    const [demo] = DEMOS.filter(({ source }) => source === "zendesk");
    const verification = demo?.verification({ issuer: "https://issuer.example.com" });
    const targets = { billing: { type: "skill-queue", address: "31" } };
    const zendesk = (settings: object) => ({ connection: { source: "zendesk", verification, allow: undefined, targets, ...settings } });

    it("proves mapping and targets by its sample where each delivery is a dry run", async () => {
      const { connection } = stack.connect(zendesk({ test: true }));
      const before = stack.gateway.connections.opened;
      expect((await test(connection)).lines).toContain(
        "proven      Its mapping and targets: its sample comes to a whole transfer request, by a dry run.",
      );
      expect(stack.gateway.connections.opened).toBe(before);
    });

    it("ends with 1 where that asks for what is not allowed, and not where the sample has other names", async () => {
      const elsewhere = { mapping: '{ "callId": "1", "target": { "type": "agent", "address": "299" } }' };
      const wrong = await test(stack.connect(zendesk({ test: true, ...elsewhere })).connection);
      expect({ lines: wrong.lines.join("\n"), exitCode: wrong.exitCode }).toEqual({
        lines: expect.stringContaining("the answer is forbidden"),
        exitCode: 1,
      });
      const other = await test(stack.connect(zendesk({ test: true, mapping: '{ "callId": body.other }' })).connection);
      expect({ lines: other.lines.join("\n"), exitCode: other.exitCode }).toEqual({
        lines: expect.stringMatching(
          /not proven +Its mapping and targets: as a dry run of its sample, the answer is invalid-request .* ccgw map --connection/,
        ),
        exitCode: 0,
      });
    });

    it("sends nothing that a function which does not know of test would transfer", async () => {
      const { connection } = stack.connect(zendesk({ test: true }));
      const sent: string[] = [];
      const seen: Testing["send"] = (request) => {
        sent.push(request.url);
        return send(request);
      };
      const { lines } = await test(connection, { send: seen, nowMs: () => Date.now() + 540_000 });
      expect(sent.every((url) => url.endsWith("?dryRun=true"))).toBe(true);
      expect(lines.join("\n")).toContain("it was changed a moment ago");
    });
  });

  it("asks whether the local stack runs, where nobody answers", async () => {
    const server = createServer();
    const port = await listenOnLoopback(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(post({ url: `http://127.0.0.1:${port}/v1/transfers/crm`, headers: {}, body: "" })).rejects.toThrow(
      "Is `npm start` running",
    );
  });

  it("says which secret the API refuses, and ends with 1", async () => {
    const { connection } = stack.connect();
    const other: Testing["send"] = (request) =>
      send({ ...request, headers: { ...request.headers, authorization: "Bearer another-secret" } });
    const { json, exitCode } = await test(connection, { send: other });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      findings: expect.arrayContaining([{ kind: "wrong", what: expect.stringMatching(/refuses its proof .*: 401/) }]),
    });
    expect(JSON.stringify(json)).not.toContain(KEY);
  });

  it("waits for a document that was written this moment", async () => {
    const { connection } = stack.connect();
    let asked = 0;
    const late: Testing["send"] = async (request) => (++asked < 3 ? { status: 401, text: "" } : send(request));
    const { exitCode } = await test(connection, { send: late, nowMs: Date.now });
    expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: 3 });
  });

  it.each([
    ["a gateway that is not there", { gateway: "nowhere" }, /There is no gateway nowhere: ccgw gateway add nowhere/],
    ["a disabled one", { enabled: false }, /It is disabled/],
    [
      "secrets that have ended",
      { verification: { secrets: [{ id: "a", value: KEY, notAfter: "2020-01-01T00:00:00Z" }] } },
      /No secret is good any more/,
    ],
  ])("finds %s", async (_what, document, words) => {
    const { connection } = stack.connect({ connection: document });
    const { lines, exitCode } = await test(connection);
    expect(exitCode).toBe(1);
    expect(lines.join("\n")).toMatch(words);
  });

  it("says what it cannot prove: the tokens of a vendor, a function that is invoked", async () => {
    const verification = { scheme: "google-id-token", accepted: [{ id: "a", value: "agent@example.iam.gserviceaccount.com" }] };
    const google = stack.connect({ connection: { source: "dialogflow-cx", verification } });
    expect((await test(google.connection)).lines.join("\n")).toContain("not proven  Its proof: the tokens are its vendor's");
    const invoked = { source: "lex-v2", verification: { scheme: "invoked-by-lambda" } };
    const { connection, gateway } = stack.connect({ connection: invoked });
    stack.secrets.putSecret("ccgw/test/connections/lex-bot-alias", { schemaVersion: 1, gateway, ...invoked });
    expect((await test("lex-bot-alias")).lines.join("\n")).toContain("not proven  Lex invokes a function");
    const misnamed = await test(connection);
    expect(misnamed).toMatchObject({
      exitCode: 1,
      lines: expect.arrayContaining([expect.stringMatching(/^wrong +Its name must be lex-/)]),
    });
  });
});
