/** A transfer that finds its agent signed out, and signs it in itself where the secret allows it: at a simulated gateway, over TLS. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import type { SignInAttempt } from "../../lib/sessions/agent-record.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { AGENT, type SourceUnderTest, startSource } from "./session-source-under-test.ts";

const SESSION = { guid: "guid-1", renewedAt: INSTANT, events: "poll" } as const;
const NOBODY = { code: "agent-not-signed-in", message: "nobody keeps the agent signed in", retryAfterSeconds: 75 };

let gateway: GatewaySimulator;
let source: SourceUnderTest;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, clock: createManualClock() });
});
beforeEach(() => {
  gateway.reset();
  source = startSource(gateway);
  source.putManaged({ inlineSignIn: true });
});
afterAll(() => gateway.stop());

const asked = () => gateway.requests().map(({ endpoint }) => endpoint);
const known = () => source.records.read(AGENT);
const toAttempt = (over: Partial<SignInAttempt>): SignInAttempt => ({
  ...{ secretVersion: "version-1", at: INSTANT, result: "pending", failures: 1, proven: false },
  ...over,
});

describe("a transfer signs the agent in", () => {
  it("where nobody is: its session is the transfer's, and kept for the next ones and the keeper", async () => {
    const session = await source.find();
    expect(session).toMatchObject({ guid: gateway.guidOf("102"), cookies: expect.stringContaining("NSLB="), events: "poll" });
    expect(await known()).toMatchObject({ session, lease: undefined, attempt: { secretVersion: "version-1", result: "signed-in" } });
    expect(await source.find()).toEqual(session);
    expect(await source.process().find()).toEqual(session);
    expect(asked()).toEqual(["sign-in"]);
  });

  it("where its Guid was refused and nobody keeps it", async () => {
    await source.keep({ session: SESSION });
    expect(await source.renew(SESSION.guid)).toMatchObject({ guid: gateway.guidOf("102") });
    expect(await known()).toMatchObject({ session: { guid: gateway.guidOf("102") }, fence: 2 });
    expect(await source.find()).toMatchObject({ guid: gateway.guidOf("102") });
  });

  it("not where another session is known, which is used", async () => {
    await source.keep({ session: SESSION });
    expect(await source.renew("guid-0")).toEqual(SESSION);
    expect(asked()).toEqual([]);
  });

  it("by force only where the secret says so", async () => {
    gateway.renewGuid("102");
    await expect(source.find()).rejects.toMatchObject({ message: "sign-in waits after 100-002" });
    source.putManaged({ inlineSignIn: true }, { forcelogin: true });
    expect(await source.process().find()).toMatchObject({ guid: gateway.guidOf("102") });
    expect(asked()).toEqual(["sign-in", "sign-in", "force-sign-in"]);
  });

  it.each([
    ["without a word in the secret", {}],
    ["where the secret forbids it", { inlineSignIn: false }],
  ])("not %s", async (_how, others) => {
    source.putManaged(others);
    await expect(source.find()).rejects.toMatchObject(NOBODY);
    expect(await source.renew("guid-0")).toEqual({ why: NOBODY.message, retryAfterSeconds: 75 });
    expect([asked(), await known()]).toEqual([[], undefined]);
  });

  it.each([
    [0, 0],
    [39_999, 0],
    [40_000, 1],
  ])("%i ms after the keeper's last sign of life: %i times", async (laterMs, times) => {
    await source.keep({}, { lives: true });
    source.clock.pass(laterMs);
    const found = source.find();
    await (times === 0 ? expect(found).rejects.toMatchObject({ code: "agent-not-signed-in" }) : found);
    expect([asked().length, source.reads.includes("version")]).toEqual([times, times === 1]);
  });

  it("not where nothing is to be sent, which keeps no other from it", async () => {
    await expect(source.find(AGENT, 25_000, false)).rejects.toMatchObject(NOBODY);
    expect([asked(), await known()]).toEqual([[], undefined]);
    expect(await source.find()).toMatchObject({ guid: gateway.guidOf("102") });
  });

  it("not where it is not managed any more, as its secret is read for that", async () => {
    await expect(source.find(AGENT, 5_000)).rejects.toMatchObject(NOBODY);
    source.put({ session: "external", guid: "guid-1" });
    await expect(source.find()).rejects.toMatchObject(NOBODY);
    expect([source.reads.includes("version"), asked()]).toEqual([true, []]);
  });

  it.each([
    [5_999, 0],
    [6_000, 1],
  ])("with %i ms left until its deadline: %i times", async (leftMs, times) => {
    const found = source.find(AGENT, leftMs);
    await (times === 0 ? expect(found).rejects.toMatchObject(NOBODY) : found);
    expect([asked().length, source.reads.includes("version")]).toEqual([times, times === 1]);
  });

  it.each<[string, Partial<SignInAttempt>, string]>([
    ["is parked", { result: "refused", retcode: "100-004", failures: 0 }, "sign-in is parked: wrong user name or password"],
    ["waits", { result: "refused", retcode: "000-004", failures: 0 }, "sign-in waits after 000-004"],
    ["was made a moment ago", { result: "signed-in", failures: 0, proven: true }, "sign-in waits after signed-in"],
  ])("not where that %s, and once the secret has changed", async (_how, attempt, message) => {
    await source.keep({ attempt: toAttempt(attempt) });
    await expect(source.find()).rejects.toMatchObject({ code: "agent-not-signed-in", message });
    expect([asked(), (await known())?.fence]).toEqual([[], 1]);
    source.putManaged({ inlineSignIn: true });
    expect(await source.renew("guid-0")).toMatchObject({ guid: gateway.guidOf("102") });
    expect(await known()).toMatchObject({ attempt: { secretVersion: "version-3" } });
  });
});
