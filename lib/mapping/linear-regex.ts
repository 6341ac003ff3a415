/**
 * Regular expressions in time proportional to the text, whatever the pattern: RE2 in the place of the engine that JSONata would use. It knows neither
 * look-around nor back-references. https://github.com/google/re2/wiki/Syntax
 */
import type { RE2JS } from "re2js";
import { LimitError } from "./weight.ts";

/** Steps of one search, at most: the pattern's size times the text's length. Some tenths of a second. */
const WORK_MAX = 20_000_000;
/** Of all searches of one use of a pattern: a text can be searched anew from each of its characters. */
const SEARCHING_MAX_MS = 250;
/** Of one pattern, in characters. This many can make a program of 50 000 steps: some tenths of a second and 60 MB. */
const PATTERN_MAX_CHARACTERS = 256;
/** Of all patterns of an expression: a class of Unicode costs ms, whatever the size of its program. */
const PATTERNS_MAX_CHARACTERS = 1_024;
/** Of all programs of an expression, in steps. A pattern that finds something has some dozens. */
const PROGRAMS_MAX = 10_000;

type Re2 = InstanceType<typeof RE2JS>;

/**
 * For one expression: what JSONata constructs and uses as a RegExp, by `exec`, from `lastIndex` on. Constructing throws for what RE2 does not know, and a
 * `LimitError` for a pattern that is too much, alone or with those before it.
 */
export async function createRegexEngine(): Promise<RegExpConstructor> {
  const { RE2JS: re2 } = await import("re2js");
  const compiled = new WeakMap<RegExp, Re2>();
  let characters = 0;
  let steps = 0;

  function compile(pattern: RegExp): Re2 {
    const known = compiled.get(pattern);
    if (known !== undefined) return known;
    const flags = (pattern.ignoreCase ? re2.CASE_INSENSITIVE : 0) | (pattern.multiline ? re2.MULTILINE : 0);
    characters += pattern.source.length;
    assertWithin(pattern.source.length <= PATTERN_MAX_CHARACTERS && characters <= PATTERNS_MAX_CHARACTERS);
    const regex = re2.compile(re2.translateRegExp(pattern.source), flags);
    steps += regex.programSize();
    assertWithin(steps <= PROGRAMS_MAX);
    compiled.set(pattern, regex);
    return regex;
  }

  return new Proxy(RegExp, { construct: (_target, [pattern]: [RegExp]) => createSearch(compile(pattern)) });
}

function createSearch(regex: Re2) {
  const beganAt = performance.now();
  return {
    lastIndex: 0,
    exec(text: string) {
      const work = (text.length - this.lastIndex) * regex.programSize();
      assertWithin(work <= WORK_MAX && performance.now() - beganAt <= SEARCHING_MAX_MS);
      const matcher = regex.matcher(text);
      if (!matcher.find(this.lastIndex)) return null;
      this.lastIndex = matcher.end();
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_none, group) => matcher.group(group) ?? undefined);
      return Object.assign(groups, { index: matcher.start() });
    },
  };
}

function assertWithin(isWithin: boolean): void {
  if (!isWithin) throw new LimitError("regular expression");
}
