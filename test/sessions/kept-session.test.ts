import { afterEach, expect, it, vi } from "vitest";
import type { AgentCalls } from "../../lib/sessions/agent-calls.ts";
import { createKeptSession, type KeeperEvent } from "../../lib/sessions/kept-session.ts";
import { takeDead } from "../../lib/sessions/lease.ts";
import { createMemorySessions } from "../../lib/sessions/memory-sessions.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";
import { createSteppedClock } from "../support/stepped-clock.ts";

const AGENT = "main/102";
const SESSION = { guid: "old", renewedAt: INSTANT, events: "poll" } as const;

afterEach(() => vi.useRealTimers());

it("a sink that never takes an event holds up neither the session nor its new Guid", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const clock = createSteppedClock();
  const records = createMemorySessions(clock);
  const first = await takeDead({ records, clock, agent: AGENT, owner: "first" }, undefined);
  await first?.write({ session: SESSION });
  await first?.release();
  const lease = await takeDead({ records, clock, agent: AGENT, owner: "second" }, await records.read(AGENT));
  if (lease === undefined) return expect.fail("no lease");
  const observed: KeeperEvent[] = [];
  const poll: AgentCalls<string>["poll"] = async () => ({ kind: "alive", renewal: { guid: "new" }, events: ["event"] });
  const none = async () => expect.fail("was not to be called");
  const session = createKeptSession({
    lease,
    calls: { poll, signIn: none, handshake: none, updateGuid: none, signOut: none },
    reopen: none,
    tell: () => new Promise(() => undefined),
    clock,
    deadline: createManualDeadline(),
    observe: (event) => void observed.push(event),
  });

  const kept = session.keepAlive(SESSION);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await kept).toBeGreaterThan(0);
  expect(observed.map(({ kind }) => kind)).toEqual(["guid-renewed", "not-kept"]);
  expect((await records.read(AGENT))?.session).toMatchObject({ guid: "new" });
});
