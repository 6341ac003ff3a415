/** The pieces that operations are put together of: bodies, answers, and a response for each status that failures have. */
import { type FailureCode, failureOf } from "../../lib/errors.ts";
import type { Fields, Operation, Reference, Response, Responses } from "./document.ts";
import { type Examples, UNKNOWN_INTERNAL } from "./examples.ts";
import { type ProblemCode, toAdvice, toProblemExample } from "./failures.ts";

export const JSON_TYPE = "application/json";
export const PROBLEM_TYPE = "application/problem+json";

/** With an answer that is always 200, too. */
export const TO_COME_BACK = ["Location", "Retry-After"];
const OURS = ["X-Request-Id", "Cache-Control"];

export function ref(kind: "schemas" | "parameters" | "headers", name: string): Reference {
  return { $ref: `#/components/${kind}/${name}` };
}

export function headers(...names: readonly string[]): Response["headers"] {
  return Object.fromEntries([...names, ...OURS].map((name) => [name, ref("headers", name)]));
}

export function oneOf(...names: readonly string[]): Fields {
  return { oneOf: names.map((name) => ref("schemas", name)) };
}

export function answer(description: string, schema: Fields, examples: Examples, more: readonly string[] = []): Response {
  return { description, headers: headers(...more), content: { [JSON_TYPE]: { schema, examples } } };
}

/** The same where a transfer may have been sent before something broke. */
export function mayBeUnknown(response: Response): Response {
  return {
    ...response,
    content: { ...response.content, [JSON_TYPE]: { schema: oneOf("Problem", "UnknownTransfer"), examples: UNKNOWN_INTERNAL } },
  };
}

/** One response for each status, with an example for each code that has it. */
export function problems(...codes: readonly ProblemCode[]): Responses {
  const statuses = [...new Set(codes.map((code) => failureOf(code).status))];
  return Object.fromEntries(statuses.map((status) => [status, problem(...codes.filter((code) => failureOf(code).status === status))]));
}

export function problem(...codes: readonly ProblemCode[]): Response {
  const examples = Object.fromEntries(codes.map((code) => [code, toProblemExample(code)]));
  const schema = ref("schemas", "Problem");
  return {
    description: toAdvice(codes),
    headers: headers(...codes.flatMap(toHeaders).filter((name, at, all) => all.indexOf(name) === at)),
    content: { [PROBLEM_TYPE]: { schema, examples }, [JSON_TYPE]: { schema } },
  };
}

function toHeaders(code: FailureCode): string[] {
  if (code === "unauthenticated") return ["WWW-Authenticate"];
  if (code === "method-not-allowed") return ["Allow"];
  return failureOf(code).retryAfterSeconds === undefined ? [] : ["Retry-After"];
}

export function body(schema: string, examples: Examples): NonNullable<Operation["requestBody"]> {
  return { required: true, content: { [JSON_TYPE]: { schema: ref("schemas", schema), examples } } };
}

export function parameters(...names: readonly string[]): Reference[] {
  return names.map((name) => ref("parameters", name));
}
