/** Whatever JSON a verified caller sends: one of our refusals, or a request within all limits of the gateway. Shown by dry runs, so nothing is sent. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { anyText, brokenText, fuzz, trickyName } from "../support/fuzz-settings.ts";
import { type Answer, type Stack, startStack } from "../support/stack.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;
const text = (max: number) =>
  z
    .string()
    .min(1)
    .refine((value) => value.length <= max && value.isWellFormed() && !CONTROL_CHARACTER.test(value));

/** What may go over the wire, from the vendor's page (cec_07_0460), written apart from lib/. */
const wireMembers = { callid: text(128), caller: text(64).optional(), mode: z.literal([0, 2]), address: text(24) };
const calldata = z
  .string()
  .refine((value) => Buffer.byteLength(value) <= 2048 && value.isWellFormed() && !CONTROL_CHARACTER.test(value))
  .optional();
const Wire = z.strictObject({
  method: z.literal("POST"),
  url: z.string().regex(/^https:\/\/localhost:\d+\/agentgateway\/resource\/mediacall\/101\/transfer$/),
  headers: z.strictObject({ "Content-Type": z.literal("application/json; charset=UTF-8") }),
  body: z.union([
    z.strictObject({ ...wireMembers, calldata, devicetype: z.literal([1, 4]) }),
    z.strictObject({ ...wireMembers, calldata, devicetype: z.literal(2), skillId: z.int32().min(0).optional() }),
  ]),
});

const oddText = fc.oneof(
  anyText(30),
  brokenText(),
  fc.constantFrom("", " ", "101", "205", "\n", "x".repeat(25), "é".repeat(1_025), "\ufeff"),
);
const odd = fc.oneof(oddText, fc.jsonValue(), fc.constantFrom(null, -1, 0.5, 1e21, [], {}));
/** Mostly what is valid, so that all of a request is reached. */
const mostly = (valid: fc.Arbitrary<unknown>) => fc.oneof({ weight: 29, arbitrary: valid }, { weight: 1, arbitrary: odd });
const plain = (maxLength: number) => fc.string({ unit: "grapheme", minLength: 1, maxLength });
/** Also at the limit and one past it. */
const upTo = (max: number) =>
  fc.oneof({ weight: 8, arbitrary: plain(max) }, { weight: 1, arbitrary: fc.constantFrom("w".repeat(max), "w".repeat(max + 1)) });
const target = fc.record(
  {
    type: mostly(fc.constantFrom("agent", "agent", "agent", "skill-queue", "access-code")),
    address: mostly(upTo(24)),
    skillId: mostly(fc.nat()),
  },
  { requiredKeys: ["type", "address"] },
);
const name = fc.oneof(plain(64), trickyName(), oddText);
const scalar = fc.oneof(
  plain(100),
  fc.constantFrom("y".repeat(2_030), true, null),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const callDataFields = fc
  .array(fc.tuple(mostly(plain(20)).map(String), mostly(scalar)), { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries));
const others = fc.record(
  {
    callId: mostly(upTo(128)),
    target: mostly(target),
    mode: mostly(fc.constantFrom("blind", "release-after-transfer")),
    caller: mostly(upTo(64)),
    reference: mostly(plain(64)),
    deliveryId: mostly(plain(200)),
    attempt: mostly(plain(64)),
    dryRun: mostly(fc.boolean()),
  },
  { requiredKeys: ["callId", "target"] },
);
const callData = fc.record({ callData: mostly(fc.oneof(plain(700), fc.constantFrom("z".repeat(2_048), "z".repeat(2_049)))) });
const asFields = fc.record({ callDataFields: mostly(callDataFields) });
const fields = fc.tuple(others, fc.oneof(callData, asFields, fc.constant({}))).map(([request, data]) => ({ ...request, ...data }));
const withUnknown = fc.tuple(fields, name, odd).map(([known, key, value]) => ({ ...known, ...Object.fromEntries([[key, value]]) }));
const body = fc.oneof({ weight: 6, arbitrary: fields }, { weight: 1, arbitrary: withUnknown }, { weight: 1, arbitrary: fc.jsonValue() });

let stack: Stack;
let connections: string[];
beforeAll(async () => {
  stack = await startStack();
  connections = ["json", "key-value", "text"].map(
    (callDataFormat, index) =>
      stack.connect({ connection: { callDataFormat, callDataOverflow: index === 1 ? "truncate" : "reject" } }).connection,
  );
});
afterAll(() => stack.stop());

/** With the dry run asked for in the URL, which no body can take back. */
async function dryRun(json: string, connection = connections[0] ?? ""): Promise<Answer> {
  const answer = await stack.transfer(connection, json, { query: "dryRun" });
  expect(stack.gateway.transfers()).toEqual([]);
  stack.takeLog();
  return answer;
}

describe("any JSON of a verified caller", () => {
  it("is refused, or becomes a request that the gateway's limits allow", async () => {
    const seen = { accepted: 0, refused: 0 };
    const property = fc.asyncProperty(body, fc.nat(2), async (json, format) => {
      const answer = await dryRun(JSON.stringify(json), connections[format]);
      if (answer.status === 200) {
        seen.accepted += 1;
        expect(answer.body).toMatchObject({ dryRun: true });
        expect(Wire.safeParse(answer.body.wire).error?.issues).toBeUndefined();
        return;
      }
      seen.refused += 1;
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request", effect: "none", errors: expect.any(Array) } });
    });
    await fc.assert(property, fuzz(3));
    // A property that never reaches the wire proves nothing about it.
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(20);
  });
});

const valid = '"callId":"1","target":{"type":"agent","address":"205"}';
const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);

