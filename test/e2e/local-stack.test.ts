/** `npm start` as somebody runs it: what it prints works, and nothing of it stays behind, however it ends. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { composeDiagnosis } from "../../lib/composition/diagnosis.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { freePorts, gone, type LocalStack, listen, startLocalStack } from "../support/local-stack-process.ts";

const CURL = /^(curl .*)$/m;
const STACK_TRACE = /^\s+at /m;
/** Five processes start, and stop, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;

let stack: LocalStack | undefined;
afterEach(() => stack?.clear());
afterEach(() => void vi.unstubAllEnvs());

async function start(ports: Partial<LocalStack["ports"]> = {}, by: "npm" | "node" = "npm"): Promise<LocalStack> {
  stack = startLocalStack({ ...(await freePorts()), ...ports }, by);
  return stack;
}

/** The request of a curl line, as a shell would read it. */
function parseCurl(line: string): { readonly url: string; readonly init: RequestInit } {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  const after = (option: string) => words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
  const headers = after("-H").map((header): [string, string] => [header.split(": ")[0] ?? "", header.split(": ")[1] ?? ""]);
  return { url: words.find((word) => word.startsWith("http")) ?? "", init: { method: "POST", headers, body: after("-d")[0] ?? "" } };
}

async function ask(url: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
}

/** By all that `ccgw doctor` looks at, once agent 102 is signed in. */
async function isHealthy(stack: LocalStack): Promise<void> {
  const diagnose = composeDiagnosis((await openLocalPlace(stack.ports)).config);
  await stack.printed(/gateway +PUT sign-in agent 102 → 0/);
  const look = async () => {
    const found: string[] = [];
    for await (const { findings } of diagnose({ deadline: { remainingMs: () => TIMEOUT_MS, signal: AbortSignal.timeout(TIMEOUT_MS) } }))
      for (const { name, subject, verdict, detail } of await findings)
        if (verdict !== "ok") found.push(`${verdict} ${name} ${subject}: ${detail}`);
    expect(found).toEqual(["skipped callback undefined: No connection has one."]);
  };
  await vi.waitFor(look, { timeout: 20_000, interval: 200 });
}

