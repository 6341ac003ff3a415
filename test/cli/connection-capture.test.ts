/** `ccgw connection capture`, over the functions themselves: names and types of what was proven, as it comes; and the document is then as it was. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Capturing, captureConnection, stopCapture } from "../../cli/connection/capture.ts";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import { parseConfig } from "../../lib/config.ts";
import { createDynamoDbStore, type DynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { exampleRequest, type Stack, startStack } from "../support/stack.ts";

const MINUTE_MS = 60_000;

let stack: Stack;
let book: SecretBook;
let store: DynamoDbStore;
beforeAll(async () => {
  stack = await startStack();
  const config = parseConfig(process.env);
  book = openSecretBook({ isLocal: true, config, keyAlias: "" });
  store = createDynamoDbStore(config.recordsTable, { wallMs: Date.now });
});
beforeEach(() => stack.gateway.reset());
afterAll(async () => {
  book.close();
  await stack.stop();
});

/** Each look comes after the next of these. It is interrupted once there is none left. */
async function capture(name: string, ...steps: readonly (() => Promise<unknown>)[]) {
  const left = [...steps];
  const interrupt = new AbortController();
  const told: string[] = [];
  const wait: Capturing["wait"] = async () => {
    await left.shift()?.();
    if (left.length === 0) interrupt.abort();
  };
  const capturing = { store, nowMs: Date.now, wait, signal: interrupt.signal, tell: (line: string) => void told.push(line) };
  const report = await captureConnection(book, { name, minutes: "15" }, capturing);
  return { ...report, told, shape: Object(report.json).shape };
}

const documentOf = async (name: string) => (await book.require("connections", name)).document;

describe("ccgw connection capture", () => {
  it("shows the names and types of what comes, and leaves the document as it was", async () => {
    const { connection } = stack.connect();
    const before = await documentOf(connection);
    const request = { ...exampleRequest("1552524689-16797284"), callDataFields: { topic: "Invoice" }, callData: undefined };
    const { shape, told, lines, exitCode } = await capture(connection, () => stack.transfer(connection, request, { query: "dryRun=true" }));
    expect(shape).toMatchObject({
      ...{ "body.callId": ["string"], "body.target": ["object"], "body.callDataFields.topic": ["string"] },
      ...{ "headers.authorization": ["string"], "query.dryRun": ["string"] },
    });
    expect(told).toContain("body.callDataFields.topic  string");
    expect(lines[0]).toMatch(/^field +type$/);
    expect(exitCode).toBeUndefined();
    expect(JSON.stringify({ shape, told, lines })).not.toMatch(/Invoice|1552524689|test-key/);
    expect(await documentOf(connection)).toEqual(before);
  });

  it("counts its minutes from when each function has read the connection anew, and says when that is", async () => {
    const { connection } = stack.connect();
    let nowMs = Date.now();
    const told: string[] = [];
    const looks: string[] = [];
    const capturing: Capturing = {
      store,
      nowMs: () => nowMs,
      wait: async (ms) => {
        nowMs += ms;
        looks.push(told.at(-1)?.split(":")[0] ?? "");
      },
      signal: new AbortController().signal,
      tell: (line) => void told.push(line),
    };
    const writtenMs = nowMs;
    await captureConnection(book, { name: connection, minutes: "1" }, capturing);
    expect(nowMs - writtenMs).toBe(2 * MINUTE_MS);
    expect(told.map((line) => line.split(":")[0])).toEqual(["Wait a minute", "Now"]);
    expect(looks.filter((line) => line === "Now")).toHaveLength(MINUTE_MS / 2_000);
    expect(told[1]).toContain(new Date(writtenMs + 2 * MINUTE_MS).toISOString());
  });

  it("shows what a webhook has that could not be read as a request: that is what a mapping is for", async () => {
    const { connection } = stack.connect({ connection: { source: "generic" } });
    const { shape } = await capture(connection, () => stack.transfer(connection, { ticket: { lines: [{ id: 1 }, { id: "a" }] } }));
    expect(shape).toMatchObject({ "body.ticket.lines[].id": ["number", "string"] });
  });

  it("keeps nothing of what was not proven, and says that nothing came", async () => {
    const { connection } = stack.connect();
    const forged = () => stack.transfer(connection, { forged: true }, { headers: { authorization: "Bearer another" } });
    const { shape, lines, exitCode } = await capture(connection, forged);
    expect({ shape, exitCode }).toEqual({ shape: {}, exitCode: 1 });
    expect(lines[0]).toContain("Nothing came whose sender was proven");
  });

  it("keeps nothing once its time is over", async () => {
    const captureUntil = new Date(Date.now() - 1_000).toISOString();
    const { connection } = stack.connect({ connection: { captureUntil } });
    await stack.transfer(connection, exampleRequest("1552524689-16797284"));
    expect(await store.get(`capture:${connection}`, AbortSignal.timeout(5_000))).toBeUndefined();
  });

  it("ends one that was left, and shows what it kept", async () => {
    const captureUntil = new Date(Date.now() + MINUTE_MS).toISOString();
    const { connection } = stack.connect({ connection: { captureUntil } });
    await stack.transfer(connection, exampleRequest("1552524689-16797284"));
    const { json } = await stopCapture(book, connection, store);
    expect(json).toMatchObject({ shape: { "body.callId": ["string"] } });
    expect(await documentOf(connection)).not.toHaveProperty("captureUntil");
    expect(await stopCapture(book, connection, store)).toMatchObject({ exitCode: 1 });
  });

  it("leaves alone what another has begun meanwhile", async () => {
    const { connection } = stack.connect();
    const captureUntil = new Date(Date.now() + MINUTE_MS).toISOString();
    await capture(connection, async () => {
      const kept = await book.require("connections", connection);
      await book.replace("connections", connection, { ...kept.document, captureUntil }, kept);
    });
    expect(await documentOf(connection)).toMatchObject({ captureUntil });
    const { told } = await capture(connection, async () => {});
    expect(told[0]).toBe(`In the place of a capture until ${captureUntil}, which gets nothing more.`);
  });

  it("takes 1 to 60 minutes, and nothing of Lex", async () => {
    const interrupted = AbortSignal.abort();
    const capturing = { store, nowMs: Date.now, wait: async () => {}, signal: interrupted, tell: () => {} };
    const { connection } = stack.connect();
    for (const minutes of ["0", "61", "soon"])
      await expect(captureConnection(book, { name: connection, minutes }, capturing)).rejects.toThrow(
        "--minutes must be a number from 1 to 60",
      );
    const lex = stack.connect({ connection: { source: "lex-v2", verification: { scheme: "invoked-by-lambda" } } });
    await expect(captureConnection(book, { name: lex.connection, minutes: "1" }, capturing)).rejects.toThrow("Lex's events are all alike");
  });
});
