import { describe, expect, it } from "vitest";
import { signWithSharedSecret } from "../../dev/sign/shared-secret.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { openWith } from "../support/opened.ts";
import { proofBy } from "../support/proof-by.ts";
import { CANONICAL_ANSWERS, describeSource } from "./source-contract.ts";

describeSource({
  id: "api",
  verification: { scheme: "shared-secret" },
  secrets: SECRETS,
  headers: { ...JSON_HEADERS, "idempotency-key": "run-4711" },
  sign: proofBy(signWithSharedSecret),
  signsBody: false,
  body: readFixture("api/transfer.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "agent", address: "205", skillId: 3 },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: '{"name":"Zoë Müller","topic":"Invoice 2026-117","priority":2,"vip":true}',
      reference: "ticket-4711",
      deliveryId: "run-4711",
    },
  ],
  answers: CANONICAL_ANSWERS,
});

describe("source api", () => {
  it("takes the body for the fields, known or not", async () => {
    expect(await openWith("api", { body: '{"callId":"c-1","unknown":[1]}' })).toMatchObject([{ fields: { callId: "c-1", unknown: [1] } }]);
  });

  it.each(["[]", "null", '"text"', "1", "true"])("refuses %s for a body", async (body) => {
    expect(await openWith("api", { body })).toMatchObject({
      code: "invalid-request",
      errors: [{ pointer: "#", detail: "must be an object" }],
    });
  });

  it.each([
    ["run-4711", "run-4711"],
    ['"run-4711"', "run-4711"],
    ['"', '"'],
    ['""', ""],
    ['a"b"c', 'a"b"c'],
  ])("takes the Idempotency-Key %s for the delivery id %s", async (key, deliveryId) => {
    expect(await openWith("api", { headers: { "idempotency-key": key } })).toMatchObject([{ deliveryId }]);
  });

  it.each([
    ["", false],
    ["dryRun", true],
    ["dryRun=", true],
    ["dryRun=true", true],
    ["dryRun=false", false],
    ["dryRun=false&dryRun=true", true],
    ["dryRun=false&dryRun=false", false],
  ])("takes the query %j for dry run: %s", async (query, dryRun) => {
    expect(await openWith("api", { query })).toMatchObject([{ dryRun }]);
  });

  it.each([
    ["dryrun=true", "#"],
    ["dryRun=1", "#/dryRun"],
    ["dryRun=TRUE", "#/dryRun"],
    ["dryRun=true&dryRun=yes", "#/dryRun"],
    ["dryRun=true&planted=1", "#"],
  ])("refuses the query %s: a misspelled dry run must not transfer anybody", async (query, pointer) => {
    const failure = await openWith("api", { query });
    expect(failure).toMatchObject({ code: "invalid-request", errors: [{ pointer }] });
    expect(JSON.stringify(failure)).not.toContain("planted");
  });
});
