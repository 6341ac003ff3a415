/** The records of transfers as commands read them, from a table that takes its time. */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { NotFound } from "../../cli/problem.ts";
import { openRecordBook } from "../../cli/record-book.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";

/** More than a function gives it, for whose answer a caller waits. */
const SLOW_MS = 1_100;

const TRANSFER = "qRAzj_tmb1tQi3p_dl4EtDVy-1";

it("waits for an answer for longer than a function does", async () => {
  const server = createServer(async (_request, response) => {
    await sleep(SLOW_MS);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
  const connections = trackConnections(server);
  onTestFinished(() => connections.stop());
  onTestFinished(() => void vi.unstubAllEnvs());
  const book = openRecordBook(await openLocalPlace({ DYNAMODB_PORT: String(await listenOnLoopback(server)) }));
  onTestFinished(() => book.close());
  await expect(book.require(TRANSFER)).rejects.toThrow(NotFound);
});

it("has its time for each call, however long ago it was opened", async () => {
  const server = createServer(
    (_request, response) => void response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}"),
  );
  const connections = trackConnections(server);
  onTestFinished(() => connections.stop());
  onTestFinished(() => void vi.unstubAllEnvs());
  const place = await openLocalPlace({ DYNAMODB_PORT: String(await listenOnLoopback(server)) });
  const isOver = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
  const book = openRecordBook(place);
  isOver.mockRestore();
  onTestFinished(() => book.close());
  await expect(book.require(TRANSFER)).rejects.toThrow(NotFound);
});
