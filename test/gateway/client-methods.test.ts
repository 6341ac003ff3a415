import { describe, expect, it } from "vitest";
import { createGatewayClient, type GatewayRequest } from "../../lib/gateway/client.ts";
import { postOnce, toPost } from "../support/gateway-post.ts";
import { toSite } from "../support/gateway-site.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";
import { startRawGateway } from "../support/raw-gateway.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

async function startAnswering(text: string, last = false) {
  const gateway = await startRawGateway(async ({ socket, request }) => {
    await request;
    socket.write(text, "latin1", () => {
      if (last) socket.end();
    });
  });
  return { gateway, site: (options = {}) => toSite({ url: gateway.url, ca: gateway.caPem, ...options }) };
}

describe("a request", () => {
  it.each<readonly [GatewayRequest["method"], string | undefined, string]>([
    ["GET", undefined, ""],
    ["POST", undefined, "content-length: 0\r\n"],
    ["PUT", undefined, "content-length: 0\r\n"],
    ["DELETE", undefined, ""],
    ["POST", "{}", "content-length: 2\r\n"],
    ["PUT", "{}", "content-length: 2\r\n"],
  ])("is a %s with the body %j and no other lines", async (method, body, length) => {
    const { gateway, site } = await startAnswering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    const send = createGatewayClient();
    await send({
      site: site(),
      method,
      path: "/a?b=c",
      headers: { Guid: "g" },
      body,
      deadline: createManualDeadline(),
    });
    const host = new URL(gateway.url).host;
    expect(gateway.received).toEqual([
      `${method} /a?b=c HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\nGuid: g\r\n${length}\r\n${body ?? ""}`,
    ]);
  });

  // undici takes a GET for one that may be sent again.
  it.each(METHODS)("(%s) is not sent again where the connection ends without an answer", async (method) => {
    const { gateway, site } = await startAnswering("", true);
    expect(await postOnce(toPost(site(), { method }))).toMatchObject({ outcome: { kind: "sent-without-answer" }, sent: 1 });
    expect(gateway.received).toHaveLength(1);
  });

  it.each([
    [100, 20_000, "answered"],
    [20_000, 100, "sent-without-answer"],
  ])("whose site waits %i ms waits as long as it says itself: %i ms", async (ofSite, responseTimeoutMs, kind) => {
    const gateway = await startRawGateway(async ({ socket, request }) => {
      await request;
      setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 1_500);
    });
    const site = toSite({ url: gateway.url, ca: gateway.caPem, responseTimeoutMs: ofSite });
    expect((await postOnce(toPost(site, { responseTimeoutMs }))).outcome.kind).toBe(kind);
  });
});

describe("the headers of an answer", () => {
  it("have lower-case names, and each line's value apart", async () => {
    const lines = [
      "Content-Length: 2",
      "Set-GUID: JSESSIONID=a.b",
      "Set-Cookie: A=1; Expires=Mon, 23 Nov 2026 07:00:00 GMT",
      "SET-COOKIE: B=2",
      "__proto__: x",
    ];
    const { site } = await startAnswering(`HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\n{}`);
    const { outcome } = await postOnce(toPost(site()));
    if (outcome.kind !== "answered") return expect.fail(outcome.kind);
    expect(Object.entries(outcome.response.headers)).toEqual(
      expect.arrayContaining([
        ["content-length", ["2"]],
        ["set-guid", ["JSESSIONID=a.b"]],
        ["set-cookie", ["A=1; Expires=Mon, 23 Nov 2026 07:00:00 GMT", "B=2"]],
      ]),
    );
  });

  it("are those of the answer, not of an early hint", async () => {
    const { site } = await startAnswering(
      "HTTP/1.1 103 Early Hints\r\nSet-GUID: JSESSIONID=early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    );
    expect((await postOnce(toPost(site()))).outcome).toEqual({
      kind: "answered",
      response: { status: 200, headers: { "content-length": ["0"] }, body: Buffer.alloc(0) },
    });
  });
});
