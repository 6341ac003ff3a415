/** Ways to the failure that no caller should meet: something that is wired in throws what nobody expects, with a canary in all that an error has. */
import { createHttpHandler, type Route, SYSTEM_CLOCK } from "../../lib/http/handler.ts";
import { createReceiveTransfer } from "../../lib/http/receive-transfer.ts";
import { createLog } from "../../lib/log.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import type { Gateway } from "../../lib/transfer/gateway.ts";
import type { Records } from "../../lib/transfer/records.ts";
import { createTransferService } from "../../lib/transfer/service.ts";
import { CALL_DATA, CANARIES } from "./canaries.ts";
import { HOLDING_NOTHING_BACK } from "./holding-nothing-back.ts";
import { toContext, toEvent } from "./http-event.ts";
import { createTestRecords } from "./memory-records.ts";
import { type Answer, PUBLIC_BASE_URL, toResult } from "./stack.ts";
import { STATUS_URLS } from "./status-urls.ts";

type Provoke = () => Promise<readonly Answer[]>;

const REQUEST = { callId: "1", target: { type: "agent", address: "205" }, caller: CANARIES.caller, callData: CALL_DATA };
const CONNECTION = {
  schemaVersion: 1,
  source: "api",
  verification: { scheme: "shared-secret", secrets: [{ id: "current", value: CANARIES.key }] },
  gateway: "main",
  agentId: "101",
  allow: { agents: "any", targets: "any", modes: "any" },
};

/** A message of several lines can look like a stack. */
class Unexpected extends Error {
  readonly body = CANARIES.exception;
  readonly request = { headers: { guid: CANARIES.guid } };
  constructor() {
    super(`failed on\n    at ${CANARIES.exception} "${CANARIES.callData}"`, { cause: new Error(CANARIES.exception) });
  }
}

function throwing(thrown: unknown): () => Promise<never> {
  return () => Promise.reject(thrown);
}

const memory = createTestRecords({});
const prepared = { preview: { method: "POST", url: "https://gateway", headers: {}, body: {} }, observed: false } as const;
const accepting: Gateway = {
  prepare: async () => ({ ...prepared, send: async () => ({ state: "accepted", gateway: { retcode: "0", message: "success" } }) }),
};

export const internalFailures: Readonly<Record<string, Provoke>> = {
  "a route that throws an error": () => ask(throwing(new Unexpected())),
  "a route that throws a text": () => ask(throwing(CANARIES.exception)),
  "a gateway that cannot be prepared": () => transfer({ prepare: throwing(new Unexpected()) }, memory),
  "a send that throws": () => transfer({ prepare: async () => ({ ...prepared, send: throwing(new Unexpected()) }) }, memory),
  "records that cannot be read": () => transfer(accepting, { ...memory, read: throwing(new Unexpected()) }),
};

/** Accepted all the same: the log alone tells that the result was not kept. */
export function transferWithoutKeeping(): Promise<readonly Answer[]> {
  return transfer(accepting, {
    async read(...asked) {
      const seen = await memory.read(...asked);
      return {
        ...seen,
        async claim(pending) {
          const answer = await seen.claim(pending);
          return answer.kind === "claimed" ? { ...answer, claim: { ...answer.claim, settle: throwing(new Unexpected()) } } : answer;
        },
      };
    },
  });
}

async function transfer(gateway: Gateway, records: Records): Promise<readonly Answer[]> {
  const transfers = createTransferService({ gateway, records, ...HOLDING_NOTHING_BACK });
  const connection = await ConfiguredConnection.parseAsync(CONNECTION);
  return ask(
    createReceiveTransfer({
      authenticate: async () => ({ connection, proof: {} }),
      transfers,
      statusUrls: STATUS_URLS,
      tellConversation: async () => undefined,
      capture: async () => {},
      log: createLog(),
    }),
  );
}

let count = 0;
async function ask(route: Route): Promise<readonly Answer[]> {
  count += 1;
  const handler = createHttpHandler(route, { log: createLog(), edge: { ...SYSTEM_CLOCK, publicBaseUrl: PUBLIC_BASE_URL } });
  const event = toEvent({
    method: "POST",
    path: "/v1/transfers/demo",
    route: "POST /v1/transfers/{connection}",
    connection: "demo",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...REQUEST, callId: String(count) }),
  });
  return [toResult(await handler(event, toContext()))];
}
