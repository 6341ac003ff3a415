/** One attempt to sign agent 102 in at the simulated gateway, over TLS, by whoever has the lease. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type Fault, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import type { AgentRecord, SessionRecords, SignInAttempt } from "../../lib/sessions/agent-record.ts";
import { LeaseLost } from "../../lib/sessions/lease.ts";
import { signInOnce } from "../../lib/sessions/sign-in.ts";
import { toAgentCalls } from "../support/agent-calls-harness.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";
import { AGENT, failing, startLeases } from "./leases-under-test.ts";

const VERSION = "version-1";
const BEFORE = { guid: "guid-of-before", cookies: "lb=1", renewedAt: INSTANT - 200_000, events: "poll" } as const;

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, clock: createManualClock() });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

interface Options {
  readonly forcelogin?: boolean;
  readonly last?: SignInAttempt;
  readonly password?: string;
  /** Of whoever signs in, once it has the lease. */
  readonly wrap?: (records: SessionRecords) => SessionRecords;
}

/** Somebody was signed in, and is not any more. */
async function start({ forcelogin = false, last, password, wrap = (same) => same }: Options = {}) {
  const { clock, records, taken } = startLeases();
  const before = await taken("before");
  await before.write({ session: BEFORE, ...(last && { attempt: last }) });
  await before.release();
  const lease = await taken("one", { by: wrap(records) });

  const { signIn } = toAgentCalls(gateway, password === undefined ? {} : { signIn: { password } });
  /** As it was when the gateway was asked. */
  const recorded: (AgentRecord | undefined)[] = [];
  const calls = {
    signIn: async (options: Parameters<typeof signIn>[0]) => {
      recorded.push(await records.read(AGENT));
      return signIn(options);
    },
  };
  const deadline = createManualDeadline();
  const signedIn = signInOnce({ lease, calls, last, secretVersion: VERSION, forcelogin, clock, deadline });
  return { signedIn, recorded, records };
}

const asked = () => gateway.requests().map(({ endpoint }) => endpoint);
const pending = (failures: number, proven = false) => ({ secretVersion: VERSION, at: INSTANT, result: "pending", failures, proven });

function refuse(retcode: string, endpoint: "sign-in" | "force-sign-in" = "sign-in"): void {
  gateway.addFault({ kind: "retcode", retcode, endpoint });
}

describe("a sign-in", () => {
  it("is written down before it is made, and the session of before is gone with it", async () => {
    const { signedIn, recorded } = await start();
    await signedIn;
    expect(recorded).toMatchObject([{ attempt: pending(1), session: undefined, lease: { owner: "one", beat: 2 } }]);
    expect(asked()).toEqual(["sign-in"]);
  });

  it("goes on from the last one of the same version", async () => {
    const { signedIn, recorded } = await start({ last: { ...pending(2, true), result: "pending", at: 1 } });
    expect((await signedIn).attempt).toMatchObject({ result: "signed-in", failures: 0, proven: true });
    expect(recorded).toMatchObject([{ attempt: pending(3, true) }]);
  });

  it("brings the session, and what is to be written of it", async () => {
    gateway.putAccount({ agentId: "102", forceChange: true, timeRemainingDays: 7 });
    const { signedIn, records } = await start();
    const { answer, attempt, change } = await signedIn;
    expect(attempt).toEqual({ secretVersion: VERSION, at: INSTANT, result: "signed-in", failures: 0, proven: true });
    if (answer.kind !== "signed-in") expect.fail(answer.kind);
    expect(answer.session).toMatchObject({ guid: gateway.guidOf("102"), events: "poll", renewedAt: INSTANT });
    expect(change).toEqual({ attempt, session: answer.session, password: { mustChange: true, daysLeft: 7, at: INSTANT } });
    // By whoever goes on with it.
    expect(await records.read(AGENT)).toMatchObject({ attempt: pending(1), session: undefined });
  });

  it.each<[string, Fault | undefined, Partial<SignInAttempt>]>([
    ["refused", undefined, { result: "refused", retcode: "100-004", failures: expect.any(Number) }],
    ["not sent", { kind: "drop", when: "before-handshake" }, { result: "not-sent", failures: 0 }],
    ["not answered", { kind: "drop", when: "after-request", endpoint: "sign-in" }, { result: "pending", failures: 1 }],
  ])("that is %s has an end to be written, and no session", async (_how, fault, end) => {
    if (fault !== undefined) gateway.addFault(fault);
    const { signedIn } = await start({ password: "wrong" });
    const { attempt, change } = await signedIn;
    expect(attempt).toEqual({ secretVersion: VERSION, at: INSTANT, proven: false, ...end });
    expect(change).toEqual({ attempt });
  });
});

