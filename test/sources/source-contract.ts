/**
 * What every source has to do, whoever calls: proves first and reads then, takes any bytes, and never says more than is known. A source brings how its
 * caller writes and how it reads an answer.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAILURES, type FailureCode, TransferError } from "../../lib/errors.ts";
import { createAuthenticator } from "../../lib/http/authenticate.ts";
import { renderCanonical } from "../../lib/http/canonical-reply.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../../lib/http/handler.ts";
import { createReceiveTransfer } from "../../lib/http/receive-transfer.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import type { Outcome, Reply, Source } from "../../lib/sources/source.ts";
import { parseTransferRequest } from "../../lib/transfer/request.ts";
import type { TransferResult } from "../../lib/transfer/result.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { ACCEPTED, PREVIEW, RECEIVED_AT, REFUSED, UNKNOWN } from "../support/transfer-service.ts";

export type Headers = Readonly<Record<string, string>>;

/** What a caller understands: that it was transferred, that it was not, that nobody knows, or that nothing was tried. */
export type Understanding = "transferred" | "not-transferred" | "unknown" | "dry-run";

export interface SourceFixture {
  readonly source: Source;
  /** The connection's secret. */
  readonly document: Readonly<Record<string, unknown>>;
  /** A body from which a whole transfer request comes, and what is in it. */
  readonly body: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** Headers of its caller over any body. */
  sign(body: Uint8Array): Headers;
  /** The same from somebody who does not hold the secret. */
  forge(body: Uint8Array): Headers;
  /** As the source's caller reads it. */
  understand(reply: Reply): Understanding;
}

const MOVED = {
  transferId: "t-1",
  callId: "c-1",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  receivedAt: RECEIVED_AT,
  outcome: "not-observed",
  replayed: false,
} as const;

const RESULTS: readonly [string, TransferResult, Understanding][] = [
  ["accepted", { ...MOVED, ...ACCEPTED }, "transferred"],
  ["accepted, replayed", { ...MOVED, ...ACCEPTED, replayed: true }, "transferred"],
  ["accepted, call data cut", { ...MOVED, ...ACCEPTED, callDataTruncated: true, reference: "ticket" }, "transferred"],
  ["unknown", { ...MOVED, ...UNKNOWN }, "unknown"],
  ["unknown, with the gateway's words", { ...MOVED, ...UNKNOWN, code: "gateway-error", gateway: ACCEPTED.gateway }, "unknown"],
  ["unknown by a bug, replayed", { ...MOVED, ...UNKNOWN, code: "internal", replayed: true }, "unknown"],
  ["refused", { ...MOVED, ...REFUSED }, "not-transferred"],
  ["refused for the session", { ...MOVED, ...REFUSED, code: "agent-not-signed-in", reason: undefined }, "not-transferred"],
];

const CODES = Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));

export function describeSource(fixture: SourceFixture): void {
  const { source, document, body } = fixture;
  const connection = ConfiguredConnection.parse(document);
  const bytes = (text: string) => new TextEncoder().encode(text);

  function toDraft(raw: Uint8Array, headers: Headers = fixture.sign(raw)) {
    return source.toDraft({ method: "POST", query: new URLSearchParams(), headers, body: raw, receivedAt: new Date(RECEIVED_AT) });
  }

  function reply(outcome: Outcome): Reply {
    return source.reply(outcome, renderCanonical(outcome, { requestId: "r-1", accept: undefined, style: "native" }), connection.settings);
  }

  /** The whole way, but for the transfer: what arrives there is answered as accepted. */
  async function post(raw: Uint8Array, headers: Headers): Promise<{ readonly code: unknown; readonly drafts: number }> {
    let drafts = 0;
    const counting: Source = {
      ...source,
      toDraft(webhook) {
        drafts += 1;
        return source.toDraft(webhook);
      },
    };
    const log = { access: () => undefined, problem: () => undefined, count: () => undefined };
    const find = async () => ({ ...connection, source: counting });
    const authenticate = createAuthenticator({ connections: { get: find, reread: find, peek: () => undefined }, log, now: () => 0 });
    const transfers = { transfer: async () => ({ kind: "result", result: { ...MOVED, ...ACCEPTED } }) as const };
    const handler = createHttpHandler(createReceiveTransfer({ authenticate, transfers, log }), { log, clock: SYSTEM_CLOCK });
    const route = "POST /v1/transfers/{connection}";
    const event = toEvent({ method: "POST", path: "/v1/transfers/it", route, connection: "it", headers, body: raw });
    const answer: Record<string, unknown> = JSON.parse((await handler(event, toContext())).body ?? "");
    return { code: answer.code, drafts };
  }

  describe(`source ${source.id}`, () => {
    it("reads a whole transfer request from its caller's body", () => {
      expect(parseTransferRequest(toDraft(bytes(body)), connection.settings)).toMatchObject(fixture.request);
    });

    it.each([
      ["a whole body", body],
      ["a broken one", body.slice(0, -1)],
      ["none", ""],
    ])("parses nothing of %s before its caller is proven", async (_what, text) => {
      expect(await post(bytes(text), fixture.forge(bytes(text)))).toEqual({ code: "unauthenticated", drafts: 0 });
    });

    it("parses once its caller is proven", async () => {
      expect(await post(bytes(body), fixture.sign(bytes(body)))).toMatchObject({ drafts: 1 });
      expect(await post(bytes("{"), fixture.sign(bytes("{")))).toMatchObject({ drafts: 1 });
    });

    it("makes a draft or one of our errors of any bytes", () => {
      const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes), fc.string().map(bytes));
      fc.assert(
        fc.property(anyBytes, fc.option(fc.string(), { nil: undefined }), (raw, contentType) => {
          const headers = { ...fixture.sign(raw), ...(contentType !== undefined && { "content-type": contentType }) };
          const thrown = catchThrown(() => parseTransferRequest(toDraft(raw, headers), connection.settings));
          if (thrown !== undefined) expect(thrown).toBeInstanceOf(TransferError);
        }),
        { seed: 1, numRuns: 500 },
      );
    });

    it.each(RESULTS)("lets its caller understand a transfer that is %s", (_state, result, understanding) => {
      const answer = reply({ kind: "result", result });
      expect(fixture.understand(answer)).toBe(understanding);
      expectWhole(answer);
    });

    it.each(CODES.flatMap((code) => [[code, "none"] as const, [code, "unknown"] as const]))(
      "lets its caller understand the failure %s with effect %s",
      (code, effect) => {
        const answer = reply({ kind: "failure", error: new TransferError(code, { reason: "planted-reason", effect, transferId: "t-1" }) });
        expect(fixture.understand(answer)).toBe(effect === "none" ? "not-transferred" : "unknown");
        expectWhole(answer);
        expect(answer.body).not.toContain("planted-reason");
      },
    );

    it("lets its caller understand a dry run", () => {
      const request = parseTransferRequest(toDraft(bytes(body)), connection.settings);
      const answer = reply({ kind: "dry-run", request, wire: PREVIEW });
      expect(fixture.understand(answer)).toBe("dry-run");
      expectWhole(answer);
    });
  });
}

function catchThrown(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (thrown) {
    return thrown ?? "nothing";
  }
}

/** What API Gateway can send as it is. */
function expectWhole({ status, headers }: Reply): void {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(600);
  expect(Object.keys(headers)).toContain("content-type");
  for (const [name, value] of Object.entries(headers)) {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(value).toMatch(/^[\x20-\x7e]*$/);
  }
}
