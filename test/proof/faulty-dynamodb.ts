/**
 * A DynamoDB behind a proxy at which requests go wrong by the dice of whoever sent them; and instances of functions, each with a store of its own over the real
 * SDK. Who is dead gets no answer, and nothing of it is carried out.
 */
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { vi } from "vitest";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import type { DueRecords, RecordStore } from "../../lib/records/record-store.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import type { Party } from "./party.ts";
import { answer, drawStoreFault, reply, type StoreAnswer, toStoreRequest } from "./store-faults.ts";

const PASSED = ["authorization", "content-type", "x-amz-date", "x-amz-target"];

/** Ms. */
const OPENING = { timeout: 30_000, interval: 100 };

type Store = RecordStore & DueRecords;

export interface FaultyDynamoDb {
  /** Lends an instance to whoever has no other store, until `use` has ended. */
  lend<Result>(party: Party, use: (store: Store) => Promise<Result>): Promise<Result>;
  /** Once nothing is late any more. */
  settled(): Promise<unknown>;
  stop(): Promise<void>;
}

interface FaultyDynamoDbOptions {
  readonly behind: string;
  readonly table: string;
  /** An order of everything that happens. */
  readonly next: () => number;
}

export async function startFaultyDynamoDb({ behind, table, next }: FaultyDynamoDbOptions): Promise<FaultyDynamoDb> {
  const agent = new Agent({ keepAlive: true });
  const parties = new Map<string, Party>();
  const idle: { readonly door: string; readonly store: Store }[] = [];
  const serving = new Set<Promise<unknown>>();
  let doors = 0;
  let opening: Promise<unknown> = Promise.resolve();

  function forward(incoming: IncomingMessage, body: string): Promise<StoreAnswer> {
    const headers = Object.fromEntries(PASSED.map((name) => [name, String(incoming.headers[name])]));
    const order = next();
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(behind, { method: "POST", headers, agent }, (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer, order }), reject);
      });
      outgoing.on("error", reject).end(body);
    });
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const party = parties.get(incoming.url?.split("/")[1] ?? "");
    const request = toStoreRequest(String(incoming.headers["x-amz-target"]), body, () => forward(incoming, body));
    if (party === undefined) return reply(outgoing, await request.carryOut());
    if (party.dead) return;
    if (request.isKept) party.onKept(next());
    await answer(request, { party, drawn: drawStoreFault(party, request.point), outgoing });
  }

  const server = createServer((incoming, outgoing) => {
    const served = serve(incoming, outgoing).catch(() => outgoing.destroy());
    serving.add(served);
    void served.finally(() => serving.delete(served));
  });
  const connections = trackConnections(server);
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;

  /** The SDK reads where its DynamoDB is with its first request: one at a time. */
  async function open(): Promise<{ readonly door: string; readonly store: Store }> {
    doors += 1;
    const door = `instance-${doors}`;
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `${url}/${door}`);
    const store = createDynamoDbStore(table, { wallMs: Date.now });
    // A busy machine may take longer than the store waits.
    await vi.waitUntil(
      () =>
        store.get("nobody", new AbortController().signal).then(
          () => true,
          () => false,
        ),
      OPENING,
    );
    return { door, store };
  }

  return {
    async lend(party, use) {
      let instance = idle.shift();
      if (instance === undefined) {
        const opened = opening.then(open);
        opening = opened;
        instance = await opened;
      }
      const { door, store } = instance;
      parties.set(door, party);
      try {
        return await use(store);
      } finally {
        idle.push(instance);
      }
    },
    settled: () => Promise.all(serving),
    async stop() {
      await connections.stop();
      agent.destroy();
    },
  };
}
