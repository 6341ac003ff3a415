/** What a refusal costs, counted: no answer's time is to tell which connections there are. */
import crypto, { createHmac } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Connections, createAuthenticator } from "../../lib/http/authenticate.ts";
import { toHttpRequest } from "../../lib/http/request.ts";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { configure } from "../support/open-source.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";

const POST = { method: "POST", path: "/", route: "POST /v1/transfers/{connection}", connection: "demo" } as const;

/** Asks as nobody known, and counts what that costs. */
async function startCounting() {
  const clock = createManualClock();
  const count = { verified: 0, reread: 0 };
  const configured = await configure({ source: "api" });
  const connection: ConfiguredConnection = {
    ...configured,
    verify(...given) {
      count.verified += 1;
      return configured.verify(...given);
    },
  };
  const connections: Connections = {
    get: async () => connection,
    async reread() {
      count.reread += 1;
      return connection;
    },
    peek: () => connection,
  };
  const authenticate = createAuthenticator({ connections, log: createKeptLog(), now: clock.monotonicMs });
  async function ask() {
    const event = toEvent(POST);
    const request = toHttpRequest(event, toContext(), { ...clock, publicBaseUrl: PUBLIC_BASE_URL });
    await expect(authenticate(request)).rejects.toMatchObject({ code: "unauthenticated" });
    request.stopwatch.end();
  }
  return { ask, count, clock };
}

describe("a request that is not proven", () => {
  it("is verified once for each reading of the connection's secret", async () => {
    const { ask, count } = await startCounting();
    await ask();
    expect(count).toEqual({ verified: 2, reread: 1 });
    await ask();
    await ask();
    expect(count).toEqual({ verified: 4, reread: 1 });
  });
});

describe("the digests over the body of a request that is not proven", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  async function countDigests(connection: ConfiguredConnection | undefined, headers: Readonly<Record<string, string>>) {
    const clock = createManualClock();
    const found = async () => connection;
    const connections: Connections = { get: found, reread: found, peek: () => connection };
    const authenticate = createAuthenticator({ connections, log: createKeptLog(), now: clock.monotonicMs });
    const event = toEvent({ ...POST, headers: { host: "another.example", ...headers }, body: "x".repeat(1_000) });
    const request = toHttpRequest(event, toContext(), { ...clock, publicBaseUrl: PUBLIC_BASE_URL });
    const spy = vi.spyOn(crypto, "createHmac").mockImplementation(createHmac);
    syncBuiltinESMExports();
    // The first one is verified twice, once for each reading.
    await expect(authenticate(request)).rejects.toMatchObject({ code: "unauthenticated" });
    request.stopwatch.end();
    return spy.mock.calls.length / 2;
  }

  const KEY = { verification: { secrets: [{ id: "current", value: "test-key-of-a-connection" }] } };
  const SIGNED = { "x-hubspot-signature-v3": "none", "x-hubspot-request-timestamp": "1" };

  const WELL_FORMED = { ...SIGNED, "x-hubspot-signature-v3": Buffer.alloc(32).toString("base64") };

  it.each([
    ["nobody is called so", undefined],
    ["a connection has a key", { source: "api", ...KEY }],
    ["a connection is disabled", { source: "api", enabled: false, ...KEY }],
    ["a connection has signatures", { source: "hubspot", ...KEY }],
  ])("are one, where %s", async (_what, document) => {
    const connection = document && (await configure(document));
    expect(await countDigests(connection, { authorization: "Bearer a-guess" })).toBe(1);
  });

  it.each([
    ["the one, where nobody is called so", undefined, WELL_FORMED, 1],
    ["more, where a connection has them, as SECURITY.md says", { source: "hubspot", ...KEY }, SIGNED, 5],
    ["more still, of what may be a digest", { source: "hubspot", ...KEY }, WELL_FORMED, 12],
  ])("of a signature of HubSpot's are %s", async (_what, document, headers, digests) => {
    expect(await countDigests(document && (await configure(document)), headers)).toBe(digests);
  });
});
