/** The stack of one specification: there before its first test, its gateway as at the start before each, and gone after the last. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Stack, startStack } from "./stack.ts";

/** What is returned is filled before the first test. */
export function useStack(): Stack {
  const stack: Partial<Stack> = {};
  let started: Stack;
  beforeAll(async () => {
    started = await startStack();
    Object.assign(stack, started);
  });
  beforeEach(() => started.gateway.reset());
  afterAll(() => started.stop());
  return stack as Stack;
}
