import { describe, expect, it } from "vitest";
import { parseFields, pointersIn, toConnection } from "../support/transfer-request.ts";

const queue = (address: unknown) => ({ target: { type: "skill-queue", address } });
const agent = (skillId: unknown) => ({ target: { type: "agent", address: "205", skillId } });

describe("at its limit, a request is valid", () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["agentId 101", { agentId: "101" }],
    ["agentId 999999", { agentId: "999999" }],
    ["address of 1 character", queue("1")],
    ["address of 24 characters", queue("x".repeat(24))],
    ["address of 24 UTF-16 units", queue("😀".repeat(12))],
    ["skillId 0", agent(0)],
    ["skillId 2147483647", agent(2_147_483_647)],
    ["callId of 128 characters", { callId: "c".repeat(128) }],
    ["caller of 64 characters", { caller: "1".repeat(64) }],
    ["reference of 64 characters", { reference: "r".repeat(64) }],
    ["attempt of 64 characters", { attempt: "a".repeat(64) }],
    ["deliveryId of 255 characters", { deliveryId: "d".repeat(255) }],
    ["empty call data", { callData: "" }],
    ["2048 bytes of ASCII", { callData: "x".repeat(2048) }],
    ["2048 bytes of 3-byte characters", { callData: `${"客".repeat(682)}ab` }],
    ["2048 bytes of 4-byte characters", { callData: "😀".repeat(512) }],
    ["100 call data fields", { callDataFields: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`f${at}`, at])) }],
    ["a call data field's name of 64 characters", { callDataFields: { ["n".repeat(64)]: 1 } }],
    ["the largest safe number", { callDataFields: { n: Number.MAX_SAFE_INTEGER } }],
    ["line and paragraph separators", { reference: "a\u2028b\u2029c" }],
  ])("%s", (_limit, fields) => {
    const { callDataFields: _rendered, ...kept } = fields;
    expect(parseFields({ agentId: "101", ...fields })).toMatchObject(kept);
  });
});

