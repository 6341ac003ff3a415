/** No failure tells anything confidential, whether to the caller or to who reads a log: every code of the table, however verbose the log is. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FAILURES } from "../../lib/errors.ts";
import { type Canary, findCanaries } from "../support/canaries.ts";
import { catchConsole } from "../support/console-lines.ts";
import { FAILURE_CASES } from "../support/failure-cases.ts";
import { type Stack, startStack } from "../support/stack.ts";

const cases = Object.entries(FAILURE_CASES).flatMap(([code, ways]) =>
  Object.entries(ways).map(([name, provoke]) => ({ code, name, provoke })),
);
/** A pointer names what the caller called so, and only to the caller. */
const NAMED_TO_THE_CALLER: readonly Canary[] = ["unknownName", "fieldName"];
/** The log names a field that nobody knows, never one of the call data. */
const NAMED_IN_THE_LOG: Readonly<Record<string, readonly Canary[]>> = { "unknown fields": ["unknownName"] };

it("is tried with every code of the table", () => {
  expect(cases.map(({ code }) => code)).toEqual(expect.arrayContaining(Object.keys(FAILURES)));
});

describe.each([
  { log: "the usual log", variables: {} },
  { log: "a log of level DEBUG", variables: { POWERTOOLS_LOG_LEVEL: "DEBUG" } },
  { log: "a developer's log", variables: { POWERTOOLS_DEV: "true", POWERTOOLS_LOG_LEVEL: "DEBUG" } },
])("with $log", ({ variables }) => {
  let stack: Stack;
  let console: ReturnType<typeof catchConsole>;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    console = catchConsole();
    stack = await startStack();
  });
  afterAll(async () => {
    await stack.stop();
    console.restore();
  });

  it.each(cases)("$code by $name tells nothing confidential", async ({ code, name, provoke }) => {
    stack.gateway.reset();
    stack.takeLog();
    const answers = await provoke(stack);
    const printed = [...stack.takeLog(), ...console.take()].join("\n");

    expect(answers[0]?.body).toMatchObject({ code });
    expect(printed).toContain(code);
    const told = answers.flatMap(({ text, headers }) => findCanaries(`${text}\n${JSON.stringify(headers)}`));
    expect(told.filter((name) => !NAMED_TO_THE_CALLER.some((named) => named === name))).toEqual([]);
    expect(findCanaries(printed)).toEqual(NAMED_IN_THE_LOG[name] ?? []);
    expect(findCanaries(stack.takeServerLog().join("\n"))).toEqual([]);
  });
});
