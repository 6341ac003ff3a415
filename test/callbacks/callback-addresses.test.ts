/** What a callback connects to: by its address and by its name, with a name server that answers what the test says. */
import { createServer, type Server } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCallbackClient } from "../../lib/callbacks/callback-client.ts";
import type { Resolve } from "../../lib/callbacks/checked-lookup.ts";
import { startReceiver } from "../support/callback-receiver.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";

const FORBIDDEN = { kind: "forbidden-address" };

function toRequest(url: string, allowAddresses: readonly string[], ca?: string) {
  return { url, headers: {}, body: "{}", allowAddresses, ca: ca === undefined ? undefined : [ca], signal: new AbortController().signal };
}

/** Answers each question with the next of these, and the last from then on. */
function createNameServer(...answers: readonly (readonly string[])[]): { readonly resolve: Resolve; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async resolve(hostname) {
      const addresses = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? [];
      return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    },
  };
}

async function startPlainReceiver(): Promise<{ readonly port: number; readonly paths: string[] }> {
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    paths.push(request.url ?? "");
    response.end();
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  onTestFinished(() => connections.stop());
  return { port, paths };
}

describe("a callback to an address", () => {
  it.each(["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[::1]"])(
    "of loopback, written as %s, connects to nothing",
    async (host) => {
      const { port, caPem, closed } = await startReceiver();
      const post = createCallbackClient();
      expect(await post(toRequest(`https://${host}:${port}/`, [], caPem))).toEqual(FORBIDDEN);
      expect(await post(toRequest(`https://${host}:${port}/`, ["10.0.0.0/8"], caPem))).toEqual(FORBIDDEN);
      await closed(0);
    },
  );

  it("that is listed is connected to", async () => {
    const { port, caPem, received } = await startReceiver();
    const outcome = await createCallbackClient()(toRequest(`https://127.0.0.1:${port}/`, ["10.0.0.0/8", "127.0.0.1"], caPem));
    expect(outcome).toMatchObject({ kind: "answered" });
    expect(received).toHaveLength(1);
  });
});

describe("a callback to a name", () => {
  it.each([
    ["an address of loopback", ["127.0.0.1"]],
    ["a public address and one of loopback", ["8.8.8.8", "127.0.0.1"]],
    ["one of loopback and a public address", ["127.0.0.1", "8.8.8.8"]],
    ["a mapped one", ["::ffff:127.0.0.1"]],
    ["a unique-local one", ["fd00::1"]],
    ["NAT64 of one", ["64:ff9b::7f00:1"]],
  ])("that has %s connects to nothing", async (_what, addresses) => {
    const { port, caPem, closed } = await startReceiver();
    const { resolve, asked } = createNameServer(addresses);
    const outcome = await createCallbackClient({ resolve })(toRequest(`https://receiver.example:${port}/`, [], caPem));
    expect(outcome).toEqual(FORBIDDEN);
    expect(asked).toEqual(["receiver.example"]);
    await closed(0);
  });

  it("as the machine resolves it is looked at, too", async () => {
    const { port, caPem, closed } = await startReceiver();
    expect(await createCallbackClient()(toRequest(`https://localhost:${port}/`, [], caPem))).toEqual(FORBIDDEN);
    await closed(0);
  });

  it("is asked for once, and connected to where it was then, by its name", async () => {
    const { port, caPem, received } = await startReceiver();
    // The second answer would be refused, as the first of a rebinding name server is not.
    const { resolve, asked } = createNameServer(["127.0.0.1"], ["127.0.0.2"], ["10.0.0.1"]);
    const outcome = await createCallbackClient({ resolve })(toRequest(`https://receiver.example:${port}/`, ["127.0.0.1"], caPem));
    expect(outcome).toMatchObject({ kind: "answered", status: 204 });
    expect(asked).toEqual(["receiver.example"]);
    expect(received).toMatchObject([{ headers: { host: `receiver.example:${port}` } }]);
  });

  it("is looked at anew each time", async () => {
    const { port, caPem, received } = await startReceiver();
    const { resolve } = createNameServer(["127.0.0.1"], ["127.0.0.2"]);
    const post = createCallbackClient({ resolve });
    const request = toRequest(`https://receiver.example:${port}/`, ["127.0.0.1"], caPem);
    expect([await post(request), await post(request)]).toMatchObject([{ kind: "answered" }, FORBIDDEN]);
    expect(received).toHaveLength(1);
  });

  it("that has another address, too, which nobody answers at, is reached at the one", async () => {
    const { port, caPem, received } = await startReceiver();
    const { resolve } = createNameServer(["127.0.0.9", "127.0.0.1"]);
    const outcome = await createCallbackClient({ resolve })(toRequest(`https://receiver.example:${port}/`, ["127.0.0.0/8"], caPem));
    expect(outcome).toMatchObject({ kind: "answered" });
    expect(received).toHaveLength(1);
  });

  it.each<[string, Resolve]>([
    ["has no address", createNameServer([]).resolve],
    ["is not known", () => Promise.reject(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }))],
  ])("that %s fails", async (_what, resolve) => {
    const outcome = await createCallbackClient({ resolve })(toRequest("https://receiver.example/", ["10.0.0.0/8"]));
    expect(outcome).toEqual({ kind: "failed", cause: "ENOTFOUND" });
  });
});

describe("a callback without TLS", () => {
  it("goes to an address that is listed", async () => {
    const { port, paths } = await startPlainReceiver();
    expect(await createCallbackClient()(toRequest(`http://127.0.0.1:${port}/one`, ["127.0.0.1"]))).toMatchObject({ status: 200 });
    const { resolve } = createNameServer(["127.0.0.1"]);
    const outcome = await createCallbackClient({ resolve })(toRequest(`http://receiver.example:${port}/other`, ["127.0.0.1"]));
    expect(outcome).toMatchObject({ status: 200 });
    expect(paths).toEqual(["/one", "/other"]);
  });

  it("goes to no other, though it be public", async () => {
    expect(await createCallbackClient()(toRequest("http://8.8.8.8/", ["127.0.0.1"]))).toEqual(FORBIDDEN);
    const { resolve } = createNameServer(["8.8.8.8"]);
    expect(await createCallbackClient({ resolve })(toRequest("http://receiver.example/", ["127.0.0.1"]))).toEqual(FORBIDDEN);
    const { port, paths } = await startPlainReceiver();
    expect(await createCallbackClient()(toRequest(`http://127.0.0.1:${port}/`, []))).toEqual(FORBIDDEN);
    expect(paths).toEqual([]);
  });
});
