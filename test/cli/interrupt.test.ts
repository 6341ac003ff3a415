import { expect, it } from "vitest";
import { watchInterrupts } from "../../cli/interrupt.ts";

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends a command by %s, once, and leaves no listener", (name) => {
  const before = process.listenerCount(name);
  const { signal, unwatch } = watchInterrupts();
  process.emit(name);
  expect(signal.aborted).toBe(true);
  expect(process.listenerCount(name)).toBe(before);
  unwatch();
});

it("is not ended any more once it is done", () => {
  const before = process.listenerCount("SIGHUP");
  watchInterrupts().unwatch();
  expect(process.listenerCount("SIGHUP")).toBe(before);
});
