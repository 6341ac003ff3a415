import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { postOnce, toPost } from "../support/gateway-post.ts";
import { toSite } from "../support/gateway-site.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";
import { listenOnLoopback, startRawGateway } from "../support/raw-gateway.ts";

const OK = '{"message":"success","retcode":"0"}';
const whole = (head: string, body: string) => `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const OK_ANSWER = whole("HTTP/1.1 200 OK\r\nContent-Type: application/json", OK);

const answered = (status: number, body: string) => ({
  kind: "answered",
  response: { status, headers: expect.any(Object), body: Buffer.from(body) },
});
const UNANSWERED = { kind: "sent-without-answer", timedOut: false };

interface Reply {
  /** Written once the request has arrived. */
  readonly text: string;
  /** Whether the connection ends with it. */
  readonly last?: true;
}

async function postTo({ text, last }: Reply, { leftMs, ...site }: { readonly leftMs?: number; readonly responseTimeoutMs?: number } = {}) {
  const gateway = await startRawGateway(async ({ socket, request }) => {
    await request;
    socket.write(text, "latin1", () => {
      if (last) socket.end();
    });
  });
  const document = toSite({ url: gateway.url, ca: gateway.caPem, ...site });
  const { outcome, sent } = await postOnce(toPost(document, { deadline: createManualDeadline(leftMs) }));
  return { gateway, outcome, sent };
}

describe("an answer", () => {
  const ANSWERS: readonly [string, Reply, object][] = [
    ["in one piece", { text: OK_ANSWER }, answered(200, OK)],
    ["that ends with the connection", { text: `HTTP/1.1 200 OK\r\n\r\n${OK}`, last: true }, answered(200, OK)],
    ["of HTTP/1.0", { text: `HTTP/1.0 200 OK\r\n\r\n${OK}`, last: true }, answered(200, OK)],
    ["in chunks", { text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" }, answered(200, "{}")],
    ["without a body", { text: "HTTP/1.1 204 No Content\r\n\r\n" }, answered(204, "")],
    ["after 103 Early Hints", { text: `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK_ANSWER}` }, answered(200, OK)],
    ["after 102 Processing", { text: `HTTP/1.1 102 Processing\r\n\r\n${OK_ANSWER}` }, answered(200, OK)],
    ["with a second one behind it", { text: `${OK_ANSWER}${whole("HTTP/1.1 500 No", "no")}` }, answered(200, OK)],
  ];

  it.each(ANSWERS)("%s is read", async (_name, reply, expected) => {
    const { outcome, sent, gateway } = await postTo(reply);
    expect(outcome).toEqual(expected);
    expect(sent).toBe(1);
    expect(gateway.received).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])("that redirects with %i is not followed", async (status) => {
    const text = whole(`HTTP/1.1 ${status} Elsewhere\r\nLocation: /agentgateway/elsewhere`, "");
    const { outcome, sent, gateway } = await postTo({ text });
    expect(outcome).toEqual(answered(status, ""));
    expect(sent).toBe(1);
    expect(gateway.received).toHaveLength(1);
  });

  const BROKEN: readonly [string, Reply][] = [
    ["not HTTP", { text: "220 mail.example ESMTP ready\r\n" }],
    ["random bytes", { text: "\u0000\u0001\u00ff\u0016\u0003\u0001" }],
    ["empty, and the connection closed", { text: "", last: true }],
    ["half a status line", { text: "HTTP/1.1 20", last: true }],
    ["half a head", { text: "HTTP/1.1 200 OK\r\nContent-Le", last: true }],
    ["shorter than it says", { text: `HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n${OK}`, last: true }],
    ["cut within its chunks", { text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", last: true }],
    ["of two lengths", { text: `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${whole("X: y", OK)}` }],
    ["with a head without end", { text: `HTTP/1.1 200 OK\r\nX: ${"x".repeat(200_000)}` }],
    ["100 Continue, which nobody asked for", { text: `HTTP/1.1 100 Continue\r\n\r\n${OK_ANSWER}` }],
    ["a switch of protocols", { text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n" }],
    ["an early hint alone", { text: "HTTP/1.1 103 Early Hints\r\n\r\n", last: true }],
  ];

  it.each(BROKEN)("that is %s cannot be read, and the request has left", async (_name, reply) => {
    const { outcome, sent, gateway } = await postTo(reply);
    expect(outcome).toMatchObject(UNANSWERED);
    expect(sent).toBe(1);
    expect(gateway.received).toHaveLength(1);
  });

  it("with a gap of the site's time in it has timed out", async () => {
    const text = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{";
    const { outcome, sent } = await postTo({ text }, { responseTimeoutMs: 100 });
    expect(outcome).toEqual({ kind: "sent-without-answer", timedOut: true, cause: "UND_ERR_BODY_TIMEOUT" });
    expect(sent).toBe(1);
  });
});

describe("a connection", () => {
  const ENDS: readonly [string, Reply, number | undefined][] = [
    ["an answer", { text: OK_ANSWER }, undefined],
    ["an answer over the limit", { text: `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(70_000)}` }, undefined],
    ["no answer", { text: "" }, 600],
    ["half an answer", { text: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{" }, 600],
  ];

  it.each(ENDS)("is closed after %s, though the gateway leaves it open", async (_name, reply, leftMs) => {
    const { gateway } = await postTo(reply, leftMs === undefined ? {} : { leftMs });
    await expect(gateway.closed(1)).resolves.toBeUndefined();
  });

  it("that is refused is provably not sent", async () => {
    const server = createServer();
    const port = await listenOnLoopback(server);
    await new Promise<void>((resolve) => void server.close(() => resolve()));
    const { outcome, sent } = await postOnce(toPost(toSite({ url: `https://127.0.0.1:${port}` })));
    expect(outcome).toEqual({ kind: "not-sent", cause: "ECONNREFUSED" });
    expect(sent).toBe(0);
  });

  it("to what does not speak TLS is provably not sent", async () => {
    let received = "";
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
      });
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    const port = await listenOnLoopback(server);
    const { outcome, sent } = await postOnce(toPost(toSite({ url: `https://127.0.0.1:${port}` })));
    await new Promise<void>((resolve) => void server.close(() => resolve()));
    expect(outcome.kind).toBe("not-sent");
    expect(sent).toBe(0);
    expect(received).not.toContain("POST");
  });

  it("whose gateway speaks before it is asked is told apart by what had left", async () => {
    const gateway = await startRawGateway(({ socket }) => void socket.write(OK_ANSWER));
    const { outcome, sent } = await postOnce(toPost(toSite({ url: gateway.url, ca: gateway.caPem })));
    await gateway.closed(1);
    expect(sent === 0 ? ["not-sent"] : ["answered", "sent-without-answer"]).toContain(outcome.kind);
    if (sent === 0) expect(gateway.received.join("")).toBe("");
  });
});
