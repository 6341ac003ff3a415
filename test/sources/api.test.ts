import { describe, expect, it } from "vitest";
import { api } from "../../lib/sources/api.ts";
import type { Draft } from "../../lib/transfer/request.ts";
import { violationsIn } from "../support/transfer-request.ts";
import { describeSource, type Understanding } from "./source-contract.ts";

const KEY = "key-of-the-contract";
const JSON_TYPE = { "content-type": "application/json" };
const REQUEST = { callId: "c-1", agentId: "101", target: { type: "agent", address: "205" }, mode: "blind", reference: "ticket" };

describeSource({
  source: api,
  document: {
    schemaVersion: 1,
    source: "api",
    gateway: "site-a",
    verification: { secrets: [{ id: "current", value: KEY }] },
  },
  body: JSON.stringify(REQUEST),
  request: REQUEST,
  sign: () => ({ ...JSON_TYPE, authorization: `Bearer ${KEY}` }),
  forge: () => ({ ...JSON_TYPE, authorization: "Bearer another-key" }),
  understand({ body }): Understanding {
    const { state, effect, dryRun } = JSON.parse(body);
    if (dryRun === true) return "dry-run";
    if (state === "accepted") return "transferred";
    return effect === "none" ? "not-transferred" : "unknown";
  },
});

function draft({ body = "{}", query = "", headers = {} }: { body?: string; query?: string; headers?: Record<string, string> } = {}): Draft {
  return api.toDraft({
    method: "POST",
    query: new URLSearchParams(query),
    headers: { ...JSON_TYPE, ...headers },
    body: new TextEncoder().encode(body),
    receivedAt: new Date("2026-11-23T07:00:00Z"),
  });
}

describe("source api", () => {
  it("takes the body for the fields, known or not", () => {
    expect(draft({ body: '{"callId":"c-1","unknown":[1]}' }).fields).toEqual({ callId: "c-1", unknown: [1] });
  });

  it.each(["[]", "null", '"text"', "1", "true"])("refuses %s for a body", (body) => {
    expect(violationsIn(() => draft({ body }))).toEqual([{ pointer: "#", detail: "must be an object" }]);
  });

  it.each([
    ["run-4711", "run-4711"],
    ['"run-4711"', "run-4711"],
    ['"', '"'],
    ['""', ""],
    ['a"b"c', 'a"b"c'],
  ])("takes the Idempotency-Key %s for the delivery id %s", (key, deliveryId) => {
    expect(draft({ headers: { "idempotency-key": key } }).deliveryId).toBe(deliveryId);
  });

  it("has no delivery id without an Idempotency-Key", () => {
    expect(draft().deliveryId).toBeUndefined();
  });

  it.each([
    ["", false],
    ["dryRun", true],
    ["dryRun=", true],
    ["dryRun=true", true],
    ["dryRun=false", false],
    ["dryRun=false&dryRun=true", true],
    ["dryRun=false&dryRun=false", false],
  ])("takes the query %j for dry run: %s", (query, dryRun) => {
    expect(draft({ query }).dryRun).toBe(dryRun);
  });

  it.each([
    ["dryrun=true", "#"],
    ["dryRun=1", "#/dryRun"],
    ["dryRun=TRUE", "#/dryRun"],
    ["dryRun=true&dryRun=yes", "#/dryRun"],
    ["dryRun=true&planted=1", "#"],
  ])("refuses the query %s: a misspelled dry run must not transfer anybody", (query, pointer) => {
    const errors = violationsIn(() => draft({ query }));
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
    expect(JSON.stringify(errors)).not.toContain("planted");
  });
});
