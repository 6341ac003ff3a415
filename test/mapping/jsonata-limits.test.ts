import { describe, expect, it } from "vitest";
import { createMappingCompiler } from "../../lib/mapping/jsonata-mapping.ts";

const TEXT = "x".repeat(900_000);
const LIST = Array.from({ length: 20_000 }, (_none, index) => index);

/** A clock on which each look at it takes so long. */
function compilerOf(lookMs: number) {
  let nowMs = 0;
  return createMappingCompiler({
    monotonicMs() {
      nowMs += lookMs;
      return nowMs;
    },
  });
}
const withoutHaste = compilerOf(0);
const inHaste = compilerOf(1);

function map(expression: string, compileMapping = withoutHaste): Promise<unknown> {
  const input = { body: { text: TEXT, list: LIST, digits: "1".repeat(2_000) }, headers: {}, query: {}, source: "generic", receivedAt: "" };
  return compileMapping(expression).then((mapping) => mapping(input));
}

/** Without the limit that is named, each of these takes minutes, gigabytes or the process: `D1012` is the time's, and no clock goes on for the others. */
const ENDLESS: readonly [string, string, string][] = [
  ["a tail recursion", "($f := function() { $f() }; $f())", "D1012"],
  ["a mutual tail recursion", "($f := function() { $g() }; $g := function() { $f() }; $f())", "D1012"],
  ["a recursion", "($f := function($n) { 1 + $f($n + 1) }; $f(0))", "D1011"],
  ["loops in loops", "$map([1..9000], function($a) { $map([1..9000], function($b) { $a * $b }) })", "D1012"],
  ["a long range", "[1..1000000]", "D2015"],
  ["a long sequence", "**.**", "D2015"],
  ["a wide text", "$pad('x', 500000000)", "L0001"],
  ["a wide text to the left", "$pad('x', -500000000)", "L0001"],
  ["wide texts", "$map($map([1..9999], $string), $pad(?, 2000, 'y'))", "L0001"],
  ["a text that doubles", "($f := function($n, $t) { $n = 0 ? $t : $f($n - 1, $t & $t) }; $f(28, 'ab'))", "L0001"],
  ["a list that doubles", "($f := function($n, $t) { $n = 0 ? $t : $f($n - 1, [[$t, $t]]) }; $string($f(60, 'ab')))", "L0001"],
  ["an object that doubles", "($f := function($n, $t) { $n = 0 ? $t : $f($n - 1, {'a': $t, 'b': $t}) }; $f(60, 1))", "L0001"],
  ["a list that deepens", "($f := function($n, $t) { $n = 0 ? $t : $f($n - 1, [[$t]]) }; $f(5000, 1))", "L0001"],
  ["copies of a text", "$map([1..9000], function() { $uppercase($$.body.text) })", "L0001"],
  ["copies by a function alone", "($t := body.text; $map($map([1..9000], function() { $t }), $lowercase))", "L0001"],
  ["copies that nobody keeps", "$count($map([1..60], function() { $contains($uppercase($$.body.text), 'y') }))", "L0001"],
  [
    "searches by a function alone",
    "$map($map([1..9000], function($n) { 'xxxxxxxxxxxxxxxxxxxxxxxxxxxy' & $n }), $contains($$.body.text, ?))",
    "D1012",
  ],
  ["a separator between many", "$join($map([1..9000], $string), $$.body.text)", "L0001"],
  ["a replacement for many", "$replace($substring(body.text, 0, 10000), 'x', $pad('y', 2000))", "L0001"],
  ["a comparison of each with each", "$distinct($append([1..9000], 1))", "L0001"],
  ["a list of the caller's", "$sort($append(body.list[$ < 9000], 1)[0] = 0 ? body.list : [])", "L0001"],
  ["a text split into its characters", "$count($split(body.text, ''))", ""],
  ["a search anew from each character", "$match(body.text, /x.*y|x/)", "L0001"],
  ["a pattern as large as the text", "$contains(body.text, /(x?){100}(x?){100}(x?){100}y/)", "L0001"],
  ["a picture of a date with a width", "$fromMillis(0, '[Y,99999999-*]')", "L0001"],
  ["a picture to be parsed", "$toMillis(body.digits, '[Y][M][D][H][m][s][f][Y][M][D][H]x')", "L0001"],
  ["a picture longer than a number", "$formatNumber(1, $pad('#', 2000, '#'))", "L0001"],
  ["a number in endless letters", "$formatInteger(1e300, 'I')", ""],
];

describe("a mapping is stopped", () => {
  it.each(ENDLESS)("at %s", async (_what, expression, code) => {
    await expect(map(expression, code === "D1012" ? inHaste : withoutHaste)).rejects.toMatchObject({
      code: "misconfigured",
      message: expect.stringMatching(code === "" ? /could not be evaluated/ : new RegExp(`\\(${code}\\)`)),
    });
  });
});

describe("a mapping is not stopped", () => {
  it.each<[string, string, unknown]>([
    ["where backtracking would be", "$contains(body.text, /(x+x+)+y/)", false],
    ["where backtracking would be, again", "$match(body.digits, /^(\\d+)*$/).match", "1".repeat(2_000)],
    ["by a long text", "$length(body.text)", 900_000],
    ["by a long list", "$count(body.list[$ < 5000])", 5_000],
    ["by a long text handed on", "body.text", TEXT],
  ])("%s", async (_what, expression, result) => {
    expect(await map(expression)).toEqual(result);
  });

  it("by what another evaluation took", async () => {
    const expression = "$length($uppercase(body.text) & '')";
    for (let times = 0; times < 20; times += 1) expect(await map(expression)).toBe(900_000);
  });

  it("by the time of others, however many there are", async () => {
    const expression = "$sum([1..20].($ + 1))";
    for (let times = 0; times < 100; times += 1) expect(await map(expression, inHaste)).toBe(230);
  });

  it.each([
    [500, "by the last moment of its time", 1],
    [501, "behind it", undefined],
  ])("within %i ms: %s", async (lookMs, _what, result) => {
    const asked = map("1", compilerOf(lookMs)).catch(() => undefined);
    expect(await asked).toBe(result);
  });
});
