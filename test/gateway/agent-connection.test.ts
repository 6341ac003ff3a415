/** From an agent's secret to the calls with which it is kept: what they need of the configuration, and what they are asked for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { TransferError } from "../../lib/errors.ts";
import { AgentAccess } from "../../lib/gateway/agent-access.ts";
import type { PushTarget } from "../../lib/gateway/agent-calls.ts";
import { createAgentConnector } from "../../lib/gateway/agent-connection.ts";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import { PASSWORD, PUSH, sentTo } from "../support/agent-calls-harness.ts";
import { toSite } from "../support/gateway-site.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

const AGENT = { gateway: "main", agentId: "102" };
const { signal } = new AbortController();

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, clock: createManualClock() });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

function start(target: () => PushTarget | TransferError = () => PUSH) {
  const asked: unknown[] = [];
  const connect = createAgentConnector({
    sites: {
      async get(name, signal) {
        asked.push(["site", name, signal]);
        return name === AGENT.gateway ? toSite({ url: gateway.url, ca: gateway.caPem }) : undefined;
      },
    },
    async pushTarget(agent, signal) {
      asked.push(["push", agent, signal]);
      const given = target();
      if (given instanceof TransferError) throw given;
      return given;
    },
    send: createGatewayClient(),
    wallMs: () => INSTANT,
  });
  return {
    asked,
    connect(events: "poll" | "push", agent = AGENT, forSignIn = true) {
      const signIn = { password: PASSWORD, phonenum: "88880102", events };
      const managed = AgentAccess.parse({ schemaVersion: 1, session: "managed", signIn });
      return managed.session === "managed" ? connect(agent, managed, { signal, forSignIn }) : expect.fail(managed.session);
    },
  };
}

const site = ["site", "main", signal];
const push = ["push", AGENT, signal];

describe("the calls of an agent", () => {
  it.each([
    ["poll", [site]],
    ["push", [site, push]],
  ] as const)(
    "go to its own gateway, as that agent, with events by %s: a target is only asked for where there are pushes",
    async (events, asked) => {
      const started = start();
      const calls = await started.connect(events);
      expect(started.asked).toEqual(asked);
      const answer = await calls.signIn({ forced: false, deadline: createManualDeadline() });
      expect(answer).toMatchObject({ kind: "signed-in", session: { guid: gateway.guidOf("102"), renewedAt: INSTANT, events } });
      const [sent] = sentTo(gateway, "sign-in");
      expect(sent?.path).toMatch(/\/102$/);
      const { callBackUri, serviceToken } = JSON.parse(sent?.body ?? "");
      expect({ callBackUri, serviceToken }).toEqual(events === "push" ? PUSH : {});
    },
  );

  it("need no target to keep alive what there is", async () => {
    const { connect, asked } = start(() => new TransferError("misconfigured", { reason: "no key" }));
    const calls = await connect("push", AGENT, false);
    expect(asked).toEqual([site]);
    const session = { guid: "none", renewedAt: INSTANT, events: "push" } as const;
    expect(await calls.handshake(session, createManualDeadline())).toMatchObject({ kind: "signed-out" });
  });

  it.each(["poll", "push"] as const)("are none where its gateway has no secret: %s", async (events) => {
    const { connect, asked } = start();
    await expect(connect(events, { ...AGENT, gateway: "branch" })).rejects.toMatchObject({
      code: "misconfigured",
      message: "no secret for gateway branch",
    });
    expect(asked).toEqual([["site", "branch", signal]]);
  });

  it.each([
    [200, true],
    [201, false],
  ])("have an address for pushes of %i characters: %s", async (length, isTaken) => {
    const callBackUri = `${PUSH.callBackUri}/`.padEnd(length, "x");
    const connecting = start(() => ({ ...PUSH, callBackUri })).connect("push");
    if (isTaken) return void (await connecting);
    await expect(connecting).rejects.toMatchObject({ code: "misconfigured", message: expect.stringContaining("CCGW_PUBLIC_BASE_URL") });
  });

  it("are none where there is nothing to make the token for pushes of, which hinders no polling", async () => {
    const { connect } = start(() => new TransferError("misconfigured", { reason: "keys/events: is missing" }));
    await expect(connect("push")).rejects.toMatchObject({ code: "misconfigured", message: "keys/events: is missing" });
    expect(await connect("poll")).toMatchObject({ poll: expect.any(Function) });
  });
});
