import { describe, expect, it } from "vitest";
import { isDryRun, parseTransferRequest, referenceOf } from "../../lib/transfer/request.ts";
import { parseFields, pointersIn, toConnection, violationsIn } from "../support/transfer-request.ts";

const QUEUE = { type: "skill-queue", address: "30" } as const;
const OFFICE = { type: "access-code", address: "88" } as const;

describe("a draft is completed from its connection", () => {
  it("takes the connection's agent, target, mode, caller and call data for what it leaves out", () => {
    const connection = toConnection({
      agentId: "777",
      targets: { support: QUEUE },
      defaults: { target: "support", mode: "blind", caller: "4711", callData: "from the connection" },
    });
    expect(parseTransferRequest({ fields: { callId: "c-1" } }, connection)).toEqual({
      callId: "c-1",
      agentId: "777",
      target: QUEUE,
      mode: "blind",
      caller: "4711",
      callData: "from the connection",
    });
  });

  it("keeps what it says itself", () => {
    const connection = toConnection({ agentId: "777", defaults: { target: QUEUE, mode: "blind", caller: "4711", callData: "default" } });
    const fields = { callId: "c-1", agentId: "101", target: OFFICE, mode: "release-after-transfer", caller: "1", callData: "own" };
    expect(parseTransferRequest({ fields }, connection)).toMatchObject(fields);
  });

  it("transfers with release unless anybody asks for blind", () => {
    expect(parseFields().mode).toBe("release-after-transfer");
  });

  it("prefers its own call data fields to the connection's call data", () => {
    const connection = toConnection({ defaults: { callData: "default" } });
    expect(parseFields({ callDataFields: { topic: "bill" } }, connection).callData).toBe('{"topic":"bill"}');
  });

  it("says which fields it still lacks", () => {
    const errors = violationsIn(() => parseTransferRequest({ fields: {} }, toConnection({ agentId: undefined })));
    expect(errors).toEqual(["#/callId", "#/agentId", "#/target"].map((pointer) => ({ pointer, detail: "is required" })));
  });

  it.each([["a text"], [null], [7], [[]], [undefined]])("is refused as a whole where its fields are %j", (fields) => {
    expect(pointersIn(() => parseTransferRequest({ fields }, toConnection()))).toEqual(["#"]);
  });

  it("leaves draft and connection as they were", () => {
    const draft = Object.freeze({ fields: Object.freeze({ callId: "c-1" }) });
    const connection = toConnection({ targets: { support: QUEUE }, defaults: { target: "support" } });
    const before = structuredClone(connection);
    parseTransferRequest(draft, connection);
    expect(connection).toEqual(before);
  });
});

describe("a target by name", () => {
  const connection = toConnection({ targets: { support: QUEUE, office: OFFICE } });

  it.each([
    ["support", QUEUE],
    ["office", OFFICE],
  ])("%s is the connection's target of that name", (target, expected) => {
    expect(parseFields({ target }, connection).target).toEqual(expected);
  });

  it.each([["sales"], ["Support"], ["constructor"], ["__proto__"], [""]])(
    "%j, which is none of them, is answered with their names",
    (target) => {
      expect(violationsIn(() => parseFields({ target }, connection))).toEqual([
        { pointer: "#/target", detail: "must be one of the connection's targets: support, office" },
      ]);
    },
  );

  it("is refused where the connection names none", () => {
    const [error] = violationsIn(() => parseFields({ target: "support" }));
    expect(error?.detail).toContain("no named targets");
  });
});

describe("a dry run", () => {
  it.each([
    ["in the body", { fields: { dryRun: true } }, {}],
    ["beside the body", { beside: { dryRun: true } }, {}],
    ["beside the body against the body", { fields: { dryRun: false }, beside: { dryRun: true } }, {}],
    ["in the body against what stands beside it", { fields: { dryRun: true }, beside: { dryRun: false } }, {}],
    ["by a test connection", {}, { test: true }],
    ["by a test connection against the body", { fields: { dryRun: false } }, { test: true }],
  ])("is asked for %s", (_where, { fields, beside }: { fields?: object; beside?: { dryRun: boolean } }, over) => {
    expect(isDryRun({ draft: { fields: { ...fields }, ...beside }, connection: toConnection(over) })).toBe(true);
  });

  it("is not one unless asked for", () => {
    expect(isDryRun({ draft: { fields: { dryRun: false }, dryRun: false }, connection: toConnection() })).toBe(false);
  });

  it("is one although nothing else of it is valid", () => {
    expect(isDryRun({ draft: { fields: { dryRun: true, callId: 1, target: [] } }, connection: toConnection() })).toBe(true);
  });

  it.each([[{ dryRun: "true" }], [{ dryRun: 1 }], [["dryRun"]], ["dryRun"], [null], [undefined]])("is not asked for by %j", (fields) => {
    expect(isDryRun({ draft: { fields }, connection: toConnection() })).toBe(false);
  });

  it("leaves no trace in the request", () => {
    expect(parseFields({ dryRun: true })).not.toHaveProperty("dryRun");
  });
});

describe("the caller's own reference", () => {
  it.each<[unknown, string | undefined]>([
    [{ reference: "ticket", callId: 1 }, "ticket"],
    [{ reference: "r".repeat(65) }, undefined],
    [{ reference: "a\nb" }, undefined],
    [{ reference: 1 }, undefined],
    [{}, undefined],
    ["reference", undefined],
    [null, undefined],
  ])("is known although the request may not be valid: %j", (fields, reference) => {
    expect(referenceOf({ fields })).toBe(reference);
  });
});

describe("a delivery id", () => {
  it.each([
    ["in the body", { deliveryId: "d-1" }, {}],
    ["beside the body", {}, { deliveryId: "d-1" }],
    ["alike in both", { deliveryId: "d-1" }, { deliveryId: "d-1" }],
  ])("may come %s", (_where, fields, beside) => {
    expect(parseFields(fields, toConnection(), beside).deliveryId).toBe("d-1");
  });

  it("is refused when body and header differ", () => {
    expect(pointersIn(() => parseFields({ deliveryId: "d-1" }, toConnection(), { deliveryId: "d-2" }))).toEqual(["#/deliveryId"]);
  });

  it.each([[""], [" "], ["\u0000"], ["x".repeat(256)]])("is held to its limits beside the body, too: %j", (deliveryId) => {
    expect(new Set(pointersIn(() => parseFields({}, toConnection(), { deliveryId })))).toEqual(new Set(["#/deliveryId"]));
  });
});

describe("a transfer to the agent itself", () => {
  it.each([
    ["spelled alike", "205", "205"],
    ["with a leading zero", "205", "0205"],
    ["with leading zeros", "205", "000205"],
  ])("is refused, %s", (_how, agentId, address) => {
    expect(pointersIn(() => parseFields({ agentId, target: { type: "agent", address } }))).toEqual(["#/target/address"]);
  });

  it("is refused where the agent is the connection's", () => {
    expect(pointersIn(() => parseFields({}, toConnection({ agentId: "205" })))).toEqual(["#/target/address"]);
  });

  it.each([["skill-queue"], ["access-code"]])("is none where the address is of a %s", (type) => {
    expect(parseFields({ agentId: "205", target: { type, address: "205" } }).target).toEqual({ type, address: "205" });
  });
});