/** Agent 102, beside the one that somebody else keeps, through many new Guids. */
async function keepsSignedIn(stack: LocalStack): Promise<void> {
  const control = `http://127.0.0.1:${stack.ports.GATEWAY_CONTROL_PORT}`;
  // A new Guid each second or so instead of each minute, and none good for longer than two.
  const settings = { guidIntervalMs: 500, guidTimeoutMs: 2_000, pollWaitMs: 500 };
  await ask(`${control}/settings`, { method: "POST", body: JSON.stringify(settings) });
  const { url, init } = parseCurl(await stack.printed(/^(curl .*"agentId":"102".*)$/m));
  await stack.printed(/gateway +PUT sign-in agent 102 → 0/);
  expect(await ask(url, init)).toMatchObject({ status: 200, body: { state: "accepted", agentId: "102" } });

  await stack.printed(/(?:GET poll agent 102 → 0, Guid renewed[\s\S]*){5}/);
  await ask(`${control}/calls`, { method: "POST", body: JSON.stringify({ callid: "1600000000-1", agentId: "102" }) });
  const later = { ...init, body: String(init.body).replace(/"callId":"[^"]+"/, '"callId":"1600000000-1"') };
  expect(await ask(url, later)).toMatchObject({ status: 200, body: { state: "accepted" } });
}

describe("npm start", () => {
  it("is healthy, prints a request that transfers, answers it over HTTP, tells each in a line, keeps agent 102 signed in and stops at Ctrl-C", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const stack = await start();
    const { url, init } = parseCurl(await stack.printed(CURL));
    const origin = `http://127.0.0.1:${stack.ports.PORT}`;
    expect(url).toBe(`${origin}/v1/transfers/demo`);
    await stack.printed(/^Ctrl-C/m);
    const { LAMBDA_PORT: _, ...listed } = stack.ports;
    for (const [variable, port] of Object.entries(listed))
      expect(stack.output(), variable).toMatch(new RegExp(`^[A-Z].* https?://(?:127\\.0\\.0\\.1|localhost):${port}\\b`, "m"));
    await isHealthy(stack);
    const reference = await stack.printed(/^API reference +(http\S+)$/m);
    expect(reference).toBe(`http://127.0.0.1:${stack.ports.DOCS_PORT}/docs`);
    expect((await fetch(reference)).status).toBe(200);
    expect((await fetch(new URL("/openapi.json", reference))).status).toBe(200);

    expect(await ask(url, init)).toMatchObject({ status: 200, body: { state: "accepted", replayed: false, gateway: { retcode: "0" } } });
    await stack.printed(/webhook +POST \/v1\/transfers\/demo secret local call \S+ → 200 accepted \d+ ms$/m);
    await stack.printed(/gateway +POST transfer agent 101 call \S+ → 0 /);
    await stack.printed(/secrets +GetSecretValue ccgw\/local\/connections\/demo 200/);
    expect(await ask(url, init)).toMatchObject({ status: 200, body: { state: "accepted", replayed: true } });
    await stack.printed(/→ 200 accepted, replayed \d+ ms$/m);
    expect(await ask(`http://127.0.0.1:${stack.ports.GATEWAY_CONTROL_PORT}/transfers`)).toMatchObject({ body: { length: 1 } });

    expect(await ask(url)).toMatchObject({ status: 405, body: { code: "method-not-allowed", effect: "none" } });
    const reached = await fetch(url, { method: "HEAD" });
    expect({ status: reached.status, text: await reached.text() }).toEqual({ status: 200, text: "" });
    await stack.printed(/webhook +HEAD \S+ → 200 \d+ ms$/m);
    expect(await ask(`${origin}/nowhere`)).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect(await ask(`${origin}/v1/health`)).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await ask(url, { ...init, headers: { authorization: "Bearer another-key" } })).toMatchObject({
      body: { code: "unauthenticated" },
    });
    await stack.printed(/→ 401 unauthenticated \(wrong-credential\) \d+ ms$/m);
    const requests = stack
      .output()
      .split("\n")
      .filter((line) => line.includes(" webhook ") && !line.includes("/v1/agent-sessions/"));
    expect(requests).toHaveLength(7);
    expect(stack.output()).not.toContain("λ");

    await keepsSignedIn(stack);

    const processes = stack.processes();
    expect(processes.length).toBeGreaterThanOrEqual(3);
    stack.interrupt();
    await stack.ended;
    await gone(processes, stack.ports);
    expect(stack.output()).not.toMatch(STACK_TRACE);
  });

  it.each([
    { what: "the stack itself is killed", command: /^\S*node dev\/start\.ts$/, signal: "SIGKILL" },
    { what: "serverless-offline is killed", command: /serverless\.js offline start/, signal: "SIGKILL" },
    { what: "npm alone is ended", command: /^npm start/, signal: "SIGTERM" },
  ] as const)("leaves nothing behind when $what", { timeout: TIMEOUT_MS }, async ({ command, signal }) => {
    const stack = await start();
    await stack.printed(CURL);
    const processes = stack.processes();
    stack.signal(stack.processOf(command), signal);
    await stack.ended;
    await gone(processes, stack.ports);
  });

  it.each(["PORT", "LAMBDA_PORT", "GATEWAY_PORT", "GATEWAY_CONTROL_PORT", "SECRETS_MANAGER_PORT"] as const)(
    "says in one line that the port of %s is taken, and starts nothing",
    { timeout: TIMEOUT_MS },
    async (variable) => {
      const taken = await listen(0);
      try {
        const stack = await start({ [variable]: String(taken.port) }, "node");
        expect(await stack.ended).toBe(1);
        expect(stack.output()).toMatch(new RegExp(`^Port ${taken.port} .*${variable}.*$`, "m"));
        expect(stack.output()).not.toMatch(STACK_TRACE);
        expect(stack.processes()).toEqual([]);
      } finally {
        await taken.release();
      }
    },
  );

  it.each(["PORT", "LAMBDA_PORT"] as const)(
    "says the same where the port of %s is taken after it was found free, by somebody who never answers",
    { timeout: TIMEOUT_MS },
    async (variable) => {
      const stack = await start();
      // serverless-offline is still to be started, and bundles the functions before it listens.
      await stack.printed(/^Starting the local stack/m);
      const { release } = await listen(Number(stack.ports[variable]));
      try {
        expect(await stack.ended).toBe(1);
        expect(stack.output()).toMatch(
          new RegExp(`^Port ${stack.ports[variable]} for .* is taken\\. .*set ${variable} to a free one\\.$`, "m"),
        );
        expect(stack.output()).not.toMatch(STACK_TRACE);
        expect(stack.output()).not.toContain("goroutine");
      } finally {
        await release();
      }
    },
  );

  it.each(["http", "0", "65536", "80.5", "-1"])("refuses %s as a port", { timeout: TIMEOUT_MS }, async (port) => {
    const stack = await start({ GATEWAY_PORT: port }, "node");
    expect(await stack.ended).toBe(1);
    expect(stack.output()).toMatch(/^GATEWAY_PORT must be a port from 1 to 65535\.$/m);
    expect(stack.output()).not.toMatch(STACK_TRACE);
  });

  it("refuses a port that is chosen twice", { timeout: TIMEOUT_MS }, async () => {
    const { PORT } = await freePorts();
    const stack = await start({ PORT, GATEWAY_PORT: PORT }, "node");
    expect(await stack.ended).toBe(1);
    expect(stack.output()).toMatch(new RegExp(`^Port ${PORT} is chosen twice, `, "m"));
  });
});
