import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { createReceiveTransfer } from "../../lib/http/receive-transfer.ts";
import { replyCanonically } from "../../lib/sources/answering/canonical.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { readJsonBody } from "../../lib/sources/reading/json-body.ts";
import { defineSource } from "../../lib/sources/source.ts";
import type { Gateway } from "../../lib/transfer/gateway.ts";
import { createTransferService } from "../../lib/transfer/service.ts";
import { sharedSecret } from "../../lib/verification/shared-secret.ts";
import { HOLDING_NOTHING_BACK } from "../support/holding-nothing-back.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { PUBLIC_BASE_URL, toResult } from "../support/stack.ts";
import { STATUS_URLS } from "../support/status-urls.ts";

const POST = { method: "POST", path: "/v1/transfers/demo", route: "POST /v1/transfers/{connection}", connection: "demo" } as const;

describe("a bug within a transfer", async () => {
  const connection = await ConfiguredConnection.parseAsync({
    schemaVersion: 1,
    source: "api",
    verification: { secrets: [{ id: "current", value: "test-key-of-a-connection" }] },
    gateway: "main",
    agentId: "101",
    allow: { targets: "any" },
  });
  const { settings } = connection;
  const prepared = { preview: { method: "POST", url: "https://gateway.example", headers: {}, body: {} }, observed: false } as const;
  const broken = () => Promise.reject(new TypeError("broken"));
  const accepting: Gateway = {
    prepare: async () => ({ ...prepared, send: async () => ({ state: "accepted", gateway: { retcode: "0", message: "success" } }) }),
  };
  function fail(): never {
    throw new TypeError("broken");
  }

  /** The connection, with a source that breaks in one of its functions. */
  function breakIn(part: "toDrafts" | "reply"): ConfiguredConnection {
    const source = defineSource({
      ...{
        id: "api",
        schemes: [sharedSecret],
        deadlineMs: 25_000,
        deliveryId: "none",
        options: [],
        readBody: readJsonBody,
        payload: z.looseObject({}),
      },
      toDrafts: (fields) => [{ fields }],
      reply: replyCanonically,
      [part]: fail,
    });
    const map = async () => ({});
    return { ...connection, source, open: (webhook, proof) => source.open({ webhook, settings, proof, map }) };
  }

  async function transferBy(gateway: Gateway, through = connection) {
    const log = createKeptLog();
    const transfers = createTransferService({ gateway, records: createTestRecords({}), ...HOLDING_NOTHING_BACK });
    const body = JSON.stringify({ callId: "1", target: { type: "agent", address: "205" }, reference: "ticket-1" });
    const route = createReceiveTransfer({
      authenticate: async () => ({ connection: through, proof: {} }),
      transfers,
      statusUrls: STATUS_URLS,
      tellConversation: async () => expect.fail("nobody asked in a conversation"),
      capture: async () => {},
      log,
    });
    const handler = createHttpHandler(route, { log, edge: { ...createManualClock(), publicBaseUrl: PUBLIC_BASE_URL } });
    const event = toEvent({ ...POST, headers: { "content-type": "application/json" }, body });
    return { ...toResult(await handler(event, toContext())), ...log };
  }

  it("before it was sent has no effect, and is told once", async () => {
    const { status, body, problems, lines } = await transferBy({ prepare: broken });
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: "internal", effect: "none", reference: "ticket-1" });
    expect(problems).toMatchObject([{ what: "bug", fields: { errorName: "TypeError" } }]);
    expect(lines).toHaveLength(1);
  });

  it("while its webhook was read has no effect", async () => {
    const { body, problems } = await transferBy(accepting, breakIn("toDrafts"));
    expect(body).toMatchObject({ code: "internal", effect: "none" });
    expect(problems).toHaveLength(1);
  });

  it("while its answer was made leaves the effect open", async () => {
    const { body, problems } = await transferBy(accepting, breakIn("reply"));
    expect(body).toMatchObject({ code: "internal", effect: "unknown" });
    expect(problems).toHaveLength(1);
  });

  it("while it was sent leaves the effect open", async () => {
    const { body, problems } = await transferBy({ prepare: async () => ({ ...prepared, send: broken }) });
    expect(body).toMatchObject({ code: "internal", effect: "unknown", transferId: expect.any(String) });
    expect(problems).toHaveLength(1);
  });
});
