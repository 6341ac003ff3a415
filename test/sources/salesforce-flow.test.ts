import { describe, expect, it } from "vitest";
import { signWithSharedSecret } from "../../dev/sign/shared-secret.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { openSource } from "../support/open-source.ts";
import { openWith } from "../support/opened.ts";
import { proofBy } from "../support/proof-by.ts";
import { describeSource } from "./source-contract.ts";

/** What a flow branches on: nothing but the body of a 200. */
const told = (body: Readonly<Record<string, unknown>>) => ({ status: 200, headers: { "content-type": "application/json" }, body });

describeSource({
  id: "salesforce-flow",
  verification: { scheme: "shared-secret" },
  secrets: SECRETS,
  headers: { ...JSON_HEADERS, "user-agent": "SFDC-Callout/66.0" },
  sign: proofBy(signWithSharedSecret, { in: ["api-key"] }),
  signsBody: false,
  body: readFixture("salesforce-flow/callout.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "skill-queue", address: "31" },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "Fall 00001026: Gerät lädt nicht 客户",
      reference: "5008d00000abcdEAAQ",
      deliveryId: "3a2f7c1e-interview-0001",
    },
  ],
  answers: {
    accepted: told({ ok: true, state: "accepted", replayed: false }),
    replayed: told({ ok: true, state: "accepted", replayed: true }),
    unknown: told({ ok: false, state: "unknown", effect: "unknown" }),
    refused: told({ ok: false, code: "gateway-refused", effect: "none", retryable: false }),
    busy: told({ ok: false, code: "gateway-busy", effect: "none", retryable: true }),
    inProgress: told({ ok: false, code: "duplicate-in-progress", effect: "unknown" }),
    dryRun: told({ ok: false, dryRun: true }),
    misconfigured: told({ ok: false, code: "misconfigured" }),
    malformed: told({ ok: false, code: "invalid-json" }),
    empty: told({ ok: false, code: "invalid-json" }),
    notAnObject: told({ ok: false, code: "invalid-request" }),
    otherType: told({ ok: false, code: "unsupported-media-type" }),
  },
});

describe("source salesforce-flow", () => {
  it("takes a dry run in the action's address", async () => {
    expect(await openWith("salesforce-flow", { query: "dryRun=true" })).toMatchObject([{ dryRun: true }]);
  });

  it.each([null, "", "  "])("takes what the flow had no value for (%j) as left out", async (none) => {
    const given = { callId: "c-1", target: { type: "skill-queue", address: "31", skillId: none } };
    const blank = {
      agentId: none,
      mode: none,
      caller: none,
      callData: none,
      deliveryId: none,
      reference: none,
      attempt: none,
      dryRun: none,
    };
    const { requests } = await openSource({ connection: { source: "salesforce-flow" }, body: JSON.stringify({ ...given, ...blank }) });
    expect(requests()).toEqual([
      { callId: "c-1", agentId: "101", target: { type: "skill-queue", address: "31" }, mode: "release-after-transfer" },
    ]);
  });

  it("takes a target without a value from the connection, and asks for a call", async () => {
    const targets = { desk: { type: "agent", address: "205" } };
    const connection = { source: "salesforce-flow", targets, defaults: { target: "desk" } };
    const { requests } = await openSource({ connection, body: '{"callId":"c-1","target":null,"callDataFields":{"case":null}}' });
    expect(requests()).toMatchObject([{ target: targets.desk, callData: '{"case":null}' }]);
    expect((await openSource({ connection, body: '{"callId":null}' })).requests).toThrow(
      expect.objectContaining({ errors: [{ pointer: "#/callId", detail: "is required" }] }),
    );
  });

  it("refuses anything else there", async () => {
    expect(await openWith("salesforce-flow", { query: "dry-run=true" })).toMatchObject({ code: "invalid-request" });
  });
});
