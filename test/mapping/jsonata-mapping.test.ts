import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { compileMapping } from "../../lib/mapping/jsonata-mapping.ts";
import type { MappingInput } from "../../lib/mapping/mapping.ts";

const BODY = {
  ticket: {
    id: 4711,
    fields: [
      { name: "callid", value: "1552524689-1" },
      { name: "queue", value: "31" },
    ],
    text: "Zoë, 客",
  },
  canary: "planted-data",
};

function toInput(body: unknown = BODY): MappingInput {
  const headers = { "x-request-id": "r-1" };
  return { body, headers, query: { team: "sales" }, source: "zendesk", receivedAt: "2026-11-23T07:00:00.000Z" };
}

async function map(expression: string, body?: unknown): Promise<unknown> {
  return (await compileMapping(expression))(toInput(body));
}

async function failureOf(expression: string, body?: unknown): Promise<TransferError> {
  const mapping = await compileMapping(expression);
  const error = await mapping(toInput(body)).then(
    (result) => result,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TransferError)) throw new Error(`no failure: ${JSON.stringify(error)}`);
  return error;
}

describe("a mapping", () => {
  it("makes a request of any body", async () => {
    const expression = `{
      "callId": body.ticket.fields[name = "callid"].value,
      "target": { "type": "skill-queue", "address": body.ticket.fields[name = "queue"].value },
      "callDataFields": { "text": $uppercase(body.ticket.text), "team": query.team },
      "reference": "ticket-" & body.ticket.id, "deliveryId": headers.\`x-request-id\`, "attempt": source & " " & receivedAt,
      "caller": body.ticket.absent
    }`;
    expect(await map(expression)).toEqual({
      callId: "1552524689-1",
      target: { type: "skill-queue", address: "31" },
      callDataFields: { text: "ZOË, 客", team: "sales" },
      reference: "ticket-4711",
      deliveryId: "r-1",
      attempt: "zendesk 2026-11-23T07:00:00.000Z",
    });
  });

  it.each([
    ["$map(['a','b'], $uppercase)", ["A", "B"]],
    [`$contains('b', /${"a|".repeat(127)}b/)`, true],
    [`[${`$contains('b', /${"a|".repeat(100)}b/),`.repeat(5)}true]`, [true, true, true, true, true, true]],
    ["$map(['a', 'b'], $pad(?, 3, '.'))", ["a..", "b.."]],
    ["'a,b' ~> $split(',') ~> $join('-')", "a-b"],
    ["$split('a1b22c', /[0-9]+/)", ["a", "b", "c"]],
    ["$match('Zoë 客', /(\\p{L}+)/).groups", ["Zoë", "客"]],
    ["$replace('a-b', /(\\w)-(\\w)/, '$2-$1')", "b-a"],
    ["$replace('abc', /B/i, function($m) { '<' & $m.match & '>' })", "a<b>c"],
    ["$contains('x\\nfoo', /^foo$/m)", true],
    ["$match('ab', /(x)?b/).groups", [null]],
    ["$formatNumber(1234.5, '#,##0.00')", "1,234.50"],
    ["$fromMillis(0, '[D01].[M01].[Y0001]')", "01.01.1970"],
    ["$toMillis(receivedAt)", 1795417200000],
    ["$filter([1..5], function($v, $i, $a) { $v > $count($a) - 2 })", [4, 5]],
    ["$reduce([1..4], function($a, $b) { $a + $b })", 10],
    ["$each({'a': 1}, function($v, $k) { $k & $v })", "a1"],
    ["$sift({'a': 1, 'b': 2}, function($v) { $v = 2 })", { b: 2 }],
    ["$sort([3,1,2], function($l, $r) { $l > $r })", [1, 2, 3]],
    ["(1; 2; body.ticket.none)", undefined],
  ])("may use %s", async (expression, result) => {
    expect(await map(expression)).toEqual(result);
  });

  it("gives plain values: no functions, patterns or marks of the library", async () => {
    const result = await map("{'f': $sum, 'l': function($x) { $x }, 'r': /x/, 'list': [1..2], 'one': [body.ticket.fields.name]}");
    expect(result).toStrictEqual({ list: [1, 2], one: ["callid", "queue"] });
    expect(await map("$sum")).toBeUndefined();
    expect(Reflect.ownKeys(Object(await map("body.ticket.fields.name")))).toEqual(["0", "1", "length"]);
  });

  it("does not write to what it reads", async () => {
    const body = structuredClone(BODY);
    await map(
      "($sort(body.ticket.fields, function($a,$b){ $a.name < $b.name }); $append(body.ticket.fields, 1); $merge([body, {'canary': 2}]); body[])",
      body,
    );
    await map("body.ticket.fields^(>name).{'x': $append(name, 1)}", body);
    expect(body).toEqual(BODY);
    expect(Reflect.ownKeys(body.ticket.fields)).toEqual(["0", "1", "length"]);
  });

  it("is compiled once", () => {
    expect(compileMapping("body.ticket.id")).toBe(compileMapping("body.ticket.id"));
  });

  it("is compiled again after it could not be", async () => {
    const failed = compileMapping("body.(");
    await expect(failed).rejects.toThrow("is not a JSONata expression");
    const again = compileMapping("body.(");
    expect(again).not.toBe(failed);
    await expect(again).rejects.toThrow("is not a JSONata expression");
  });

  it("can run several times at once", async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_none, index) => map("body.n & '!' & $string(body.n)", { n: index })));
    expect(results).toEqual(Array.from({ length: 20 }, (_none, index) => `${index}!${index}`));
  });
});

