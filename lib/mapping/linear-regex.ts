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

type Re2 = InstanceType<typeof RE2JS>;

/** What JSONata constructs and uses as a RegExp: by `exec`, from `lastIndex` on. Constructing throws for what RE2 does not know. */
export async function createRegexEngine(): Promise<RegExpConstructor> {
  const { RE2JS: re2 } = await import("re2js");
  const compiled = new WeakMap<RegExp, Re2>();

  function compile(pattern: RegExp): Re2 {
    const flags = (pattern.ignoreCase ? re2.CASE_INSENSITIVE : 0) | (pattern.multiline ? re2.MULTILINE : 0);
    const regex = compiled.get(pattern) ?? re2.compile(re2.translateRegExp(pattern.source), flags);
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
      if (work > WORK_MAX || performance.now() - beganAt > SEARCHING_MAX_MS) throw new LimitError("regular expression");
      const matcher = regex.matcher(text);
      if (!matcher.find(this.lastIndex)) return null;
      this.lastIndex = matcher.end();
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_none, group) => matcher.group(group) ?? undefined);
      return Object.assign(groups, { index: matcher.start() });
    },
  };
}
