/** What a simulated fleet asks of AWS. */
import { expect, it } from "vitest";
import { simulateFleet, TRANSFER_CALLS } from "../../bench/growth/fleet.ts";

it("is one instance where one transfer is over before the next one comes, and reads whatever is too old by then", () => {
  const { instances, secretsCallsPerTransfer, readsPerTransfer } = simulateFleet({ perSecond: 0.1, transferMs: 1 });
  expect(instances).toBe(1);
  expect(secretsCallsPerTransfer).toBeLessThanOrEqual(5);
  expect(secretsCallsPerTransfer).toBeGreaterThan(0.5);
  expect(readsPerTransfer).toBeGreaterThan(TRANSFER_CALLS.reads + 0.5);
});

it("has as many instances in use as Little's law says, and some more for what comes at random", () => {
  const { instances } = simulateFleet({ perSecond: 200, transferMs: 500 });
  expect(instances).toBeGreaterThanOrEqual(100);
  expect(instances).toBeLessThan(150);
});

it("asks for each secret of an instance in steady use once in the time that it is kept", () => {
  // 6 times the agent's, once the connection's and the gateway's, a fifth of each key's, a minute; those that are idle meanwhile ask for less.
  const { instances, secretsCallsPerTransfer } = simulateFleet({ perSecond: 1_000, transferMs: 100 });
  const perInstanceAMinute = (secretsCallsPerTransfer * 1_000 * 60) / instances;
  // What is counted begins and ends between two reads.
  expect(perInstanceAMinute).toBeLessThan(8.6);
  expect(perInstanceAMinute).toBeGreaterThan(8);
});

it("is the same each time", () => {
  const plan = { perSecond: 10, transferMs: 300 };
  expect(simulateFleet(plan)).toEqual(simulateFleet(plan));
});
