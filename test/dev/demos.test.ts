/** The demo callers against the registry: each source has one, whose connection is valid and whose sample is there. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { isAcceptedAsSlot, isAcceptedAt, isAcceptedCanonically, isAcknowledged } from "../../dev/demo.ts";
import { DEMOS, findDemo } from "../../dev/demos.ts";
import { findCallIds, lastOfEachCall } from "../../dev/local-gateway.ts";
import { createSeed } from "../../dev/seed.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { SOURCES } from "../../lib/sources/index.ts";

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
    expect(findCallIds(await readFile(sample, "utf8")).length).toBeGreaterThan(0);
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
    ["another slot", isAcceptedAsSlot, '{"events":[{"name":"x","value":"accepted"}]}', false],
  ] as const)("hear of %s", (_what, isAccepted, answer, accepted) => {
    expect(isAccepted(answer, undefined)).toBe(accepted);
  });

  it("ask the gateway's record for the last of each call alone", () => {
    const [first, second, other] = ["c-1", "c-1", "c-2"].map((callId, index) => ({ callId, body: String(index), retcode: "0" }));
    if (!first || !second || !other) throw new Error("three");
    expect(lastOfEachCall([first, other, second])).toEqual([second, other]);
  });

  it.each([
    ["true", ["0", "0"], true],
    ["false", ["0"], false],
    ["true", ["0", "106-004"], false],
    ["true", [], false],
    ["true", undefined, false],
  ])("believe an acknowledgement (%s) only with the gateway's word: %j", (ack, retcodes, accepted) => {
    const asked = retcodes?.map((retcode) => ({ callId: "c", body: "", retcode }));
    expect(isAcknowledged(`<Ack>${ack}</Ack>`, asked)).toBe(accepted);
  });
});
