/** What a receiver gets, verified by the library that Standard Webhooks gives its users, and what becomes of its answer. */
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { createCallbackClient } from "../../lib/callbacks/callback-client.ts";
import { createDeliver, type Delivery } from "../../lib/callbacks/delivery.ts";
import { createTellReceiver, ReceiverOf } from "../../lib/callbacks/tell-receiver.ts";
import { TransferError } from "../../lib/errors.ts";
import { Callback } from "../../lib/transfer/callback.ts";
import { type CallbackReceiver, type ReceiverAnswer, startReceiver } from "../support/callback-receiver.ts";
import { NOTICE, toNotice } from "./callback-notice.ts";

const NOW_MS = Date.parse("2026-11-23T07:01:00.900Z");
const [NEW, OLD, ANOTHER] = [1, 2, 3].map((byte) => `whsec_${Buffer.alloc(32, byte).toString("base64")}`) as [string, string, string];
const SIGNAL = new AbortController().signal;
const deliver = createDeliver({ post: createCallbackClient(), wallMs: () => NOW_MS });

function toCallback({ port, caPem }: Pick<CallbackReceiver, "port" | "caPem">, over: Readonly<Record<string, unknown>> = {}): Callback {
  return Callback.parse({ url: `https://127.0.0.1:${port}/outcomes`, secrets: [NEW], allowAddresses: ["127.0.0.1"], ca: caPem, ...over });
}

async function deliverAnswered(answer: ReceiverAnswer): Promise<Delivery> {
  return deliver(toCallback(await startReceiver({ answer: () => answer })), toNotice(), SIGNAL);
}

describe("a callback", () => {
  it("is the notice, under the id that it is known by", async () => {
    const receiver = await startReceiver();
    const notice = toNotice({ reference: "Müller 😀", outcomeReason: "customer-left" });
    expect(await deliver(toCallback(receiver), notice, SIGNAL)).toEqual({ kind: "delivered", status: 204 });
    const [got] = receiver.received;
    expect(got?.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": "d0248dec-3b17-4c32-951a-7114bc5806fc_accepted_completed",
      "webhook-timestamp": String(Math.floor(NOW_MS / 1_000)),
    });
    expect(JSON.parse(got?.body ?? "")).toEqual({
      type: "transfer.outcome",
      timestamp: NOTICE.at,
      data: { ...NOTICE, reference: "Müller 😀", outcomeReason: "customer-left" },
    });
    expect(got?.body).toMatch(/^[\x20-\x7e]+$/);
  });

  it("is signed by every secret, the newest first, and by no other", async () => {
    const receiver = await startReceiver();
    await createDeliver({ post: createCallbackClient(), wallMs: Date.now })(
      toCallback(receiver, { secrets: [NEW, OLD] }),
      toNotice(),
      SIGNAL,
    );
    const [{ headers, body }] = receiver.received as [CallbackReceiver["received"][0]];
    const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    for (const secret of [NEW, OLD]) expect(new Webhook(secret).verify(body, signed)).toMatchObject({ type: "transfer.outcome" });
    expect(() => new Webhook(ANOTHER).verify(body, signed)).toThrow();
    expect(() => new Webhook(NEW).verify(`${body} `, signed)).toThrow();
    const [first] = signed["webhook-signature"]?.split(" ") ?? [];
    expect(new Webhook(NEW).verify(body, { ...signed, "webhook-signature": String(first) })).toBeDefined();
  });

  it.each([200, 201, 202, 204, 299])("that is answered %i is delivered", async (status) => {
    expect(await deliverAnswered({ status })).toEqual({ kind: "delivered", status });
  });

  it("that is answered 410 is not repeated", async () => {
    expect(await deliverAnswered({ status: 410 })).toEqual({ kind: "gone", status: 410 });
  });

  it.each([300, 302, 304, 308])("that is answered %i is repeated, where it was", async (status) => {
    const why = `redirect ${status}, which is not followed`;
    expect(await deliverAnswered({ status, headers: { location: "/elsewhere" } })).toEqual({ kind: "retry", why, status });
  });

  it.each([400, 401, 404, 409, 429, 500, 503])("that is answered %i is repeated", async (status) => {
    expect(await deliverAnswered({ status })).toEqual({ kind: "retry", why: `status ${status}`, status });
  });

  it.each([
    ["120", 120],
    ["0", 0],
    ["Mon, 23 Nov 2026 07:03:00 GMT", 120],
    ["Mon, 23 Nov 2026 07:00:00 GMT", undefined],
    ["soon", undefined],
    ["-1", undefined],
    ["1e9", undefined],
  ])("is repeated after %s at the earliest, where the receiver says so: %s s", async (written, retryAfterSeconds) => {
    expect(await deliverAnswered({ status: 503, headers: { "retry-after": written } })).toEqual({
      kind: "retry",
      why: "status 503",
      status: 503,
      retryAfterSeconds,
    });
  });

  it("that does not arrive is repeated, and so is one to an address that is forbidden: a list may mend it", async () => {
    const receiver = await startReceiver();
    const forbidden = await deliver(toCallback(receiver, { allowAddresses: ["10.0.0.0/8"] }), toNotice(), SIGNAL);
    expect(forbidden).toEqual({ kind: "retry", why: "the address is not public, and allowAddresses does not list it" });
    const untrusted = await deliver(toCallback(receiver, { ca: undefined }), toNotice(), SIGNAL);
    expect(untrusted).toEqual({ kind: "retry", why: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    expect(receiver.received).toEqual([]);
  });
});

describe("a receiver", () => {
  async function tell(connection: unknown): Promise<Delivery> {
    const connections = { get: async () => (connection === undefined ? undefined : ReceiverOf.parse(connection)) };
    return createTellReceiver({ connections, deliver })(toNotice(), SIGNAL);
  }

  it("is told as the connection says, though the connection take no more transfers or be wrong elsewhere", async () => {
    const receiver = await startReceiver();
    const { url, secrets, allowAddresses, ca } = toCallback(receiver);
    const callback = { url, secrets, allowAddresses, ca };
    expect(await tell({ enabled: false, source: "none", callback })).toMatchObject({ kind: "delivered" });
    expect(receiver.received).toHaveLength(1);
  });

  it("is nobody without a connection, and without its callback", async () => {
    expect(await tell(undefined)).toEqual({ kind: "nobody", why: "there is no such connection any more" });
    expect(await tell({ source: "api" })).toEqual({ kind: "nobody", why: "the connection has no callback" });
  });

  it("is not known where its connection cannot be read", async () => {
    const connections = { get: () => Promise.reject(new TransferError("secrets-unavailable", { reason: "told to fail" })) };
    const telling = createTellReceiver({ connections, deliver })(toNotice(), SIGNAL);
    await expect(telling).rejects.toMatchObject({ code: "secrets-unavailable" });
  });
});