describe("one past its limit, a request is refused where it is past", () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["agentId 100", { agentId: "100" }, "#/agentId"],
    ["agentId 1000000", { agentId: "1000000" }, "#/agentId"],
    ["agentId as number", { agentId: 102 }, "#/agentId"],
    ["agentId with a leading zero", { agentId: "0102" }, "#/agentId"],
    ["agentId with a sign", { agentId: "+102" }, "#/agentId"],
    ["agentId with an exponent", { agentId: "1e3" }, "#/agentId"],
    ["agentId with a line break", { agentId: "102\n" }, "#/agentId"],
    ["agentId in other digits", { agentId: "١٢٣" }, "#/agentId"],
    ["agentId null", { agentId: null }, "#/agentId"],
    ["empty address", queue(""), "#/target/address"],
    ["blank address", queue("  "), "#/target/address"],
    ["address of 25 characters", queue("x".repeat(25)), "#/target/address"],
    ["address of 26 UTF-16 units", queue("😀".repeat(13)), "#/target/address"],
    ["address as number", queue(30), "#/target/address"],
    ["no address", queue(undefined), "#/target/address"],
    ["skillId -1", agent(-1), "#/target/skillId"],
    ["skillId 2147483648", agent(2_147_483_648), "#/target/skillId"],
    ["skillId 1.5", agent(1.5), "#/target/skillId"],
    ["skillId as text", agent("3"), "#/target/skillId"],
    ["skillId null", agent(null), "#/target/skillId"],
    ["skillId of a skill queue", { target: { type: "skill-queue", address: "30", skillId: 3 } }, "#/target/skillId"],
    ["skillId of an access code", { target: { type: "access-code", address: "30", skillId: 3 } }, "#/target/skillId"],
    ["another type of target", { target: { type: "ivr", address: "30" } }, "#/target/type"],
    ["the wire's number as type", { target: { type: 2, address: "30" } }, "#/target/type"],
    ["no type", { target: { address: "30" } }, "#/target/type"],
    ["a target that is a list", { target: [] }, "#/target"],
    ["a target that is null", { target: null }, "#/target"],
    ["another mode", { mode: "warm" }, "#/mode"],
    ["the wire's number as mode", { mode: 2 }, "#/mode"],
    ["empty callId", { callId: "" }, "#/callId"],
    ["callId of 129 characters", { callId: "c".repeat(129) }, "#/callId"],
    ["callId as number", { callId: 1552524689 }, "#/callId"],
    ["empty caller", { caller: "" }, "#/caller"],
    ["caller of 65 characters", { caller: "1".repeat(65) }, "#/caller"],
    ["reference of 65 characters", { reference: "r".repeat(65) }, "#/reference"],
    ["attempt of 65 characters", { attempt: "a".repeat(65) }, "#/attempt"],
    ["attempt as number", { attempt: 2 }, "#/attempt"],
    ["deliveryId of 256 characters", { deliveryId: "d".repeat(256) }, "#/deliveryId"],
    ["2049 bytes of ASCII", { callData: "x".repeat(2049) }, "#/callData"],
    ["2049 bytes of 3-byte characters", { callData: "客".repeat(683) }, "#/callData"],
    ["2052 bytes of 4-byte characters", { callData: "😀".repeat(513) }, "#/callData"],
    ["call data that is no text", { callData: { topic: "bill" } }, "#/callData"],
    [
      "101 call data fields",
      { callDataFields: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}`, at])) },
      "#/callDataFields",
    ],
    ["a call data field's name of 65 characters", { callDataFields: { ["n".repeat(65)]: 1 } }, `#/callDataFields/${"n".repeat(64)}`],
    ["an empty name of a call data field", { callDataFields: { "": 1 } }, "#/callDataFields/"],
    ["a call data field that is an object", { callDataFields: { n: {} } }, "#/callDataFields/n"],
    ["a call data field that is a list", { callDataFields: { n: [] } }, "#/callDataFields/n"],
    ["an unsafe whole number", { callDataFields: { n: 2 ** 53 } }, "#/callDataFields/n"],
    ["an infinite number", { callDataFields: { n: Number.POSITIVE_INFINITY } }, "#/callDataFields/n"],
    ["call data fields that are a list", { callDataFields: [] }, "#/callDataFields"],
    ["fields of 2049 bytes once rendered", { callDataFields: { n: "x".repeat(2049 - '{"n":""}'.length) } }, "#/callDataFields"],
    ["call data and its fields at once", { callData: "a", callDataFields: {} }, "#/callDataFields"],
    ["a dry run that is a text", { dryRun: "true" }, "#/dryRun"],
  ])("%s", (_limit, fields, pointer) => {
    expect([...new Set(pointersIn(() => parseFields(fields)))]).toEqual([pointer]);
  });
});

const TEXTS = ["callId", "caller", "callData", "deliveryId", "reference", "attempt"];
const UNPRINTABLE: readonly [string, string][] = [
  ["NUL", "\u0000"],
  ["a tab", "\t"],
  ["a line break", "\n"],
  ["a carriage return", "\r"],
  ["the last of C0", "\u001f"],
  ["DEL", "\u007f"],
  ["the last of C1", "\u009f"],
  ["a lone high surrogate", "\ud83d"],
  ["a lone low surrogate", "\ude00"],
];

describe.each(UNPRINTABLE)("%s", (_name, character) => {
  it.each(TEXTS)("is refused in %s", (field) => {
    expect(pointersIn(() => parseFields({ [field]: `a${character}b` }))).toEqual([`#/${field}`]);
  });

  it("is refused in an address", () => {
    expect(pointersIn(() => parseFields(queue(`a${character}b`)))).toEqual(["#/target/address"]);
  });

  it("is refused in a call data field's value", () => {
    expect(pointersIn(() => parseFields({ callDataFields: { n: `a${character}b` } }))).toEqual(["#/callDataFields/n"]);
  });

  it("is refused in a call data field's name", () => {
    expect(pointersIn(() => parseFields({ callDataFields: { [`a${character}b`]: "x" } }))).toHaveLength(1);
  });
});

describe("every type of target in every mode", () => {
  it.each(["skill-queue", "agent", "access-code"].flatMap((type) => [[type, "release-after-transfer"] as const, [type, "blind"] as const]))(
    "%s, %s is a request",
    (type, mode) => {
      const target = { type, address: "205" };
      expect(parseFields({ target, mode }, toConnection())).toMatchObject({ target, mode });
    },
  );
});
