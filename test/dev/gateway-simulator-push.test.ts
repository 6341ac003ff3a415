/** Events that are pushed to a receiver on this machine: what it gets, in which order, and what happens when it does not acknowledge. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { GatewayEvent, GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { AGENT, handshake, SIGN_IN, signedIn, signIn, startOnManualClock } from "./gateway-simulator-agent.ts";

const EXPECTED = '{"message":"success","retcode":"0"}';
const FIRST: GatewayEvent = { eventType: "AgentEvent_SuccTransResult", content: { result: 0, callId: "1-1" } };
const SECOND: GatewayEvent = { eventType: "AgentEvent_Call_Release", content: "1-1" };
const FIRST_PUSHED =
  '{"workNo":"102","eventList":[{"eventType":"AgentEvent_SuccTransResult","workNo":"102","content":{"result":0,"callId":"1-1"}}]}';

type Reply = readonly [status: number, text: string];
interface Pushed {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers with these in turn, and with the last of them from then on; with `hold` each waits for it. */
async function startReceiver(replies: readonly Reply[] = [[200, EXPECTED]], hold: Promise<void> = Promise.resolve()) {
  const pushed: Pushed[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    pushed.push({ method: request.method, url: request.url, headers: request.headers, body });
    const [status, text] = replies[Math.min(pushed.length, replies.length) - 1] ?? [500, ""];
    await hold;
    response.writeHead(status, { location: "/elsewhere" }).end(text);
  });
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : expect.fail("no port");
  return { pushed, uri: `http://localhost:${port}/v1/events/102?a=1` };
}

const toPush = (callBackUri: string) => ({ callBackUri, serviceToken: "token102" });
const outcomes = (simulator: GatewaySimulator) => simulator.pushes().map(({ outcome }) => outcome);
const known = (simulator: GatewaySimulator, count: number) => expect.poll(() => simulator.pushes().length, { interval: 2 }).toBe(count);

