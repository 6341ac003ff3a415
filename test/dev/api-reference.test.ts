/** The page of the API reference on the local stack: what it may load, which document it shows, and that what is tried out reaches the API. */
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiReference, startApiReference } from "../../dev/api-reference/server.ts";
import { OPEN_API } from "../support/api-descriptions.ts";

interface Received {
  readonly asked: string;
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly body: string;
}

const received: Received[] = [];
let api: Server;
let reference: ApiReference;

beforeAll(async () => {
  api = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const body = Buffer.concat(await incoming.toArray()).toString();
    received.push({ asked: `${method} ${url}`, authorization: headers.authorization, host: headers.host, body });
    outgoing.writeHead(202, { "content-type": "application/json", "retry-after": "5" }).end('{"state":"unknown"}');
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  reference = await startApiReference({ port: 0, apiUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await reference.stop();
  api.close();
});

function get(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${reference.url}${path}`, { redirect: "manual", ...init });
}

/** With headers that fetch sets itself. */
async function statusWith(headers: Readonly<Record<string, string>>, path = "/docs"): Promise<number | undefined> {
  const { port } = new URL(reference.url);
  const asking = request({ host: "127.0.0.1", port, path, headers }).end();
  const [answer] = await once(asking, "response");
  answer.resume();
  return answer.statusCode;
}

describe("the API reference", () => {
  it("is a page that loads from here alone, and every file of it is there", async () => {
    const page = await get("/docs");
    const html = await page.text();
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, address = ""]) => address)
      .filter((address) => address !== "data:,");
    expect(files).toEqual(["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]);
    for (const file of files) expect((await get(file)).status).toBe(200);
    expect(await (await get("/docs/start.js")).text()).toContain('"validatorUrl":null');
  });

  it.each(["/docs", "/docs/start.js", "/openapi.json", "/anything"])("forbids %s every other host", async (path) => {
    const policy = (await get(path)).headers.get("content-security-policy") ?? "";
    const directives = Object.fromEntries(policy.split("; ").map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1)]));
    expect(directives).toMatchObject({
      "default-src": ["'none'"],
      "script-src": ["'self'"],
      "style-src": ["'self'"],
      "connect-src": ["'self'"],
      "frame-ancestors": ["'none'"],
      "form-action": ["'none'"],
    });
    expect(policy).not.toMatch(/https?:|\*|unsafe/);
  });

  it("shows the committed document, with this server first", async () => {
    const { servers, ...document } = JSON.parse(await (await get("/openapi.json")).text());
    const { servers: committed, ...others } = OPEN_API;
    expect(document).toEqual(others);
    expect(servers).toEqual([expect.objectContaining({ url: reference.url }), ...committed]);
  });

  it("hands what is tried out on to the API as it is, and its answer back", async () => {
    const headers = { authorization: "Bearer local-demo-key", "content-type": "application/json" };
    const answer = await get("/v1/transfers/demo?dryRun=true", { method: "POST", headers, body: '{"callId":"1"}' });
    expect([answer.status, answer.headers.get("retry-after"), await answer.json()]).toEqual([202, "5", { state: "unknown" }]);
    expect(received.splice(0)).toEqual([
      {
        asked: "POST /v1/transfers/demo?dryRun=true",
        authorization: "Bearer local-demo-key",
        host: `127.0.0.1:${(api.address() as AddressInfo).port}`,
        body: '{"callId":"1"}',
      },
    ]);
  });

  it("says so where the API does not answer", async () => {
    const alone = await startApiReference({ port: 0, apiUrl: "http://127.0.0.1:1" });
    expect((await fetch(`${alone.url}/v1/health`)).status).toBe(502);
    await alone.stop();
  });

  it("is for this machine: no other name, no page of another site, no other method, no other path", async () => {
    expect(new URL(reference.url).hostname).toBe("127.0.0.1");
    expect(await statusWith({ host: "attacker.example" })).toBe(403);
    expect(await statusWith({ origin: "https://attacker.example" }, "/v1/health")).toBe(403);
    expect(await statusWith({ origin: reference.url }, "/v1/health")).toBe(202);
    expect((await get("/docs", { method: "POST" })).status).toBe(405);
    expect((await get("/docs/../package.json")).status).toBe(404);
    expect((await get("/")).headers.get("location")).toBe("/docs");
  });
});