describe("JSON that is made to hurt", () => {
  it.each([
    ["nested arrays", deep("[", "]")],
    ["nested arrays that are never closed", deep("[", "")],
    ["nested objects", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["nesting in the call data", `{${valid},"callData":${deep("[", "]")}}`],
    ["nesting in the fields of the call data", `{${valid},"callDataFields":{"a":${deep("[", "]")}}}`],
    ["nesting in the target", `{"callId":"1","target":${deep("[", "]")}}`],
    ["a huge array", `[${"0,".repeat(400_000)}0]`],
    ["a huge array for a text", `{${valid},"caller":[${"0,".repeat(400_000)}0]}`],
    ["many unknown fields", `{${Array.from({ length: 50_000 }, (_, index) => `"f${index}":0`).join()}}`],
    [
      "many fields of the call data",
      `{${valid},"callDataFields":{${Array.from({ length: 50_000 }, (_, index) => `"f${index}":0`).join()}}}`,
    ],
    ["a huge number", `{${valid},"callDataFields":{"a":1${"0".repeat(100_000)}}}`],
    ["a lone surrogate", `{${valid},"callData":"\\ud800"}`],
    ["a lone surrogate in a name", `{${valid},"callDataFields":{"\\udfff":1}}`],
    ["a control character", `{${valid},"callData":"\\u0000"}`],
    ["__proto__ at the top", `{${valid},"__proto__":{"mode":"blind"}}`],
    ["__proto__ instead of fields", '{"__proto__":{"callId":"1","target":{"type":"agent","address":"205"}}}'],
    ["__proto__ in the target", '{"callId":"1","target":{"__proto__":{"address":"205"},"type":"agent"}}'],
    ["constructor at the top", `{${valid},"constructor":{"prototype":{"dryRun":true}}}`],
    ["a target of a name that every object has", '{"callId":"1","target":"constructor"}'],
    ["a target named __proto__", '{"callId":"1","target":"__proto__"}'],
  ])("is refused: %s", async (_name, json) => {
    const { status, body, text } = await dryRun(json);
    expect([
      [400, "invalid-json"],
      [422, "invalid-request"],
    ]).toContainEqual([status, body.code]);
    expect(text.length).toBeLessThan(64 * 1024);
  });

  it("does not lose a field of the call data that is called __proto__", async () => {
    const { status, body } = await dryRun(`{${valid},"callDataFields":{"__proto__":"lost","a":"kept"}}`);
    if (status === 200) expect(JSON.stringify(body.wire)).toContain("lost");
    else expect(body).toMatchObject({ code: "invalid-request" });
  });

  it("is one request where a member comes twice: the last one counts, everywhere alike", async () => {
    const { body } = await dryRun(`{"callId":"0",${valid},"callData":"first","callData":"last"}`);
    expect(body).toMatchObject({ request: { callId: "1", callData: "last" }, wire: { body: { callid: "1", calldata: "last" } } });
  });
});
