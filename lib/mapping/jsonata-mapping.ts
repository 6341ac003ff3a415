/**
 * A connection's `mapping`: a JSONata expression (docs.jsonata.org), checked and compiled when it is loaded and run within limits, so that a bad one can
 * neither hang nor crash a transfer. The library is loaded only when a connection has one. No error repeats the expression or what it worked on.
 */
import type jsonata from "jsonata";
import { TransferError } from "../errors.ts";
import { invalidRequest } from "../transfer/request.ts";
import { isRefusedFunction, limitEvaluation, SEQUENCE_MAX, STACK_MAX } from "./jsonata-limits.ts";
import { createRegexEngine } from "./linear-regex.ts";
import type { Mapping } from "./mapping.ts";
import { createScale, isLibraryFunction, LimitError } from "./weight.ts";

/** More connections than this have no mapping of their own each. */
const COMPILED_MAX = 100;

/** Compiles an expression once, however often its connection is read. Throws an error whose message tells where and what is wrong. */
export const compileMapping = createMappingCompiler({ monotonicMs: () => performance.now() });

interface CompilerOptions {
  readonly monotonicMs: () => number;
}

export function createMappingCompiler({ monotonicMs }: CompilerOptions): (expression: string) => Promise<Mapping> {
  const compiled = new Map<string, Promise<Mapping>>();
  return (expression) => {
    const known = compiled.get(expression);
    if (known !== undefined) return known;
    const mapping = compile(expression, monotonicMs);
    compiled.set(expression, mapping);
    // What failed for want of memory or a module may succeed the next time.
    mapping.catch(() => compiled.get(expression) === mapping && compiled.delete(expression));
    const [oldest] = compiled.keys();
    if (compiled.size > COMPILED_MAX && oldest !== undefined) compiled.delete(oldest);
    return mapping;
  };
}

async function compile(text: string, monotonicMs: () => number): Promise<Mapping> {
  const [{ default: library }, RegexEngine] = await Promise.all([import("jsonata"), createRegexEngine()]);
  const parse: typeof jsonata = (expression) => library(expression, { RegexEngine, stack: STACK_MAX, sequence: SEQUENCE_MAX });
  const expression = parseExpression(text, parse);
  checkNodes(expression.ast(), RegexEngine);
  await limitEvaluation(expression, parse, monotonicMs);

  return async (input) => {
    // No expression could be held to blame for it.
    if (!isWeighable(input.body)) throw invalidRequest([{ pointer: "#", detail: "is nested too deeply to be mapped" }]);
    try {
      return toPlain(await expression.evaluate(input));
    } catch (error) {
      throw new TransferError("misconfigured", { reason: `mapping: could not be evaluated${toPlace(error)}` });
    }
  };
}

function parseExpression(text: string, parse: typeof jsonata): jsonata.Expression {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`is not a JSONata expression${toPlace(error)}`);
  }
}

/** Everywhere in the expression, without recursion: it may be nested as deeply as its text is long. */
function checkNodes(root: unknown, RegexEngine: RegExpConstructor): void {
  const seen = new Set<unknown>();
  const left = [root];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== "object" || node === null || seen.has(node)) continue;
    seen.add(node);
    checkNode(new Map(Object.entries(node)), RegexEngine);
    left.push(...Object.values(node));
  }
}

function checkNode(node: ReadonlyMap<string, unknown>, RegexEngine: RegExpConstructor): void {
  const type = node.get("type");
  const value = node.get("value");
  const position = toPosition(node.get("position"));
  if (type === "transform") throw new Error(`must not use the transform operator${position}`);
  if (type === "variable" && typeof value === "string" && isRefusedFunction(value)) throw new Error(`must not use $${value}${position}`);
  // The library checks arguments against one with a regular expression of its own making, which backtracks.
  if (type === "lambda" && node.get("signature") !== undefined) throw new Error(`must not give a function a signature${position}`);
  if (type === "regex" && value instanceof RegExp) assertCompiles(value, RegexEngine, position);
}

function assertCompiles(pattern: RegExp, RegexEngine: RegExpConstructor, position: string): void {
  try {
    new RegexEngine(pattern);
  } catch (error) {
    const what = error instanceof LimitError ? "takes too much, alone or with the others" : "RE2 does not know";
    throw new Error(`has a regular expression that ${what}${position}`);
  }
}

function isWeighable(value: unknown): boolean {
  try {
    return createScale()(value) > 0;
  } catch {
    return false;
  }
}

/** As it would be sent: functions, regular expressions and what marks the library's sequences are left out. */
function toPlain(result: unknown): unknown {
  const text = JSON.stringify(result, (_name, value: unknown) => (isLibraryFunction(value) ? undefined : value));
  return text === undefined ? undefined : JSON.parse(text);
}

/** Of the library's errors only the code and the position: their messages quote what they failed on. */
function toPlace(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const code = "code" in error && typeof error.code === "string" && /^[A-Z]\d{4}$/.test(error.code) ? ` (${error.code})` : "";
  return `${code}${toPosition("position" in error ? error.position : undefined)}`;
}

function toPosition(position: unknown): string {
  return typeof position === "number" ? ` at character ${position}` : "";
}
