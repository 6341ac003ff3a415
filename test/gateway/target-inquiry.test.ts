/** Which targets a gateway names, asked over the real client, and how little is made of an answer that is not as it should be. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fault, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import { askForTargets, type Kind } from "../../lib/gateway/target-inquiry.ts";
import { toSite } from "../support/gateway-site.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

const AGENT = "101";
let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

const ask = (kind: Kind, guid = gateway.guidOf(AGENT)) => {
  const site = toSite({ url: gateway.url, ca: gateway.caPem });
  return askForTargets(kind, { site, agentId: AGENT, session: { guid }, send: createGatewayClient(), deadline: createManualDeadline() });
};

describe("the targets of a gateway", () => {
  it("are its skill queues by their ids, and its access codes", async () => {
    expect(await ask("skill-queue")).toEqual({
      kind: "told",
      targets: [
        { address: "31", name: "billing", mediaType: 1 },
        { address: "32", name: "support", mediaType: 1 },
      ],
      unread: 0,
    });
    expect(await ask("access-code")).toEqual({
      kind: "told",
      targets: [{ address: "88880", name: "local-demo-flow", mediaType: 1 }],
      unread: 0,
    });
    expect(gateway.requests().map(({ path }) => path)).toEqual([
      "/agentgateway/resource/queuedevice/101/agentvdnskill",
      "/agentgateway/resource/queuedevice/101/innoinfo",
    ]);
  });

  it("are told to who is signed in alone", async () => {
    expect(await ask("skill-queue", "none")).toEqual({ kind: "untold", cause: "100-006" });
  });

  it("leave out what has no address, and keep what has no more than that", async () => {
    const entries = [{ inno: 7 }, { inno: "8", description: "a\u001b[31m\nb", mediatype: "x" }, { code: "9" }, "10", { inno: "" }];
    gateway.addFault({ kind: "body", body: JSON.stringify({ retcode: "0", result: entries }), endpoint: "access-codes" });
    expect(await ask("access-code")).toEqual({
      kind: "told",
      targets: [
        { address: "7", name: "", mediaType: undefined },
        { address: "8", name: "a [31m b", mediaType: undefined },
      ],
      unread: 3,
    });
  });

  it.each<[string, Fault, string]>([
    ["an undocumented code", { kind: "retcode", retcode: "600-005", endpoint: "skill-queues" }, "600-005"],
    ["words as a code", { kind: "body", body: '{"retcode":"secret words"}', endpoint: "skill-queues" }, "other"],
    ["no list", { kind: "body", body: '{"retcode":"0","result":{}}', endpoint: "skill-queues" }, "invalid-response"],
    ["no answer of the gateway", { kind: "html", endpoint: "skill-queues" }, "invalid-response"],
    ["another status", { kind: "status", status: 500, endpoint: "skill-queues" }, "http-500"],
  ])("are not told by %s", async (_what, fault, cause) => {
    gateway.addFault(fault);
    expect(await ask("skill-queue")).toEqual({ kind: "untold", cause });
  });
});
