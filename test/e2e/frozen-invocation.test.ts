/** A function that is frozen between its claim and its POST, and thaws after its answer was due, sends nothing. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { type HandshakeProxy, startHandshakeProxy } from "../support/handshake-proxy.ts";
import type { EventOptions } from "../support/http-event.ts";
import { type Answer, exampleRequest, KEY, toResult } from "../support/stack.ts";
import { useStack } from "../support/use-stack.ts";

const PROCESS = fileURLToPath(import.meta.resolve("../support/receiving-process.ts"));
const DEADLINE_MS = 1_000;

const stack = useStack();

/** In a process of its own, which has read its secrets, before a gateway whose handshakes are held back. */
async function startFunction() {
  const proxy = await startHandshakeProxy(stack.gateway.url);
  const { connection } = stack.connect({ connection: { deadlineMs: DEADLINE_MS }, gateway: { url: proxy.url } });
  const child = fork(PROCESS, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");

  async function invoke(body: object): Promise<Answer> {
    const event: EventOptions = {
      method: "POST",
      path: `/v1/transfers/${connection}`,
      route: "POST /v1/transfers/{connection}",
      connection,
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    child.send(event);
    const [answer] = await once(child, "message");
    return toResult(answer);
  }
  expect(await invoke({ ...exampleRequest("1456401416-3"), dryRun: true })).toMatchObject({ status: 200 });
  return { proxy, child, invoke };
}

describe("a function whose handshake is held back", () => {
  it("sends once it is let go in time", async () => {
    const { proxy, invoke } = await startFunction();
    const answering = invoke(exampleRequest("1456401416-3"));
    await proxy.held;
    proxy.release();
    expect(await answering).toMatchObject({ status: 200, body: { state: "accepted" } });
    expect(stack.gateway.transfers()).toHaveLength(1);
  });

  const THAWS: readonly [string, (proxy: HandshakeProxy, thaw: () => void) => void][] = [
    [
      "and is let go as it thaws",
      (proxy, thaw) => {
        thaw();
        proxy.release();
      },
    ],
    [
      "and was let go while it was frozen",
      (proxy, thaw) => {
        proxy.release();
        thaw();
      },
    ],
  ];

  it.each(THAWS)("sends nothing when it is frozen past its deadline %s", async (_name, goOn) => {
    const { proxy, child, invoke } = await startFunction();
    const answering = invoke(exampleRequest("1456401416-3"));
    await proxy.held;
    child.kill("SIGSTOP");
    await sleep(DEADLINE_MS + 200);
    goOn(proxy, () => child.kill("SIGCONT"));
    const answer = await answering;
    expect(answer).toMatchObject({ status: 503, body: { code: "deadline-exceeded", effect: "none", retryable: true } });
    await proxy.closed(1);
    expect(stack.gateway.transfers()).toHaveLength(0);
  });

  it("can be sent its delivery again after the thaw", async () => {
    const { proxy, child, invoke } = await startFunction();
    const answering = invoke(exampleRequest("1456401416-3"));
    await proxy.held;
    child.kill("SIGSTOP");
    await sleep(DEADLINE_MS + 200);
    proxy.release();
    child.kill("SIGCONT");
    expect(await answering).toMatchObject({ body: { effect: "none" } });
    expect(await invoke(exampleRequest("1456401416-3"))).toMatchObject({ status: 200, body: { state: "accepted", replayed: false } });
    expect(stack.gateway.transfers()).toHaveLength(1);
  });
});
