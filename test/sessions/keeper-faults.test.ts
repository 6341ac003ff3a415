import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { SessionRecords } from "../../lib/sessions/agent-record.ts";
import { AGENT, createKeeperWorld, type KeeperWorld } from "../support/keeper-world.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

let world: KeeperWorld;
let calls = 0;
beforeEach(async () => {
  world = await createKeeperWorld();
});
afterEach(() => world.stop());

function signIns(): readonly { readonly retcode: string | undefined }[] {
  return world.gateway.requests().filter(({ endpoint }) => endpoint === "sign-in");
}

async function transfer(): Promise<string> {
  calls += 1;
  const callid = `1600000000-${calls}`;
  world.gateway.addCall({ callid, agentId: AGENT.agentId });
  return world.transfer(callid).then(
    (reply) =>
      ("result" in reply && "code" in reply.result ? reply.result.code : reply.kind === "result" && reply.result.state) || "dry-run",
    (error: unknown) => (error instanceof TransferError ? error.code : "bug"),
  );
}

describe.each(["poll", "push"] as const)("an agent whose events come by %s", (events) => {
  beforeEach(() => world.putSecret({ events }));

  it("is there within a second of the first run", async () => {
    world.tick(1);
    await world.clock.pass(SECOND_MS);
    expect(await transfer()).toBe("accepted");
  });

  it("survives a tick that is lost", async () => {
    world.tick(6, [2]);
    for (let minute = 0; minute < 6; minute += 1) {
      await world.clock.pass(MINUTE_MS - SECOND_MS);
      expect(await transfer(), `minute ${minute}`).toBe("accepted");
      await world.clock.pass(SECOND_MS);
    }
    expect(signIns()).toHaveLength(1);
    expect(world.gateway.violations()).toEqual([]);
  });

  it("is kept by one of two runs that begin at once, each minute", async () => {
    world.tick(5);
    world.tick(5);
    await world.clock.pass(5 * MINUTE_MS);
    expect(signIns()).toHaveLength(1);
    expect(world.gateway.violations()).toEqual([]);
    expect(await transfer()).toBe("accepted");
  });

  it("is kept whatever the wall clocks of the machines say", async () => {
    const clocks = [-10, 0, 10, -3, 60].map((minutes) => world.clock.skewed(minutes * MINUTE_MS));
    for (const [minute, clock] of clocks.entries()) world.clock.at(minute * MINUTE_MS, () => void world.run({ clock }));
    for (let minute = 0; minute < clocks.length; minute += 1) {
      await world.clock.pass(MINUTE_MS - SECOND_MS);
      expect(await transfer(), `minute ${minute}`).toBe("accepted");
      await world.clock.pass(SECOND_MS);
    }
    expect(signIns()).toHaveLength(1);
    expect(world.gateway.violations()).toEqual([]);
  });

  it("is signed in anew when the gateway was restarted", async () => {
    world.tick(5);
    await world.clock.pass(2 * MINUTE_MS + 30 * SECOND_MS);
    world.gateway.restart();
    expect(await transfer()).toBe("agent-not-signed-in");
    await world.clock.pass(MINUTE_MS);
    expect(await transfer()).toBe("accepted");
    expect(signIns().map(({ retcode }) => retcode)).toEqual(["0", "0"]);
  });

  it("goes on with its Guid when an answer that brought a new one was lost", async () => {
    const endpoint = events === "poll" ? "poll" : "handshake";
    world.tick(5);
    await world.clock.pass(MINUTE_MS + 5 * SECOND_MS);
    world.gateway.addFault({ kind: "drop", when: "after-request", acts: true, endpoint, times: 3 });
    for (let minute = 0; minute < 3; minute += 1) {
      await world.clock.pass(MINUTE_MS - SECOND_MS);
      expect(await transfer(), `minute ${minute}`).toBe("accepted");
    }
    expect(signIns()).toHaveLength(1);
    expect(world.gateway.requests().some((request) => request.endpoint === "update-guid" && request.retcode === "0")).toBe(true);
    expect(world.gateway.violations()).toEqual([]);
  });

  async function withoutStore(fromMs: number, ms: number): Promise<void> {
    let isDown = false;
    const records = (real: SessionRecords): SessionRecords => throttled(real, () => isDown);
    for (let minute = 0; minute < 12; minute += 1) world.clock.at(minute * MINUTE_MS, () => void world.run({ records }));
    await world.clock.pass(fromMs);
    isDown = true;
    await world.clock.pass(ms);
    isDown = false;
  }

  it("outlives a store that does not answer for a minute and a half, with a Guid that could not be written meanwhile", async () => {
    await withoutStore(MINUTE_MS + 15 * SECOND_MS, 90 * SECOND_MS);
    expect(world.observed.filter(({ kind }) => kind === "not-kept").length).toBeGreaterThan(0);
    await world.clock.pass(3 * MINUTE_MS);
    expect(await transfer()).toBe("accepted");
    expect(signIns()).toHaveLength(1);
    expect(world.gateway.violations()).toEqual([]);
  });

  it("comes back by itself after a store that did not answer for longer than its session lasts", async () => {
    await withoutStore(MINUTE_MS + 15 * SECOND_MS, 4 * MINUTE_MS);
    await world.clock.pass(4 * MINUTE_MS);
    expect(await transfer()).toBe("accepted");
    expect(signIns().length).toBeLessThanOrEqual(3);
  });
});

function throttled(real: SessionRecords, isDown: () => boolean): SessionRecords {
  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    if (isDown()) throw new TransferError("store-unavailable", { reason: "ProvisionedThroughputExceededException", effect: "none" });
    return work();
  }
  return {
    read: (...given) => call(() => real.read(...given)),
    takeLease: (...given) => call(() => real.takeLease(...given)),
    announce: (...given) => call(() => real.announce(...given)),
    write: (...given) => call(() => real.write(...given)),
    release: (...given) => call(() => real.release(...given)),
  };
}
