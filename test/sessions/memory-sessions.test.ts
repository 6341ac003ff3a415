import { describe, expect, it } from "vitest";
import { createMemorySessions } from "../../lib/sessions/memory-sessions.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { describeSessions } from "./sessions-contract.ts";
import { newAgent, SESSION } from "./sessions-under-test.ts";

describeSessions("those in memory", () => {
  const clock = createManualClock();
  const sessions = createMemorySessions(clock);
  return { sessions, others: sessions, advance: clock.pass };
});

describe("sessions in memory", () => {
  it("are kept to themselves", async () => {
    const [one, two] = [createMemorySessions(createManualClock()), createMemorySessions(createManualClock())];
    const agent = newAgent();
    await one.handOver(agent, SESSION);
    expect(await two.read(agent)).toBeUndefined();
  });
});
