/** What every store of agents' sessions has to do. Time is the caller's to move, and no test waits. */
import { describe } from "vitest";
import { describeExpiry } from "./expiry-contract.ts";
import { describeHandedOver } from "./handed-over-contract.ts";
import { describeLeases } from "./lease-contract.ts";
import { describeOwnersWrites } from "./owners-writes-contract.ts";
import type { StartSessions } from "./sessions-under-test.ts";

export function describeSessions(name: string, start: StartSessions): void {
  describe(`${name} as sessions`, () => {
    describeLeases(start);
    describeOwnersWrites(start);
    describeHandedOver(start);
    describeExpiry(start);
  });
}
