import { once } from "node:events";
import { expect, it } from "vitest";
import { endChild, startChild } from "../../bench/measure/children.ts";

it("ends what it started, and only once", async () => {
  const child = startChild(process.execPath, ["-e", "setInterval(() => {}, 1_000)"], { stdio: "ignore" });
  await once(child, "spawn");
  await endChild(child);
  expect(child.signalCode).toBe("SIGTERM");
  await endChild(child);
});
