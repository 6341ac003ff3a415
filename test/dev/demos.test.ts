/** The demo callers against the registry: each source has one, whose connection is valid and whose sample is there. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  isAcceptedAsActivity,
  isAcceptedAsSlot,
  isAcceptedAt,
  isAcceptedCanonically,
  isAcknowledged,
  isDryRun,
  isReplayed,
} from "../../dev/demo.ts";
import { DEMOS, findDemo } from "../../dev/demos.ts";
import { CALL_ID, findCalls, isEachAccepted, toAsked, type WireTransfer } from "../../dev/local-gateway.ts";
import { renewCalls } from "../../dev/sample.ts";
import { createSeed } from "../../dev/seed.ts";
import { SOURCES } from "../../lib/sources/all.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";

const SEED = createSeed({
  prefix: "ccgw/local",
  gatewayUrl: "https://localhost:8043",
  gatewayCa: "unread",
  guid: "guid",
  issuer: "http://127.0.0.1:8045",
});

describe("the demo callers", () => {
  it("are one of each source", () => {
    expect(DEMOS.map(({ source }) => source).toSorted()).toEqual(SOURCES.map(({ id }) => id).toSorted());
    expect(new Set(DEMOS.map(({ name }) => name)).size).toBe(DEMOS.length);
  });

  it.each(SOURCES.map(({ id }) => id))("have a valid connection of source %s in the seed, proven in its usual way", async (id) => {
    const [, document] = SEED.find(([name]) => name === `ccgw/local/connections/${findDemo(id)?.name}`) ?? [];
    const { settings, source } = await ConfiguredConnection.parseAsync(document);
    expect(source.id).toBe(id);
    expect(settings).toMatchObject({ enabled: true, test: false, gateway: "main", agentId: "101" });
    expect(document).toMatchObject({ verification: { scheme: source.schemes[0].id } });
  });

  it.each(DEMOS)("send for $source a sample that names a call", async ({ sample }) => {
    expect(findCalls(await readFile(sample, "utf8")).length).toBeGreaterThan(0);
  });

  it.each(DEMOS)("send for $source a sample about another call each time", async ({ sample }) => {
    const text = await readFile(sample, "utf8");
    const [first, second] = [renewCalls(text), renewCalls(text)];
    for (const { callId } of findCalls(first)) expect(text + second).not.toContain(callId);
    expect(findCalls(first)).toHaveLength(findCalls(text).length);
    expect(first.replaceAll(CALL_ID, "")).toBe(text.replaceAll(CALL_ID, ""));
  });

  it.each([
    ["intercom", { id: expect.stringMatching(/^notif_/), created_at: expect.any(Number) }],
    ["salesforce-flow", { deliveryId: expect.any(String) }],
    ["bot-framework", { id: expect.any(String) }],
  ])("send for %s a sample that is another delivery each time, and changed in nothing else", async (source, changed) => {
    const { sample, renew } = findDemo(source) ?? expect.fail();
    const text = await readFile(sample, "utf8");
    const [first, second] = [renew?.(text), renew?.(text)].map((renewed = "{}"): object => JSON.parse(renewed));
    expect(first).toEqual({ ...JSON.parse(text), ...changed });
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(JSON.parse(text));
  });

  it("send for Intercom a notification that happens now", async () => {
    const { sample, renew } = findDemo("intercom") ?? expect.fail();
    const { created_at: seconds } = JSON.parse(renew?.(await readFile(sample, "utf8")) ?? "{}");
    expect(Math.abs(Date.now() / 1_000 - seconds)).toBeLessThan(5);
  });

  it("send for Salesforce a message of other notifications each time", async () => {
    const { sample, renew } = findDemo("salesforce-outbound-message") ?? expect.fail();
    const text = await readFile(sample, "utf8");
    const renewed = renew?.(text) ?? "";
    const ids = [...(text + renewed).matchAll(/<Id>(\w{18})<\/Id>/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(4);
    expect(renewed.replaceAll(/<Id>\w+/g, "")).toBe(text.replaceAll(/<Id>\w+/g, ""));
  });

  it.each([
    ["one in our words", isAcceptedCanonically, '{"state":"accepted"}', true],
    ["one that is unknown", isAcceptedCanonically, '{"state":"unknown"}', false],
    ["several", isAcceptedCanonically, '{"transfers":[{"state":"accepted"},{"state":"accepted"}]}', true],
    ["several but one", isAcceptedCanonically, '{"transfers":[{"state":"accepted"},{"code":"forbidden"}]}', false],
    ["none", isAcceptedCanonically, '{"transfers":[]}', false],
    ["a dry run", isAcceptedCanonically, '{"dryRun":true}', false],
    ["no JSON", isAcceptedCanonically, "<html>", false],
    ["a parameter", isAcceptedAt("sessionInfo", "parameters"), '{"sessionInfo":{"parameters":{"ccgw_state":"accepted"}}}', true],
    ["one in a list", isAcceptedAt("activities", 0), '{"activities":[{"ccgw_state":"accepted"}]}', true],
    ["an inherited name", isAcceptedAt("constructor"), "{}", false],
    ["a parameter that says no", isAcceptedAt(), '{"ccgw_state":"unknown"}', false],
    ["a slot", isAcceptedAsSlot, '{"events":[{"name":"x"},{"name":"ccgw_state","value":"accepted"}]}', true],
    ["an expected reply", isAcceptedAsActivity, '{"activities":[{"value":{"ccgw_state":"accepted"}},{"text":"x"}]}', true],
    [
      "an expected reply that says no",
      isAcceptedAsActivity,
      '{"activities":[{"value":{"state":"accepted","ccgw_state":"unknown"}}]}',
      false,
    ],
    ["the value of an invoke", isAcceptedAsActivity, '{"state":"accepted","ccgw_state":"accepted"}', true],
    ["an activity's answer in our words", isAcceptedAsActivity, '{"state":"accepted","transferId":"t"}', true],
    ["an activity's refusal in our words", isAcceptedAsActivity, '{"state":"refused","code":"gateway-refused"}', false],
    ["another slot", isAcceptedAsSlot, '{"events":[{"name":"x","value":"accepted"}]}', false],
  ] as const)("hear of %s", (_what, isAccepted, answer, accepted) => {
    expect(isAccepted(answer, undefined)).toBe(accepted);
  });

  it.each([
    ["one in our words", '{"dryRun":true,"request":{}}', true],
    ["one of which nothing else is told", '{"dryRun":true,"understood":true}', true],
    ["several", '{"transfers":[{"dryRun":true},{"dryRun":true}]}', true],
    ["a transfer among several", '{"transfers":[{"dryRun":true},{"code":"forbidden"}]}', false],
    ["none", '{"transfers":[]}', false],
    ["a parameter", '{"sessionInfo":{"parameters":{"ccgw_state":"dry-run"}}}', true],
    ["a slot", '{"events":[{"name":"x"},{"name":"ccgw_state","value":"dry-run"}]}', true],
    ["an activity", '{"activities":[{"value":{"state":"failed","ccgw_state":"dry-run"}}]}', true],
    ["a transfer", '{"state":"accepted","reference":"dry-run"}', false],
    ["a parameter that says no", '{"ccgw_state":"failed"}', false],
    ["no JSON", "<Ack>true</Ack>", false],
  ])("tell a dry run by its answer: %s", (_what, answer, dryRun) => {
    expect(isDryRun(answer)).toBe(dryRun);
  });

  it.each([
    ["an earlier answer", '{"state":"accepted","replayed":true}', true],
    ["a first one", '{"state":"accepted","replayed":false}', false],
    ["several earlier ones", '{"transfers":[{"replayed":true},{"replayed":true}]}', true],
    ["one that is first", '{"transfers":[{"replayed":true},{"replayed":false}]}', false],
    ["none", '{"transfers":[]}', false],
    ["another form", "<Ack>true</Ack>", false],
  ])("tell %s from others", (_what, answer, replayed) => {
    expect(isReplayed(answer)).toBe(replayed);
  });

  it.each([
    ["true", true, true],
    ["true", false, false],
    ["false", true, false],
    ["true", undefined, undefined],
    ["false", undefined, false],
  ])("believe an acknowledgement (%s) only with the gateway's word: %s", (ack, isEachAccepted, accepted) => {
    expect(isAcknowledged(`<Ack>${ack}</Ack>`, isEachAccepted)).toBe(accepted);
  });

  it.each(["api", "generic"])("send for %s a key of their own, unless the body has an id", (source) => {
    const headers = (body: string, scheme = "shared-secret") => findDemo(source)?.headers?.(body, { scheme });
    expect(headers("{}")).toEqual({ "idempotency-key": expect.any(String) });
    expect(headers('{"deliveryId": "d-1"}')).toEqual({});
    expect(headers('{"ccgw_delivery_id":"d-1"}')).toEqual({});
    expect(headers("{}", "hmac")).toEqual({});
  });
});

describe("the local gateway's record", () => {
  const CALLS = [
    { callId: "c-1", agentId: "101" },
    { callId: "c-2", agentId: "101" },
  ];
  const asked = (callId: string | undefined, retcode: string | undefined, body = `of ${callId}`): WireTransfer => ({
    callId,
    body,
    retcode,
    acted: retcode === "0",
  });

  it.each([
    ["each was asked for now", [], [asked("c-1", "0"), asked("c-2", "0")], true],
    ["each was before, and a repeat asks for nothing", [asked("c-2", "0"), asked("c-1", "0")], [], true],
    ["one was before, and the other now", [asked("c-1", "0")], [asked("c-2", "0")], true],
    ["an earlier one was refused, too", [asked("c-1", "106-004"), asked("c-1", "0"), asked("c-1", "200-012")], [asked("c-2", "0")], true],
    ["an attempt followed a refused Guid", [], [asked("c-1", "200-007"), asked("c-1", "0"), asked("c-2", "0")], true],
    ["one was never asked for", [asked("c-1", "0")], [asked("c-1", "0")], false],
    ["one is refused now", [asked("c-1", "0"), asked("c-2", "0")], [asked("c-2", "200-012")], false],
    ["one of two to the same call is refused", [], [asked("c-1", "200-012", "a"), asked("c-1", "0", "b"), asked("c-2", "0")], false],
    ["an answer was lost", [], [asked("c-1", undefined), asked("c-2", "0")], false],
  ])("says whether each was accepted where %s", (_what, before, now, accepted) => {
    expect(isEachAccepted(CALLS, { before, now })).toBe(accepted);
  });

  it("accepts no request without a call", () => {
    expect(isEachAccepted([], { before: [], now: [] })).toBe(false);
  });

  it("has requests of other calls, and some whose body did not arrive", () => {
    const all = [asked("c-1", "200-012"), asked("c-3", "0"), asked(undefined, undefined, "")];
    const [own, , cut] = all;
    expect(toAsked({ before: all, now: all }, CALLS, false)).toEqual({ before: [own], now: [own, cut] });
    expect(toAsked({ before: all, now: all }, [], false)).toEqual({ before: [], now: [cut] });
    expect(toAsked({ before: all, now: all }, CALLS, true)).toEqual({ before: [own], now: all });
  });
});

describe("the request that the local stack welcomes with", () => {
  it("names a call that no sample uses up", async () => {
    const [, callId = ""] = /callId: "([^"]+)"/.exec(await readFile("dev/start.ts", "utf8")) ?? [];
    expect(callId).not.toBe("");
    for (const { sample } of DEMOS) expect(await readFile(sample, "utf8")).not.toContain(callId);
    expect(await readFile("README.md", "utf8")).toContain(`{"callId":"${callId}"`);
  });
});
