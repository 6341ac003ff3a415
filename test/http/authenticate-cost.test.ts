import { describe, expect, it } from "vitest";
import { type Connections, createAuthenticator } from "../../lib/http/authenticate.ts";
import { toHttpRequest } from "../../lib/http/request.ts";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { configure } from "../support/open-source.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";

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
    const event = toEvent({ method: "POST", path: "/", route: "POST /v1/transfers/{connection}", connection: "demo" });
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