describe("an expression that cannot be used", () => {
  it.each([
    ["body.(planted", "is not a JSONata expression (S0203) at character 13"],
    ["'planted", "is not a JSONata expression (S0101) at character 8"],
    ["$eval('planted')", "must not use $eval at character 5"],
    ["( $f := $eval; $f('planted') )", "must not use $eval at character 13"],
    ["body ~> |planted|{'a': 1}|", "must not use the transform operator at character 9"],
    ["{'planted': [body.(1 + $random())]}", "must not use $random at character 30"],
    ["$now()", "must not use $now at character 4"],
    ["function($planted)<n?n?n?n?:n>{1}(1)", "must not give a function a signature at character 9"],
    ["( $f := λ($x)<s>{ 'planted' & $x }; $f(1) )", "must not give a function a signature at character 10"],
    ["$map([1], function($planted)<a<n>+:n>{ $planted })", "must not give a function a signature at character 19"],
    ["$contains(body.planted, /(?=a)b/)", "has a regular expression that RE2 does not know at character 32"],
    ["$contains(body.planted, /(a)\\1/)", "has a regular expression that RE2 does not know at character 31"],
    ["$contains(body.planted, /((a{100}){100}){100}/)", "has a regular expression that RE2 does not know at character 46"],
    [`$contains(body.planted, /${"a|".repeat(128)}b/)`, "has a regular expression that takes too much, alone or with the others at"],
    [
      `[${`$contains('b', /${"a|".repeat(120)}b/),`.repeat(5)}'planted']`,
      "has a regular expression that takes too much, alone or with the others at",
    ],
    [`$contains(body.planted, /${"\\pL{1000}".repeat(10)}/)`, "has a regular expression that takes too much, alone or with the others at"],
    [`[${"$contains('b', /a{0,1000}/),".repeat(6)}'planted']`, "has a regular expression that takes too much, alone or with the others at"],
    [`${"(".repeat(16_000)}planted`, "is not a JSONata expression"],
  ])("is refused when it is loaded (%#)", async (expression, message) => {
    const error = await compileMapping(expression).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain("planted");
  });
});

describe("an evaluation that fails", () => {
  it.each([
    ["1 + body.canary", "could not be evaluated (T2002) at character 3"],
    ["$error(body.canary)", "could not be evaluated (D3137) at character 7"],
    ["$number(body.canary)", "could not be evaluated (D3030) at character 8"],
    ["$planted(body.canary)", "could not be evaluated (T1006) at character 9"],
    ["$single(body.ticket.fields)", "could not be evaluated (D3138) at character 8"],
  ])("is misconfigured, with the place and not the data: %s", async (expression, reason) => {
    const error = await failureOf(expression);
    expect(error).toMatchObject({ code: "misconfigured", effect: "none", message: `mapping: ${reason}`, cause: undefined });
    expect(error.detail).toBeUndefined();
    expect(JSON.stringify(error)).not.toContain("planted");
  });

  it("for a body that is nested too deeply is the caller's", async () => {
    const body: unknown = JSON.parse(`${"[".repeat(5_000)}1${"]".repeat(5_000)}`);
    expect(await failureOf("body", body)).toMatchObject({ code: "invalid-request", errors: [{ pointer: "#" }] });
  });
});