describe("a sign-in is forced", () => {
  it("where somebody is signed in already and the secret says so, and written down once more before", async () => {
    const guid = gateway.renewGuid("102");
    const { signedIn, recorded } = await start({ forcelogin: true });
    expect((await signedIn).answer.kind).toBe("signed-in");
    expect(asked()).toEqual(["sign-in", "force-sign-in"]);
    expect(gateway.guidOf("102")).not.toBe(guid);
    expect(recorded).toMatchObject([
      { attempt: pending(1), lease: { beat: 2 } },
      { attempt: pending(1), lease: { beat: 3 }, session: undefined },
    ]);
  });

  it("not where the secret does not say so", async () => {
    const guid = gateway.renewGuid("102");
    const { signedIn } = await start();
    expect((await signedIn).attempt).toMatchObject({ result: "refused", retcode: "100-002" });
    expect(asked()).toEqual(["sign-in"]);
    expect(gateway.guidOf("102")).toBe(guid);
  });

  it.each(["100-003", "100-004", "100-015", "100-020", "100-021", "110-016", "000-004", "100-006", "105-006", "999-999"])(
    "not after %s",
    async (retcode) => {
      refuse(retcode);
      const { signedIn } = await start({ forcelogin: true });
      expect((await signedIn).attempt).toMatchObject({ result: "refused", retcode });
      expect(asked()).toEqual(["sign-in"]);
    },
  );

  it.each<Fault>([
    { kind: "drop", when: "after-request", endpoint: "sign-in" },
    { kind: "drop", when: "before-handshake" },
  ])("not where nobody answered: $when", async (fault) => {
    gateway.renewGuid("102");
    gateway.addFault(fault);
    const { signedIn } = await start({ forcelogin: true });
    await signedIn;
    expect(asked()).not.toContain("force-sign-in");
  });

  it("once, whatever is answered then", async () => {
    gateway.renewGuid("102");
    refuse("100-002", "force-sign-in");
    const { signedIn } = await start({ forcelogin: true });
    expect((await signedIn).attempt).toMatchObject({ result: "refused", retcode: "100-002" });
    expect(asked()).toEqual(["sign-in", "force-sign-in"]);
  });
});

describe("what cannot be written down is not made", () => {
  const lost = (records: SessionRecords): SessionRecords => ({ ...records, write: async () => undefined });
  const silent = (records: SessionRecords) => failing(records, "write");

  function onlyOnce(wrap: typeof lost): typeof lost {
    return (records) => {
      let isFirst = true;
      return {
        ...records,
        write(...given) {
          const { write } = isFirst ? records : wrap(records);
          isFirst = false;
          return write(...given);
        },
      };
    };
  }

  it.each([
    ["the store does not answer", silent, expect.objectContaining({ code: "store-unavailable" })],
    ["somebody else has the lease", lost, expect.any(LeaseLost)],
  ])("where %s", async (_why, wrap, error) => {
    await expect((await start({ wrap })).signedIn).rejects.toEqual(error);
    expect(asked()).toEqual([]);

    gateway.renewGuid("102");
    await expect((await start({ forcelogin: true, wrap: onlyOnce(wrap) })).signedIn).rejects.toEqual(error);
    expect(asked()).toEqual(["sign-in"]);
  });
});