describe("an event in push mode", () => {
  it("is posted to the address of the sign-in, with Guid and service_token, as documented", async () => {
    const { simulator } = await startOnManualClock();
    const { pushed, uri } = await startReceiver();
    const guid = await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await known(simulator, 1);
    simulator.emitEvent(AGENT, SECOND);
    await known(simulator, 2);
    expect(JSON.parse(pushed.pop()?.body ?? "").eventList).toMatchObject([SECOND]);
    expect(pushed).toMatchObject([
      {
        method: "POST",
        url: "/v1/events/102?a=1",
        headers: { guid, service_token: "token102", "content-type": "application/json; charset=UTF-8" },
        body: FIRST_PUSHED,
      },
    ]);
    expect(simulator.pushes()[0]).toMatchObject({ agentId: AGENT, uri, attempt: 1, outcome: "acknowledged", body: FIRST_PUSHED });
    simulator.reset();
    expect(simulator.pushes()).toEqual([]);
  });

  it("is pushed with those emitted with it, oldest first, and with the Guid of that time", async () => {
    const { simulator, clock } = await startOnManualClock();
    const { pushed, uri } = await startReceiver();
    const guid = await signedIn(simulator, toPush(uri));
    await clock.advance(60_000);
    const renewal = await handshake(simulator, guid);
    simulator.emitEvent(AGENT, FIRST);
    simulator.emitEvent(AGENT, SECOND);
    await known(simulator, 1);
    expect(JSON.parse(pushed[0]?.body ?? "").eventList).toMatchObject([FIRST, SECOND]);
    expect(pushed[0]?.headers.guid).toBe(renewal.guid);
  });

  it("waits until the one before is settled", async () => {
    const { simulator } = await startOnManualClock();
    let release = () => {};
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { pushed, uri } = await startReceiver(undefined, hold);
    await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await expect.poll(() => pushed.length, { interval: 2 }).toBe(1);
    simulator.emitEvent(AGENT, SECOND);
    expect(simulator.agents()).toContainEqual({ agentId: AGENT, signedIn: "managed", events: "push", waitingEvents: 1 });
    release();
    await known(simulator, 2);
    expect(pushed.map(({ body }) => JSON.parse(body).eventList)).toMatchObject([[FIRST], [SECOND]]);
  });

  it.each<[string, Reply]>([
    ["another status", [500, EXPECTED]],
    ["a redirect", [307, EXPECTED]],
    ["another retcode", [200, '{"message":"success","retcode":"1"}']],
    ["a retcode that is no text", [200, '{"message":"success","retcode":0}']],
    ["no JSON", [200, "ok"]],
  ])("is pushed again after %s, the same, once its time has come", async (_, reply) => {
    const { simulator, clock } = await startOnManualClock();
    const { pushed, uri } = await startReceiver([reply, [200, EXPECTED]]);
    await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await known(simulator, 1);
    simulator.emitEvent(AGENT, SECOND);
    await clock.advance(999);
    expect(pushed).toHaveLength(1);
    await clock.advance(1);
    await known(simulator, 3);
    expect(outcomes(simulator)).toEqual(["not-acknowledged", "acknowledged", "acknowledged"]);
    expect(pushed.map(({ body }) => body)).toEqual([FIRST_PUSHED, FIRST_PUSHED, expect.stringContaining("AgentEvent_Call_Release")]);
  });

  it("is given up after three attempts, and what came meanwhile goes on", async () => {
    const { simulator, clock } = await startOnManualClock();
    const { pushed, uri } = await startReceiver([
      [503, ""],
      [503, ""],
      [503, ""],
      [200, EXPECTED],
    ]);
    await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await known(simulator, 1);
    await clock.advance(1_000);
    await known(simulator, 2);
    simulator.emitEvent(AGENT, SECOND);
    await clock.advance(1_000);
    await known(simulator, 4);
    expect(simulator.pushes().map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1]);
    expect(JSON.parse(pushed[3]?.body ?? "").eventList).toMatchObject([SECOND]);
  });

  it("to a receiver that is not there is known to be unreachable", async () => {
    const { simulator } = await startOnManualClock({ settings: { pushAttempts: 1 } });
    await signedIn(simulator, toPush("http://127.0.0.1:1/"));
    simulator.emitEvent(AGENT, FIRST);
    await known(simulator, 1);
    expect(outcomes(simulator)).toEqual(["unreachable"]);
  });

  it("to a receiver that never answers is given up in time", async () => {
    const { simulator } = await startOnManualClock({ settings: { pushAttempts: 1, pushTimeoutMs: 20 } });
    const { uri } = await startReceiver(undefined, new Promise(() => {}));
    await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await known(simulator, 1);
    expect(outcomes(simulator)).toEqual(["unreachable"]);
  });

  it.each(["https://hooks.example.com/events", "http://127.0.0.1.example.com/", "http://192.168.0.1/"])("never goes to %s", async (uri) => {
    const { simulator, clock } = await startOnManualClock();
    await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await known(simulator, 1);
    await clock.advance(10_000);
    expect(simulator.pushes()).toMatchObject([{ uri, body: FIRST_PUSHED, outcome: "not-this-machine" }]);
  });

  it("is not pushed any more once its session has ended", async () => {
    const { simulator, clock } = await startOnManualClock();
    const { pushed, uri } = await startReceiver([[500, ""]]);
    await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await known(simulator, 1);
    await signIn(simulator, { forced: true, body: { ...SIGN_IN, ...toPush(uri) } });
    await clock.advance(1_000);
    simulator.emitEvent(AGENT, SECOND);
    await known(simulator, 2);
    expect(pushed.map(({ body }) => JSON.parse(body).eventList)).toMatchObject([[FIRST], [SECOND]]);
  });

  it.each(["reset", "restart", "stop"] as const)("that is on its way is dropped by a %s", async (what) => {
    const { simulator } = await startOnManualClock();
    const { pushed, uri } = await startReceiver(undefined, new Promise(() => {}));
    await signedIn(simulator, toPush(uri));
    simulator.emitEvent(AGENT, FIRST);
    await expect.poll(() => pushed.length, { interval: 2 }).toBe(1);
    await simulator[what]();
    expect(simulator.pushes()).toEqual([]);
  });
});
