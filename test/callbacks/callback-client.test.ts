/** What is posted, and when it is over: over real TLS on loopback, which these connections list. */
import { createSecureServer } from "node:http2";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { type CallbackPost, createCallbackClient } from "../../lib/callbacks/callback-client.ts";
import { startReceiver } from "../support/callback-receiver.ts";
import { listenOnLoopback, startRawGateway, trackConnections } from "../support/raw-gateway.ts";

const DAY_MS = 86_400_000;
/** Over before anybody has waited, and long enough for a handshake. */
const SHORT_MS = 400;

function toPost(over: Partial<CallbackPost> & Pick<CallbackPost, "url">): CallbackPost {
  return {
    headers: { "content-type": "application/json", "webhook-id": "one" },
    body: '{"a":1}',
    allowAddresses: ["127.0.0.0/8"],
    ca: undefined,
    signal: new AbortController().signal,
    ...over,
  };
}

const post = createCallbackClient();

describe("a callback", () => {
  it("is one POST with its headers, its body and its query", async () => {
    const { port, caPem, received } = await startReceiver();
    const outcome = await post(toPost({ url: `https://127.0.0.1:${port}/outcomes/1?key=a%20b`, ca: [caPem] }));
    expect(outcome).toEqual({ kind: "answered", status: 204, retryAfter: undefined });
    expect(received).toMatchObject([
      {
        method: "POST",
        path: "/outcomes/1?key=a%20b",
        headers: { "content-type": "application/json", "webhook-id": "one" },
        body: '{"a":1}',
      },
    ]);
  });

  it("has a connection of its own, which is closed after it", async () => {
    const { port, caPem, received, closed } = await startReceiver();
    const request = toPost({ url: `https://127.0.0.1:${port}/`, ca: [caPem] });
    await Promise.all([post(request), post(request)]);
    await post(request);
    await closed(3);
    expect(received).toHaveLength(3);
  });

  it.each([301, 302, 303, 307, 308])("is not sent again where %i points", async (status) => {
    const elsewhere = await startReceiver();
    const answer = { status, headers: { location: `https://127.0.0.1:${elsewhere.port}/` } };
    const { port, caPem } = await startReceiver({ answer: () => answer });
    const outcome = await post(toPost({ url: `https://127.0.0.1:${port}/`, ca: [caPem, elsewhere.caPem] }));
    expect(outcome).toMatchObject({ kind: "answered", status });
    expect(elsewhere.received).toEqual([]);
  });

  it("is answered with when to come again", async () => {
    const { port, caPem } = await startReceiver({ answer: () => ({ status: 503, headers: { "retry-after": "120" } }) });
    const outcome = await post(toPost({ url: `https://127.0.0.1:${port}/`, ca: [caPem] }));
    expect(outcome).toEqual({ kind: "answered", status: 503, retryAfter: "120" });
  });

  it("is answered by the last of several heads", async () => {
    const raw = await startRawGateway(({ socket, request }) =>
      request.then(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")),
    );
    expect(await post(toPost({ url: raw.url, ca: [raw.caPem] }))).toMatchObject({ kind: "answered", status: 202 });
  });

  it("is spoken in HTTP/1.1 with a receiver that knows HTTP/2, too", async () => {
    const authority = await createCertificateAuthority();
    const { keyPem, certPem } = await authority.issue({ hosts: ["127.0.0.1"] });
    const versions: string[] = [];
    const server = createSecureServer({ key: keyPem, cert: certPem, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      response.end();
    });
    const connections = trackConnections(server);
    const url = `https://127.0.0.1:${await listenOnLoopback(server)}/`;
    onTestFinished(() => connections.stop());
    expect(await post(toPost({ url, ca: [authority.caPem] }))).toMatchObject({ kind: "answered", status: 200 });
    expect(versions).toEqual(["1.1"]);
  });
});

describe("a receiver's certificate", () => {
  const expired = { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) };

  it.each([
    { what: "of an authority that is not trusted", certificate: {}, trusted: false, cause: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    { what: "that has expired", certificate: expired, trusted: true, cause: "CERT_HAS_EXPIRED" },
    { what: "of another host", certificate: { hosts: ["127.0.0.2"] }, trusted: true, cause: "ERR_TLS_CERT_ALTNAME_INVALID" },
  ])("$what is refused, whatever the environment says", async ({ certificate, trusted, cause }) => {
    const { port, caPem, received } = await startReceiver({ certificate });
    const request = toPost({ url: `https://127.0.0.1:${port}/`, ca: trusted ? [caPem] : undefined });
    for (const environment of [undefined, "0"]) {
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", environment);
      onTestFinished(() => void vi.unstubAllEnvs());
      expect(await post(request)).toEqual({ kind: "failed", cause });
    }
    expect(received).toEqual([]);
  });

  it("cannot be judged by an authority that is none", async () => {
    const { port } = await startReceiver();
    const ca = ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"];
    expect(await post(toPost({ url: `https://127.0.0.1:${port}/`, ca }))).toMatchObject({ kind: "failed" });
  });
});

describe("a callback that is not answered", () => {
  const hurried = createCallbackClient({ deadlineMs: SHORT_MS });
  const OK_HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";

  it("has no receiver", async () => {
    const server = createServer();
    const port = await listenOnLoopback(server);
    await promisify(server.close.bind(server))();
    expect(await post(toPost({ url: `https://127.0.0.1:${port}/` }))).toEqual({ kind: "failed", cause: "ECONNREFUSED" });
  });

  it("was cut off", async () => {
    const raw = await startRawGateway(({ socket, request }) => void request.then(() => socket.destroy()));
    expect(await post(toPost({ url: raw.url, ca: [raw.caPem] }))).toMatchObject({ kind: "failed" });
  });

  it.each<[string, (write: (text: string) => void) => void]>([
    ["by nothing at all", () => {}],
    ["by a head that never ends", (write) => write("HTTP/1.1 200 OK\r\nX-Slow: ")],
    ["by an interim head alone", (write) => write("HTTP/1.1 103 Early Hints\r\n\r\n")],
  ])("is given up at the deadline, and closed: answered %s", async (_what, answer) => {
    const raw = await startRawGateway(({ socket, request }) => void request.then(() => answer((text) => socket.write(text))));
    expect(await hurried(toPost({ url: raw.url, ca: [raw.caPem] }))).toEqual({ kind: "failed", cause: "deadline" });
    await raw.closed(1);
  });

  it("is given up at the deadline where its head arrives a byte at a time", async () => {
    const raw = await startRawGateway(({ socket, request }) => {
      const timer = setInterval(() => socket.write("x"), 50);
      socket.on("close", () => clearInterval(timer));
      void request.then(() => socket.write("HTTP/1.1 200 OK\r\nX-Slow: "));
    });
    expect(await hurried(toPost({ url: raw.url, ca: [raw.caPem] }))).toMatchObject({ kind: "failed" });
    await raw.closed(1);
  });

  it.each([
    ["that does not end", "x", SHORT_MS],
    ["that is far too long, long before the deadline", "x".repeat(1_000_000), 1_000_000],
  ])("is answered all the same where its status came, with a body %s", async (_what, body, deadlineMs) => {
    const raw = await startRawGateway(({ socket, request }) => void request.then(() => socket.write(`${OK_HEAD}${body}`)));
    const outcome = await createCallbackClient({ deadlineMs })(toPost({ url: raw.url, ca: [raw.caPem] }));
    expect(outcome).toMatchObject({ kind: "answered", status: 200 });
    await raw.closed(1);
  });

  it("is given up where its name is looked up for too long", async () => {
    const lost = createCallbackClient({ resolve: () => new Promise(() => {}), deadlineMs: 100 });
    expect(await lost(toPost({ url: "https://receiver.example/" }))).toEqual({ kind: "failed", cause: "deadline" });
  });

  it("is given up with its invocation, and not begun after it", async () => {
    const controller = new AbortController();
    const raw = await startRawGateway(({ request }) => void request.then(() => controller.abort()));
    const request = toPost({ url: raw.url, ca: [raw.caPem], signal: controller.signal });
    expect(await post(request)).toEqual({ kind: "failed", cause: "deadline" });
    expect(await post(request)).toEqual({ kind: "failed", cause: "deadline" });
    await raw.closed(1);
  });
});
