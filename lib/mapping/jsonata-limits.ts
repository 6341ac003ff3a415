/**
 * The limits within which a mapping is evaluated. JSONata's own (stack, sequences) are looked at between its steps; a step can be one function over a
 * large value, or one that makes a large value of a small one, so that each value and each call of a function is looked at here. So is the time, which the
 * library would take from the wall clock.
 */
import type jsonata from "jsonata";
import { createScale, LimitError, WEIGHT_MAX } from "./weight.ts";

/** A mapping takes some ms; the least patient caller waits 5 s. */
const TIMEOUT_MS = 500;
/** Steps within steps. */
export const STACK_MAX = 500;
/** Of a list that the expression makes or hands to a function. */
export const SEQUENCE_MAX = 10_000;
/** Of all that functions give in one evaluation. */
const PRODUCED_MAX = 8 * WEIGHT_MAX;
/** Some functions compare each with each. */
const COMPARED_MAX = 1_000;
/** Wider than any call data. */
const PAD_MAX = 2_048;
/** Of a number's or a date's picture, and in it no width of five digits. */
const PICTURE = /^(?!.*\d{5}).{0,64}$/s;

const AVAILABLE = (
  "sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match contains replace split " +
  "join formatNumber formatBase formatInteger number floor ceil round abs sqrt power boolean not map filter single reduce sift keys lookup append " +
  "exists spread merge reverse each error assert type sort distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent " +
  "decodeUrl toMillis fromMillis"
).split(" ");

/**
 * `eval` runs what nobody checked; `clone` copies without end; `random`, `shuffle`, `now` and `millis` give a repeated delivery another request
 * (`receivedAt` is in the input); pictures that are parsed become regular expressions; `zip` takes any number of lists.
 */
const REFUSED = ["eval", "clone", "random", "shuffle", "now", "millis", "parseInteger", "zip"];

/** What JSONata calls after each step, if it is there. */
const AFTER_STEP = Symbol.for("jsonata.__evaluate_exit");

/** Under the library's code for it. */
class TimeError extends Error {
  override readonly name = "TimeError";
  readonly code = "D1012";
}

type Arguments = readonly [unknown, unknown, unknown, unknown];

/** Throws what has to be known before the call. */
const CHECKS: Readonly<Record<string, (given: Arguments) => void>> = {
  pad: ([, width]) => assertWithin(Math.abs(Number(width)) <= PAD_MAX),
  join: ([texts, separator]) => assertWithin(sizeOf(texts) * sizeOf(separator ?? "") <= WEIGHT_MAX),
  distinct: ([values]) => assertWithin(sizeOf(values) <= COMPARED_MAX),
  spread: ([values]) => assertWithin(sizeOf(values) <= COMPARED_MAX),
  formatNumber: ([, picture]) => assertPicture(picture),
  formatInteger: ([, picture]) => assertPicture(picture),
  fromMillis: ([, picture]) => assertPicture(picture),
  toMillis: ([, picture]) => assertWithin(picture === undefined),
};

export function isRefusedFunction(name: string): boolean {
  return REFUSED.includes(name);
}

export async function limitEvaluation(expression: jsonata.Expression, parse: typeof jsonata, monotonicMs: () => number): Promise<void> {
  // One meter an evaluation, which the library tells by the innermost of its environments.
  const meters = new WeakMap<object, Meter>();
  function meterOf(environment: unknown): Meter {
    const base = memberOf(environment, "base");
    if (typeof base !== "object" || base === null) throw new TypeError("not the library's environment");
    const meter = meters.get(base) ?? createMeter(monotonicMs);
    meters.set(base, meter);
    return meter;
  }

  function afterStep(_step: unknown, _input: unknown, environment: unknown, result: unknown): void {
    const meter = meterOf(environment);
    meter.weigh(result);
    meter.assertTime();
  }
  // The declaration of `assign` knows no symbols, `lookup` of the environment does.
  Reflect.apply(expression.assign, expression, [AFTER_STEP, afterStep]);

  // They are looked for in the expression's text, too: this is for a way to their names that nobody thought of.
  for (const name of REFUSED) expression.assign(name, undefined);
  const functions: unknown = await parse(`[${AVAILABLE.map((name) => `$${name}`).join(",")}]`).evaluate(undefined);
  for (const [index, name] of AVAILABLE.entries())
    expression.assign(name, limitFunction(name, memberOf(functions, String(index)), meterOf));
}

function limitFunction(name: string, original: unknown, meterOf: (environment: unknown) => Meter): object {
  const implementation = memberOf(original, "implementation");
  if (typeof original !== "object" || typeof implementation !== "function") throw new TypeError(`not the library's function: ${name}`);

  // The library reads the names of the parameters from the source of the function when it is applied in part, and the arity from its member.
  const limited = function (this: unknown, a: unknown, b: unknown, c: unknown, d: unknown): unknown {
    const meter = meterOf(memberOf(this, "environment"));
    const given = [a, b, c, d] as const;
    for (const value of given) {
      meter.weigh(value);
      assertWithin(!Array.isArray(value) || value.length <= SEQUENCE_MAX);
    }
    CHECKS[name]?.(given);
    meter.assertTime();
    const result: unknown = Reflect.apply(implementation, this, given);
    if (result instanceof Promise) return result.then((value: unknown) => meter.produce(value));
    return meter.produce(result);
  };
  return { ...original, implementation: limited, arity: implementation.length };
}

interface Meter {
  weigh(value: unknown): number;
  /** Hands the value on. */
  produce(value: unknown): unknown;
  assertTime(): void;
}

function createMeter(monotonicMs: () => number): Meter {
  const startedAt = monotonicMs();
  const weigh = createScale();
  let produced = 0;
  return {
    weigh,
    produce(value) {
      produced += weigh(value);
      assertWithin(produced <= PRODUCED_MAX);
      return value;
    },
    assertTime() {
      if (monotonicMs() - startedAt > TIMEOUT_MS) throw new TimeError();
    },
  };
}

function memberOf(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null ? Reflect.get(holder, name) : undefined;
}

function sizeOf(value: unknown): number {
  return typeof value === "string" || Array.isArray(value) ? value.length : 0;
}

function assertPicture(picture: unknown): void {
  assertWithin(picture === undefined || (typeof picture === "string" && PICTURE.test(picture)));
}

function assertWithin(isWithin: boolean): void {
  if (!isWithin) throw new LimitError();
}
